"""Isolated systems: molecules and clusters in empty space, although their files have a cell.

i-PI writes a cell into every file, and a LAMMPS dump has the bounds of a box whether or not it is periodic. A system
counts as isolated if its cell has an empty slab along each cell vector that is wider than the cutoff of any potential.
The cell is cut at the slab, so that a molecule that was wrapped into the cell is whole again.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from MDAnalysis.lib.mdamath import triclinic_vectors

from tumble.errors import NotApplicableError
from tumble.trajectories.boxes import face_distances
from tumble.types import Array

GAP = 10.0  # Å; an empty slab of this width separates a system from its images


class Isolation:
    """Whether a system is isolated, and its positions as one piece.

    Args:
        universe: A `MDAnalysis.Universe`; its first frame is examined.
        isolated: Whether nothing interacts through the boundaries of the cell; positions then stay unchanged. If not
            given, the first frame decides.

    Attributes:
        known: Whether the system is isolated.
        gap: Width of the narrowest empty slab between images in the first frame, Å; infinite without a cell.
        widest: Width of the widest empty slab, Å.
    """

    def __init__(self, universe: Any, isolated: bool | None = None) -> None:
        ts = universe.trajectory[0]
        self._cuts = False
        self.gap = self.widest = np.inf
        if _has_cell(ts.dimensions):
            gaps = _gaps(np.asarray(ts.positions, dtype=np.float64), ts.dimensions)
            self.gap, self.widest = float(gaps.min()), float(gaps.max())
            self._cuts = isolated is None and self.gap >= GAP
        self.known = isolated if isolated is not None else bool(self.gap >= GAP)

    def require(self, what: str) -> None:
        """Check that the system is isolated.

        Args:
            what: The quantity that needs an isolated system, for the message.

        Raises:
            NotApplicableError: If the system isn't isolated.
        """
        if not self.known:
            known = np.isfinite(self.gap)
            cell = (
                f"a periodic cell with images {self.gap:.1f} Å apart" if known else "one whose cell isn't in the file"
            )
            raise NotApplicableError(
                f"`universe`: expected an isolated system for {what}, got {cell}, "
                "where even an exactly invariant model doesn't conserve it; if nothing interacts through the "
                "boundaries, set `isolated`"
            )

    @property
    def notes(self) -> tuple[str, ...]:
        """Notes for the reader of a result."""
        if not self._cuts:
            return ()
        return (f"The system is treated as isolated: images are {self.gap:.1f} Å apart in the first frame.",)

    def beads(self, beads: Array, dimensions: Any, frame: int) -> Array:
        """Return positions [P,N,3] in Å with the system in one piece.

        Args:
            beads: [P,N,3] in Å.
            dimensions: Edges (Å) and angles (degrees) of the cell.
            frame: Index of the frame, for the message.

        Raises:
            NotApplicableError: If images have come close to each other.
        """
        if not self._cuts:
            return beads
        rows = triclinic_vectors(dimensions).astype(np.float64)
        fractions = beads.mean(axis=0) @ np.linalg.inv(rows)
        shifts = np.empty_like(fractions)
        for axis in range(3):
            gap, start = _widest(fractions[:, axis])
            width = gap * face_distances(rows)[axis]
            if width < 0.5 * GAP:
                raise NotApplicableError(
                    f"`universe`: expected an isolated system, got images {width:.1f} Å apart in frame {frame}"
                )
            shifts[:, axis] = -np.floor(fractions[:, axis] - start + 1e-9)
        return np.asarray(beads + shifts @ rows)


def _has_cell(dimensions: Any) -> bool:
    return dimensions is not None and bool(np.all(np.asarray(dimensions[:3]) > 0))


def _gaps(positions: Array, dimensions: Any) -> Array:
    """Return the width of the widest empty slab across each cell vector, [3] in Å."""
    rows = triclinic_vectors(dimensions).astype(np.float64)
    fractions = positions @ np.linalg.inv(rows)
    return np.array([_widest(fractions[:, axis])[0] for axis in range(3)]) * face_distances(rows)


def _widest(fractions: Array) -> tuple[float, float]:
    """Return the width of the widest empty interval on a circle of length 1, and where it ends."""
    places = np.sort(fractions % 1.0)
    widths = np.diff(np.append(places, places[0] + 1.0))
    last = int(np.argmax(widths))
    return float(widths[last]), float(places[(last + 1) % len(places)])
