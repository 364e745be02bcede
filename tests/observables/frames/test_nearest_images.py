"""Nearest images by components, against MDAnalysis."""

from __future__ import annotations

import numpy as np
import pytest
from MDAnalysis.lib.distances import minimize_vectors

from tumble.observables.frames.nearest_images import nearest_images
from tumble.types import Array

BRICK = np.array([7.5, 12.41517, 30.0, 90, 90, 90], dtype=np.float32)
TRICLINIC = np.array([7.5, 8.0, 9.0, 80, 95, 70], dtype=np.float32)


def of_components(vectors: Array, box: Array) -> Array:
    return np.moveaxis(nearest_images(np.moveaxis(vectors, -1, 0).copy(), box), 0, -1)


@pytest.mark.parametrize("box", [BRICK, BRICK.astype(np.float64), TRICLINIC], ids=["brick", "double", "triclinic"])
def test_same_as_mdanalysis_to_the_last_bit(box: Array) -> None:
    vectors = np.random.default_rng(1).normal(scale=20, size=(3, 500, 3))
    expected = minimize_vectors(vectors.reshape(-1, 3), box).reshape(vectors.shape)
    np.testing.assert_array_equal(of_components(vectors, box).view(np.int64), expected.view(np.int64))


def test_half_an_edge_is_rounded_as_there() -> None:
    halves = 0.5 * np.arange(-9, 10)[:, None] * np.array([8.0, 16.0, 4.0])
    box = np.array([8.0, 16.0, 4.0, 90, 90, 90], dtype=np.float32)
    expected = minimize_vectors(halves, box)
    assert {-4.0, 4.0} <= set(expected[:, 0].tolist())
    np.testing.assert_array_equal(of_components(halves, box), expected)


def test_nothing_to_do() -> None:
    vectors = np.full((3, 2), 100.0)
    assert nearest_images(vectors, None) is vectors
    assert nearest_images(np.empty((3, 2, 0)), BRICK).shape == (3, 2, 0)
