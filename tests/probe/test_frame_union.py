"""Sets that share rotations."""

from __future__ import annotations

import numpy as np

from tumble import _core
from tumble.grids import legendre
from tumble.probe.frame_union import unite
from tumble.rotation_sets import RotationSet

NAMES = ("none", "none+inversion", "tetrahedral", "tetrahedral+inversion", "octahedral", "icosahedral")


def test_shared_rotations_are_there_once():
    sets = [RotationSet(name).frames() for name in NAMES]
    union = unite(sets)
    assert len(union.rotations) < sum(map(len, sets)) - 12 - 12 - 3  # at least those of the first four
    assert len(union.rotations) == len(np.unique(np.round(union.rotations, 6) + 0.0, axis=0))
    for frames, place, weights in zip(sets, union.places, union.weights, strict=True):
        np.testing.assert_allclose(union.rotations[place], frames.rotations, atol=1e-9)
        np.testing.assert_array_equal(weights[place], frames.weights)
        assert np.count_nonzero(weights) == len(frames)


def test_a_rotation_twice_in_one_set_has_both_weights():
    turn = legendre(2).rotations[3]
    frames = _core.Frames(np.array([turn, np.eye(3), turn]), [0.25, 0.5, 0.25])
    union = unite([frames])
    assert union.weights.tolist() == [[0.5, 0.5]]
    assert union.places[0].tolist() == [0, 1, 0]


def test_rounding_does_not_part_rotations():
    rotations = RotationSet("octahedral").frames().rotations
    noise = 1e-13 * np.random.default_rng(0).standard_normal(rotations.shape)
    weights = np.full(24, 1 / 24)
    union = unite([_core.Frames(rotations, weights), _core.Frames(rotations + noise, weights)])
    assert len(union.rotations) == 24
