"""Names of the core's sets of rotations, for where the core isn't loaded, such as the help of the command line.

They are those of `_core.symmetrize_words`, which a test compares.
"""

from __future__ import annotations

#: Suffix of a set whose rotations come with their improper partners.
INVERSION = "+inversion"
#: Groups of the regular polyhedra, from the fewest rotations to the most.
GROUPS = ("tetrahedral", "octahedral", "icosahedral")
#: Words for the keyword `symmetrize`, without `+inversion`.
SYMMETRIZE_WORDS = ("none", *GROUPS, "degree:t", "random", "random:n", "random:SET")


def listed() -> str:
    """Return the words for `symmetrize` as a sentence has them."""
    return ", ".join(SYMMETRIZE_WORDS[:-1]) + f" or {SYMMETRIZE_WORDS[-1]}"
