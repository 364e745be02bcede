"""Continuous paths of particles in a periodic box, from frame to frame: the unwrapping of trajectories.

With the fractions s = x h^-1 of the box (rows h) that the positions x of two frames have, a particle has moved by

    d = (s' - s - n) (h + h') / 2,        n = round(s' - s)

In a constant box it is the nearest image. In a box that changes, it is what is left of the motion without the dilation
of the box, which moves particles without their diffusing: the integral of the momenta that barostats move particles
with, dx/dt = p/m + h^-1 dh/dt x, as ds/dt h = p/m (Martyna, Tobias and Klein, J. Chem. Phys. 101, 4177 (1994)).

Other schemes are from differences of positions: that of most programs counts boxes and jitters far away from the origin
(`xu` of LAMMPS, the coordinates of i-PI); the one of von Bülow, Bullerjahn and Hummer, J. Chem. Phys. 153, 021101
(2020), has the dilation of one box, see also Bullerjahn, von Bülow, Heidari, Hénin and Hummer, J. Chem. Theory
Comput. 19, 3406 (2023). Both depend on where the box begins, which files without a lower corner (dcd, xtc, and others)
don't say. Fractions of another origin differ by the same number for all particles, so here only their common motion
depends on it, and nothing on whether coordinates are wrapped.

It is right as long as no particle moves by half the box from one frame to the next. Coordinates that are known to be
unwrapped need no such limit: n is then zero.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from MDAnalysis.lib.mdamath import triclinic_vectors

from tumble.errors import TrajectoryError
from tumble.types import Array

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
        self._unwrapped = unwrapped
        self._frame: int | None = None
        self._box: Array | None = None
        self._places: Array = np.empty((0, 3))

    def displacements(self, positions: Array, dimensions: Any, frame: int) -> Array:
        """How far the particles have moved since the frame before, in a box that changes apart from its dilation.

        Zero in the first frame.

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
        box = None if dimensions is None else _rows(dimensions, frame)
        # Fractions of the box; positions themselves without one.
        places = positions if box is None else positions @ np.linalg.inv(box)
        if self._frame is None:
            moved = np.zeros_like(positions)
        elif (box is None) != (self._box is None):
            raise TrajectoryError(
                f"`frames`: expected a box in all frames or in none, got one in only one of the frames {self._frame} "
                f"and {frame}"
            )
        else:
            moved = places - self._places
            if box is not None and self._box is not None:
                moved = self._nearest(moved, frame) @ (0.5 * (self._box + box))
        self._frame, self._box, self._places = frame, box, places
        return moved

    def _nearest(self, steps: Array, frame: int) -> Array:
        """Return steps in fractions of the box, [N,3], to the right image."""
        boxes = np.round(steps)
        farthest = float(np.max(np.abs(steps - boxes), initial=0.0))
        where = f"from frame {self._frame} to frame {frame}"
        if self._unwrapped:
            jumps = int(np.sum(np.any(boxes != 0, axis=1)))
            if jumps > 0 and farthest < _NEAR:
                raise TrajectoryError(
                    f"`unwrapped`: expected unwrapped coordinates, got {jumps} particles that jump by the length of "
                    f"the box {where}, while none else moves by more than {farthest:.2f} of it; give `unwrapped=False`"
                )
            return steps
        if farthest > _FARTHEST:
            raise TrajectoryError(
                f"`frames`: expected frames between which no particle moves by half the box, got one that moves by "
                f"{farthest:.2f} of it {where}; write frames more often, or give `unwrapped=True` if coordinates are"
            )
        return np.asarray(steps - boxes)


def _rows(dimensions: Any, frame: int) -> Array:
    """Return vectors of the box, [3,3]."""
    box = np.asarray(triclinic_vectors(dimensions, dtype=np.float64))
    if not np.any(box):
        raise TrajectoryError(f"`frames`: expected a box with a volume, got {dimensions} in frame {frame}")
    return box
