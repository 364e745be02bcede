"""What of the nuclei a trajectory, and what was averaged over it, shows: all beads, their centroid, or one of them.

Beads sample the quantum distribution of positions, and so do classical nuclei that of classical mechanics. The centroid
and a single bead are others: structure of the centroid is sharper than that of the nuclei, and one bead alone lacks
what the others would add. They go under the same names of observables, so results carry which they are.
"""

from __future__ import annotations

from enum import Enum
from typing import Any


class Nuclei(str, Enum):
    """Whose positions they are."""

    CLASSICAL = "classical nuclei"
    BEADS = "all beads"
    EVEN_BEADS = "beads with even numbers"
    CENTROID = "centroid"
    ONE_BEAD = "one bead"
    #: What is meant to follow the centroid, whether or not beads are there, too, as the diffusion in RPMD.
    MOTION = "motion of the centroid"

    def __str__(self) -> str:
        """As results have it."""
        return str(self.value)

    def of(self, beads: int | None) -> str:
        """In words.

        Args:
            beads: Number of beads; None if it isn't known.
        """
        if beads is None or beads < 2:
            return str(self)
        if self is Nuclei.BEADS:
            return f"{beads} beads"
        if self is Nuclei.EVEN_BEADS:
            return f"{(beads + 1) // 2} of {beads} beads"
        return f"{self} of {beads}" + (" beads" if self is Nuclei.CENTROID else "")


#: Those that show the distribution of the nuclei.
_WHOLE = (Nuclei.CLASSICAL, Nuclei.BEADS, Nuclei.EVEN_BEADS, Nuclei.MOTION)


def comparable(first: str | None, second: str | None) -> bool:
    """Whether results of these can be compared; None stands for what isn't known."""
    return first is None or second is None or first == second or (first in _WHOLE and second in _WHOLE)


def nuclei_of(trajectory: Any, beads: int | None = None, *, every_second: bool = False) -> Nuclei | None:
    """What a trajectory shows; None if that isn't known.

    Args:
        trajectory: A reader of MDAnalysis.
        beads: Number of beads of the run; None if it isn't known.
        every_second: Whether beads are those with even numbers.
    """
    # The centroid of a single bead, which many inputs of i-PI write, is that bead.
    if getattr(getattr(trajectory, "source", None), "centroid", False) and beads != 1:
        return Nuclei.CENTROID
    if getattr(trajectory, "n_beads", 1) > 1:
        return Nuclei.EVEN_BEADS if every_second else Nuclei.BEADS
    if beads is None:
        return None
    return Nuclei.CLASSICAL if beads == 1 else Nuclei.EVEN_BEADS if every_second and beads == 2 else Nuclei.ONE_BEAD
