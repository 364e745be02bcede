"""Conversion of cells to the form of MDAnalysis: edges and angles, with a along x and b in the xy plane."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from ase.geometry import cell_to_cellpar
from MDAnalysis.lib.mdamath import triclinic_vectors

from tumble.errors import TrajectoryError
from tumble.types import Array

#: Note for boxes that are periodic in one or two directions.
PARTLY_PERIODIC = (
    "The box is periodic along some of its edges only, but distances are taken as if it were along all of them."
)

_LARGEST = 1e18  # Å; MDAnalysis computes squares of lengths in single precision

#: Relative rounding error of box edges in single precision or printed in a file.
ROUNDING = 1e-6


def dimensions_of(vectors: Array, periodic: Sequence[bool]) -> Array | None:
    """Return the edges and angles of a cell.

    Args:
        vectors: Rows, [3,3] in Å.
        periodic: Whether it is periodic along each.

    Returns:
        Edges (Å) and angles (degrees), [6]; None if it isn't periodic at all.

    Raises:
        TrajectoryError: If the cell has another orientation: MDAnalysis can't represent it, and rotating it back would
            change the axes of space.
    """
    if not any(periodic):
        return None
    if not np.all(np.abs(vectors) < _LARGEST):
        raise TrajectoryError(
            f"`cell`: expected lengths below 1e18 Å, got {np.array2string(np.asarray(vectors), separator=', ')}"
        )
    lengths = np.linalg.norm(vectors, axis=1)
    above = vectors[np.triu_indices(3, 1)]
    if np.any(np.diag(vectors) <= 0) or np.any(np.abs(above) > 1e-5 * lengths.max()):
        raise TrajectoryError(
            "`cell`: expected a along x, b in the xy plane and c with z > 0, got the vectors "
            f"{np.array2string(vectors, precision=4, separator=', ')}; rotate cell and atoms before the simulation"
        )
    return checked_dimensions(np.asarray(cell_to_cellpar(vectors)))  # type: ignore[no-untyped-call]


def checked_dimensions(dimensions: Array) -> Array:
    """Return edges and angles if they span a cell.

    Args:
        dimensions: Edges (Å) and angles (degrees), [6].

    Raises:
        TrajectoryError: If they don't; MDAnalysis would silently take this as "no cell".
    """
    found = np.asarray(dimensions, dtype=np.float64)
    with np.errstate(invalid="ignore"):
        spans = np.all(found > 0) and np.all(found < _LARGEST) and triclinic_vectors(found, dtype=np.float64)[0, 0] > 0
    if not spans:
        raise TrajectoryError(
            f"`cell`: expected edges and angles that span a cell, got {' '.join(f'{number:g}' for number in found)}"
        )
    return found


def face_distances(rows: Array) -> Array:
    """Return the distances between opposite faces of the cell with these vectors [3,3], in Å."""
    # The columns of the inverse are normal to the faces.
    return np.asarray(1 / np.linalg.norm(np.linalg.inv(rows), axis=0))


def half_box(dimensions: Any) -> float:
    """Return half the smallest distance between opposite faces, with a margin for rounding, Å; infinite without a box.

    Args:
        dimensions: Edges (Å) and angles (degrees), or None.
    """
    if dimensions is None:
        return float("inf")
    distances = face_distances(triclinic_vectors(dimensions, dtype=np.float64))
    return float(0.5 * distances.min() * (1 + ROUNDING))
