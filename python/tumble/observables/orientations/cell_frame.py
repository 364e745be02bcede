"""The coordinate frame of a cell that changes its shape: the rotation contained in the deformation.

Programs keep a along x and b in the xy plane for any deformation of a cell. The matrices of its vectors (rows), h0 at
first and h now, are then related by h = h0 F with a triangular F, which shears and rotates. In its polar decomposition

    F = P U

the symmetric P deforms without rotation, and the orthogonal U rotates directions: a molecule at rest in its crystal
turns with U. In the frame of the cell its directions v (rows) are v U^T.
"""

from __future__ import annotations

import numpy as np
from MDAnalysis.lib.mdamath import triclinic_vectors
from scipy.linalg import polar

from tumble.errors import SettingError
from tumble.types import Array


def cell_vectors(dimensions: Array | None) -> Array:
    """Return cell vectors, rows, [3,3] in Å, from edges (Å) and angles (degrees).

    Raises:
        SettingError: If there is no box.
    """
    if dimensions is None or not np.all(np.asarray(dimensions[:3]) > 0):
        raise SettingError("frame", "expected a box in each frame, which defines its axes, got none")
    return np.asarray(triclinic_vectors(dimensions), dtype=np.float64)


def cell_rotation(vectors: Array, reference: Array) -> Array:
    """Return the rotation U from a reference cell to a cell; the direction v (row) of the reference becomes v U.

    Args:
        vectors: Rows, [3,3].
        reference: Rows, [3,3], of the same handedness.
    """
    rotation, _ = polar(np.linalg.solve(reference, vectors), side="left")
    return np.asarray(rotation)
