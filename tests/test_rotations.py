"""Random orthogonal matrices: uniform over O(3), and the same for the same seed."""

from __future__ import annotations

import numpy as np
from scipy import stats

from tumble.rotations import random_proper_rotations, random_rotations


def test_uniform_over_proper_and_improper_rotations():
    turns = random_rotations(2000, 0)
    identity = np.broadcast_to(np.eye(3), turns.shape)
    np.testing.assert_allclose(turns @ turns.transpose(0, 2, 1), identity, atol=1e-14)
    determinants = np.linalg.det(turns)
    np.testing.assert_allclose(np.abs(determinants), 1.0)
    assert abs((determinants > 0).mean() - 0.5) < 0.04
    # An element of a uniform matrix is the coordinate of a point on the sphere: uniform on [-1, 1] (Archimedes).
    assert stats.kstest(turns[:, 0, 2], "uniform", (-1, 2)).pvalue > 0.01


def test_seed_and_generator_draw_the_same():
    np.testing.assert_array_equal(random_rotations(5, 3), random_rotations(5, 3))
    generator = np.random.default_rng(3)
    drawn = np.concatenate([random_rotations(2, generator), random_rotations(3, generator)])
    np.testing.assert_array_equal(random_rotations(5, 3), drawn)


def test_proper_rotations_are_those_up_to_a_sign():
    proper, turns = random_proper_rotations(200, 1), random_rotations(200, 1)
    np.testing.assert_allclose(np.linalg.det(proper), 1.0)
    np.testing.assert_array_equal(np.abs(proper), np.abs(turns))
