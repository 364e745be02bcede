"""Names of the core's sets of rotations, for code that doesn't load the core, such as the help of the command line.

A test compares them with `_core.symmetrize_words`.
"""

from __future__ import annotations

#: The set of a structure and its inverse.
INVERSION_ALONE = "inversion"
#: Suffix of a set whose rotations come with their improper partners.
INVERSION = f"+{INVERSION_ALONE}"
#: Groups of the regular polyhedra, from the fewest rotations to the most.
GROUPS = ("tetrahedral", "octahedral", "icosahedral")
#: Words for the keyword `symmetrize`, without `+inversion`.
SYMMETRIZE_WORDS = ("none", INVERSION_ALONE, *GROUPS, "degree:t", "random", "random:n", "random:SET")


def listed() -> str:
    """Return the words for `symmetrize` as a list in a sentence: `a, b or c`."""
    return ", ".join(SYMMETRIZE_WORDS[:-1]) + f" or {SYMMETRIZE_WORDS[-1]}"


def with_inversion(name: str) -> str:
    """Return the name of the set with the improper partners of all rotations."""
    return INVERSION_ALONE if name == "none" else name + INVERSION


def has_inversion(name: str) -> bool:
    """Return whether the rotations of a set come with their improper partners."""
    return name == INVERSION_ALONE or name.endswith(INVERSION)
