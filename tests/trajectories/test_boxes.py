"""Boxes in the form of MDAnalysis."""

from __future__ import annotations

import numpy as np
import pytest
from MDAnalysis.lib.mdamath import triclinic_vectors

from tumble.errors import TrajectoryError
from tumble.trajectories.boxes import dimensions_of, face_distances, half_box


def test_inverse_of_mdanalysis() -> None:
    for dimensions in ([9, 8, 7, 90, 90, 90], [9, 8, 7, 80, 95, 110], [5, 5, 5, 60, 60, 90]):
        vectors = triclinic_vectors(np.array(dimensions, dtype=np.float32), dtype=np.float64)
        np.testing.assert_allclose(dimensions_of(vectors, [True] * 3), dimensions, rtol=1e-6)


def test_no_box_where_nothing_is_periodic() -> None:
    assert dimensions_of(np.eye(3), [False] * 3) is None


@pytest.mark.parametrize("vectors", [[[0, 3, 3], [3, 0, 3], [3, 3, 0]], [[5, 0, 0], [0, 5, 0], [0, 0, -5]]])
def test_turned_or_left_handed_boxes_are_refused(vectors: list[list[float]]) -> None:
    with pytest.raises(TrajectoryError, match=r"`cell`: .*a along x"):
        dimensions_of(np.array(vectors, dtype=float), [True] * 3)


def test_distances_between_faces() -> None:
    dimensions = np.array([9.0, 9.0, 11.0, 75, 100, 70])
    a, b, c = rows = triclinic_vectors(dimensions, dtype=np.float64)
    volume = np.linalg.det(rows)
    expected = [volume / np.linalg.norm(np.cross(u, v)) for u, v in ((b, c), (c, a), (a, b))]
    np.testing.assert_allclose(face_distances(rows), expected)
    assert half_box(dimensions) == pytest.approx(min(expected) / 2, rel=2e-6)
    assert half_box(None) == np.inf
