"""Continuous paths of particles in a periodic box, from frame to frame: the unwrapping of trajectories.

With fractional coordinates s = x h^-1 (rows h of the box) of the positions x in two frames, the displacement is

    d = (s' - s - n) (h + h') / 2,        n = round(s' - s)

In a constant box this is the displacement to the nearest image. In a changing box it is the motion without the dilation
of the box, which moves particles without diffusion: the integral of the momenta of a barostat,
dx/dt = p/m + h^-1 dh/dt x, since ds/dt h = p/m (Martyna, Tobias and Klein, J. Chem. Phys. 101, 4177 (1994)).

Other schemes use differences of positions. The scheme of most programs counts boxes; its coordinates jitter far away
from the origin (`xu` of LAMMPS, the coordinates of i-PI). The scheme of von Bülow, Bullerjahn and Hummer, J. Chem.
Phys. 153, 021101 (2020), includes the dilation of one box; see also Bullerjahn, von Bülow, Heidari, Hénin and Hummer,
J. Chem. Theory Comput. 19, 3406 (2023). Both depend on the origin of the box, which files without a lower corner (dcd,
xtc, and others) don't contain. Here, another origin shifts the fractional coordinates of all particles equally, so it
affects only their common motion. The result doesn't depend on whether coordinates are wrapped.

The scheme is valid if no particle moves by half the box between two frames. Unwrapped coordinates have no such limit:
for them n is zero.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from MDAnalysis.lib.mdamath import triclinic_vectors

from tumble.errors import NotApplicableError, TrajectoryError
from tumble.types import Array

# Fraction of a box. If one of many particles has moved that far, others may have moved by more than half a box.
_FARTHEST = 0.45
# Fraction of a box. If no particle moves that far, none moves by a whole box.
_NEAR = 0.25


class Unwrapper:
    """Follow particles through a periodic box.

    Args:
        unwrapped: Whether coordinates are known to be unwrapped.
    """

    def __init__(self, *, unwrapped: bool = False) -> None:
        self._unwrapped = unwrapped
        self._frame: int | None = None
        self._box: Array | None = None
        self._places: Array = np.empty((0, 3))

    def displacements(self, positions: Array, dimensions: Any, frame: int) -> Array:
        """Return the displacements of the particles since the previous frame, without the dilation of the box.

        Zero in the first frame.

        Args:
            positions: [N,3] in Å, wrapped or not.
            dimensions: Edges (Å) and angles (degrees) of the box; None without one.
            frame: Index of the frame, for errors.

        Returns:
            [N,3] in Å.

        Raises:
            TrajectoryError: If a position isn't a number, or the box is missing in some frames.
            NotApplicableError: If a particle has moved too far to say where to.
        """
        if not np.all(np.isfinite(positions)):
            raise TrajectoryError(f"`frames`: expected finite positions, got a NaN or infinity in frame {frame}")
        box = None if dimensions is None else _rows(dimensions, frame)
        # Fractional coordinates; positions themselves without a box.
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
        """Return the steps in fractions of the box, [N,3], to the nearest image, or unchanged if unwrapped."""
        boxes = np.round(steps)
        farthest = float(np.max(np.abs(steps - boxes), initial=0.0))
        where = f"from frame {self._frame} to frame {frame}"
        if self._unwrapped:
            jumps = int(np.sum(np.any(boxes != 0, axis=1)))
            if jumps > 0 and farthest < _NEAR:
                raise NotApplicableError(
                    f"`unwrapped`: expected unwrapped coordinates, got {jumps} particles that jump by the length of "
                    f"the box {where}, while no other moves by more than {farthest:.2f} of it; give `unwrapped=False`"
                )
            return steps
        if farthest > _FARTHEST:
            raise NotApplicableError(
                f"`frames`: expected frames between which no particle moves by half the box, got one that moves by "
                f"{farthest:.2f} of it {where}; write frames more often, or give `unwrapped=True` if they are unwrapped"
            )
        return np.asarray(steps - boxes)


def _rows(dimensions: Any, frame: int) -> Array:
    """Return the vectors of the box as rows, [3,3] in Å."""
    box = np.asarray(triclinic_vectors(dimensions, dtype=np.float64))
    if not np.any(box):
        raise TrajectoryError(f"`frames`: expected a box with a volume, got {dimensions} in frame {frame}")
    return box
