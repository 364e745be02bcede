"""Names of the core's sets of rotations, for code that doesn't load the core, such as the help of the command line.

A test compares them with `_core.symmetrize_words`.
"""

from __future__ import annotations

#: Suffix of a set whose rotations come with their improper partners.
INVERSION = "+inversion"
#: Groups of the regular polyhedra, from the fewest rotations to the most.
GROUPS = ("tetrahedral", "octahedral", "icosahedral")
#: Words for the keyword `symmetrize`, without `+inversion`.
SYMMETRIZE_WORDS = ("none", *GROUPS, "degree:t", "random", "random:n", "random:SET")


def listed() -> str:
    """Return the words for `symmetrize` as a list in a sentence: `a, b or c`."""
    return ", ".join(SYMMETRIZE_WORDS[:-1]) + f" or {SYMMETRIZE_WORDS[-1]}"
