"""The frame of a cell that changes its shape: the rotation that goes with the shape.

Programs keep a along x and b in the xy plane whatever the stress does to a cell. The matrix of its vectors (rows), h0
at first and h now, is then h = h0 F with a triangular F, which shears and turns everything. Of its polar decomposition

    F = P U

with a symmetric P, which deforms without a rotation, the orthogonal U says how directions are turned: a molecule at
rest in its crystal turns with it. Its directions v (rows) are v U^T in the frame of the cell.
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
        TrajectoryError: If there is no box.
    """
    if dimensions is None or not np.all(np.asarray(dimensions[:3]) > 0):
        raise SettingError("frame", "expected a box in each frame, which says where its axes are, got none")
    return np.asarray(triclinic_vectors(dimensions), dtype=np.float64)


def cell_rotation(vectors: Array, reference: Array) -> Array:
    """Return the rotation U from a reference cell to a cell, for rows: v_reference U is how a direction lies now.

    Args:
        vectors: Rows, [3,3].
        reference: Rows, [3,3], of the same handedness.
    """
    rotation, _ = polar(np.linalg.solve(reference, vectors), side="left")
    return np.asarray(rotation)
