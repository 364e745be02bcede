"""The symmetry that a potential keeps, in words."""

from __future__ import annotations

from collections.abc import Mapping

from tumble.audit.results import Finding

_WORDS = {
    (True, True): "O(3): rotations and inversion are exact to rounding",
    (True, False): "SO(3): rotations are exact to rounding, inversion is broken",
    (False, True): "inversion is exact to rounding, rotations are broken",
    (False, False): "rotations and inversion are broken",
}
_UNSEEN = "inversion can't be seen in these structures, which equal their mirror images"
_OTHERS = {"translation": "translations", "permutation": "permutations"}


def exact_symmetry(findings: Mapping[str, Finding]) -> str:
    """Return which symmetries of space are exact, and whether translations and permutations are.

    Args:
        findings: By the name of the check.
    """
    exact = {name: finding.exact for name, finding in findings.items()}
    rotations, inversion = exact.get("rotations"), exact.get("inversion")
    if rotations is None or (inversion is None and not _unseen(findings.get("inversion"))):
        return "unknown: rotations or inversion couldn't be measured"
    if inversion is None:
        words = f"rotations are {'exact to rounding' if rotations else 'broken'}; {_UNSEEN}"
    else:
        words = _WORDS[rotations, inversion]
    kept = [word for name, word in _OTHERS.items() if exact.get(name) is True]
    broken = [word for name, word in _OTHERS.items() if exact.get(name) is False]
    if broken:
        return f"{words}; {' and '.join(broken)} are broken, too"
    if not rotations and kept:
        return f"{words}; {' and '.join(kept)} alone are exact"
    return words


def _unseen(inversion: Finding | None) -> bool:
    """Return whether no structure can show a broken parity."""
    return inversion is not None and inversion.reason is not None and inversion.failure is None
