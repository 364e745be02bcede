"""Continuous paths of particles in a periodic box, from frame to frame: the unwrapping of trajectories.

With positions w of two frames that follow each other, each wrapped into the box of its own frame (rows h), a particle
has moved by

    d = (w' - w) - n h',        n = round((w' - w) h'^-1)

the toroidal-view-preserving scheme of von Bülow, Bullerjahn and Hummer, J. Chem. Phys. 153, 021101 (2020), for any
cell; see also Bullerjahn, von Bülow, Heidari, Hénin and Hummer, J. Chem. Theory Comput. 19, 3406 (2023). In a box that
changes its size, such paths don't jitter with the box far away from the origin, as coordinates do that count how often
a particle left the box (`xu` of LAMMPS, those of i-PI). In a constant box it is the nearest image. It is right as long
as no particle moves by half the box from one frame to the next. Of a molecule, the path of one point is to be
followed: those of its atoms may part in a box that changes.

Coordinates that are known to be unwrapped need no such limit: n is then minus the number of boxes that they themselves
count, and in a constant box paths are just the coordinates.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from MDAnalysis.lib.mdamath import triclinic_vectors

from tumble.analysis.statistics.cells import Array
from tumble.analysis.trajectory_error import TrajectoryError

# Of a box. Where one particle of many has moved that far, others may have moved by more than half a box.
_FARTHEST = 0.45
# Of a box: where nothing moves that far, nothing moves by a whole box.
_NEAR = 0.25


class Unwrapper:
    """Follows particles.

    Args:
        unwrapped: Whether coordinates are known to be unwrapped.
    """

    def __init__(self, *, unwrapped: bool = False) -> None:
        """See the class."""
        self._unwrapped = unwrapped
        self._frame: int | None = None
        self._periodic = False
        self._wrapped: Array = np.empty((0, 3))
        self._images: Array = np.empty((0, 3))

    def displacements(self, positions: Array, dimensions: Any, frame: int) -> Array:
        """How far the particles have moved since the frame before; zero in the first.

        Args:
            positions: [N,3] in Å, wrapped or not.
            dimensions: Edges (Å) and angles (degrees) of the box; None without one.
            frame: Index of the frame, for errors.

        Returns:
            [N,3] in Å.

        Raises:
            TrajectoryError: If a particle has moved too far to say where to, a position isn't a number, or the box
                is missing in some frames.
        """
        if not np.all(np.isfinite(positions)):
            raise TrajectoryError(f"`frames`: expected finite positions, got others in frame {frame}")
        periodic = dimensions is not None
        wrapped, images = positions, np.zeros_like(positions)
        if periodic:
            box = _rows(dimensions, frame)
            inverse = np.linalg.inv(box)
            images = np.floor(positions @ inverse)
            wrapped = positions - images @ box
        if self._frame is None:
            moved = np.zeros_like(positions)
        elif periodic != self._periodic:
            raise TrajectoryError(
                f"`frames`: expected a box in all frames or in none, got one in only one of the frames {self._frame} "
                f"and {frame}"
            )
        else:
            moved = wrapped - self._wrapped
            if periodic:
                counted = images - self._images if self._unwrapped else None
                moved = moved + self._boxes(moved @ inverse, counted, frame) @ box
        self._frame, self._periodic, self._wrapped, self._images = frame, periodic, wrapped, images
        return moved

    def _boxes(self, fractions: Array, counted: Array | None, frame: int) -> Array:
        """How many boxes are to be added to differences of wrapped positions, [N,3], which are `fractions` of one."""
        if counted is not None:
            fractions = fractions + counted
        nearest = np.round(fractions)
        farthest = float(np.max(np.abs(fractions - nearest), initial=0.0))
        where = f"from frame {self._frame} to frame {frame}"
        if counted is not None:
            jumps = int(np.sum(np.any(nearest != 0, axis=1)))
            if jumps > 0 and farthest < _NEAR:
                raise TrajectoryError(
                    f"`unwrapped`: expected unwrapped coordinates, got {jumps} particles that jump by the length of "
                    f"the box {where}, while none else moves by more than {farthest:.2f} of it; give `unwrapped=False`"
                )
            return counted
        if farthest > _FARTHEST:
            raise TrajectoryError(
                f"`frames`: expected frames between which no particle moves by half the box, got one that moves by "
                f"{farthest:.2f} of it {where}; write frames more often, or give `unwrapped=True` if coordinates are"
            )
        return np.asarray(-nearest)


def _rows(dimensions: Any, frame: int) -> Array:
    """Vectors of the box, [3,3]."""
    box = np.asarray(triclinic_vectors(dimensions, dtype=np.float64))
    if not np.any(box):
        raise TrajectoryError(f"`frames`: expected a box with a volume, got {dimensions} in frame {frame}")
    return box
