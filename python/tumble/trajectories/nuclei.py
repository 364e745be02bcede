"""Kinds of positions in a trajectory, and in averages over it: all beads, their centroid, or a single bead.

Beads sample the quantum distribution of positions, and classical nuclei sample the classical distribution. The centroid
samples neither, since its structure is sharper than that of the nuclei. A single bead is only part of a ring polymer.
Observables of all of these have the same names, so each result stores the kind of its positions.
"""

from __future__ import annotations

from enum import Enum
from typing import Any


class Nuclei(str, Enum):
    """Kind of positions."""

    CLASSICAL = "classical nuclei"
    BEADS = "all beads"
    EVEN_BEADS = "beads with even numbers"
    CENTROID = "centroid"
    ONE_BEAD = "one bead"
    #: For observables that follow the centroid by definition, with or without beads, such as diffusion in RPMD.
    MOTION = "motion of the centroid"

    def __str__(self) -> str:
        """Return the text that results store."""
        return str(self.value)

    def describe(self, beads: int | None) -> str:
        """Return the kind in words, with the number of beads.

        Args:
            beads: Number of beads; None if unknown.
        """
        if beads is None or beads < 2:
            return str(self)
        if self is Nuclei.BEADS:
            return f"{beads} beads"
        if self is Nuclei.EVEN_BEADS:
            return f"{(beads + 1) // 2} of {beads} beads"
        return f"{self} of {beads}" + (" beads" if self is Nuclei.CENTROID else "")


#: Kinds that show the distribution of the nuclei.
_WHOLE = (Nuclei.CLASSICAL, Nuclei.BEADS, Nuclei.EVEN_BEADS, Nuclei.MOTION)


def comparable(first: str | None, second: str | None) -> bool:
    """Return whether results of these kinds can be compared; None stands for an unknown kind."""
    return first is None or second is None or first == second or (first in _WHOLE and second in _WHOLE)


def nuclei_of(trajectory: Any, beads: int | None = None, *, every_second: bool = False) -> Nuclei | None:
    """Return the kind of positions of a trajectory; None if unknown.

    Args:
        trajectory: A reader of MDAnalysis.
        beads: Number of beads of the run; None if unknown.
        every_second: Whether only beads with even numbers are read.
    """
    # With a single bead, the centroid, which many inputs of i-PI write, is that bead.
    if getattr(getattr(trajectory, "source", None), "centroid", False) and beads != 1:
        return Nuclei.CENTROID
    if getattr(trajectory, "n_beads", 1) > 1:
        return Nuclei.EVEN_BEADS if every_second else Nuclei.BEADS
    if beads is None:
        return None
    return Nuclei.CLASSICAL if beads == 1 else Nuclei.EVEN_BEADS if every_second and beads == 2 else Nuclei.ONE_BEAD
