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
_OTHERS = {"translation": "translations", "permutation": "permutations"}


def exact_symmetry(findings: Mapping[str, Finding]) -> str:
    """Return which symmetries of space are exact, and whether translations and permutations are.

    Args:
        findings: By the name of the check.
    """
    rotations, inversion = (findings.get(name) for name in ("rotations", "inversion"))
    if rotations is None or inversion is None or not (rotations.results and inversion.results):
        return "unknown: rotations or inversion couldn't be measured"
    words = _WORDS[rotations.exact, inversion.exact]
    found = {name: findings[name] for name in _OTHERS if name in findings and findings[name].results}
    kept = [_OTHERS[name] for name, finding in found.items() if finding.exact]
    broken = [_OTHERS[name] for name, finding in found.items() if not finding.exact]
    if broken:
        return f"{words}; {' and '.join(broken)} are broken, too"
    if not rotations.exact and kept:
        return f"{words}; {' and '.join(kept)} alone are exact"
    return words
