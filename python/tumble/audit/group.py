"""The symmetry that a potential keeps, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from ase import Atoms

from tumble.audit.results import Finding

_WORDS = {
    (True, True): "O(3): rotations and inversion are exact to rounding",
    (True, False): "SO(3): rotations are exact to rounding, inversion is broken",
    (False, True): "inversion is exact to rounding, rotations are broken",
    (False, False): "rotations and inversion are broken",
}
_UNSEEN = "inversion can't be seen in these structures, which equal their mirror images"
_FLAT = 1e-6  # extent across a plane, relative to the largest: below it a structure is planar
_OTHERS = {"translation": "translations", "permutation": "permutations"}


def exact_symmetry(findings: Mapping[str, Finding], structures: Sequence[Atoms] = ()) -> str:
    """Return which symmetries of space are exact, and whether translations and permutations are.

    Args:
        findings: By the name of the check.
        structures: What was checked. If all are planar molecules, such as water, a rotation turns each into its
            inverse, so that a broken parity can't show.
    """
    exact = {name: finding.exact for name, finding in findings.items()}
    rotations, inversion = exact.get("rotations"), exact.get("inversion")
    if rotations is None or inversion is None:
        return "unknown: rotations or inversion couldn't be measured"
    words = _WORDS[rotations, inversion]
    if inversion and structures and all(_planar(atoms) for atoms in structures):
        words = f"rotations are {'exact to rounding' if rotations else 'broken'}; {_UNSEEN}"
    kept = [word for name, word in _OTHERS.items() if exact.get(name) is True]
    broken = [word for name, word in _OTHERS.items() if exact.get(name) is False]
    if broken:
        return f"{words}; {' and '.join(broken)} are broken, too"
    if not rotations and kept:
        return f"{words}; {' and '.join(kept)} alone are exact"
    return words


def _planar(atoms: Atoms) -> bool:
    """Return whether an open structure lies in a plane."""
    if atoms.pbc.any():
        return False
    extents = np.linalg.svd(atoms.positions - atoms.positions.mean(axis=0), compute_uv=False)
    return len(extents) < 3 or bool(extents[2] <= _FLAT * extents[0])
