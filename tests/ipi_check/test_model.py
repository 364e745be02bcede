"""The model as the checks use it."""

from __future__ import annotations

import numpy as np
import pytest
from support.ipi_inputs import WATER, make_model
from support.numbers import from_core

from tumble import _core
from tumble.ipi_check.options import Options


def test_forces_of_several(model_file) -> None:
    model = make_model(model_file("pair"), Options())
    moved = WATER.copy()
    moved.positions[0] += 0.1
    found = model.forces([WATER, moved])
    for forces, atoms in zip(found, (WATER, moved), strict=True):
        np.testing.assert_allclose(forces, from_core(model_file("pair"), atoms).forces, atol=1e-12)


def test_it_is_loaded_when_it_is_needed(model_file) -> None:
    loads = []
    model = make_model(model_file("pair"), Options())
    model._load = lambda: loads.append(1) or _core.Potential(str(model_file("pair")), "cpu")
    assert (list(model.species), loads) == (["O", "H"], [])
    assert model.seconds(WATER) > 0.0
    model.forces([WATER])
    assert loads == [1]


def test_noise_of_random_rotations(model_file) -> None:
    """Rotations of degree 1 alone: a set that is exact to degree 2 leaves nothing."""
    one = make_model(model_file("harmonic_2"), Options(symmetrize="random", seed=3)).force_noise(WATER, 48)
    several = make_model(model_file("harmonic_2"), Options(symmetrize="random:16", seed=3)).force_noise(WATER, 480)
    none = make_model(model_file("harmonic_2"), Options(symmetrize="random:octahedral", seed=3)).force_noise(WATER, 480)
    assert one.shape == (3, 3)
    assert several.mean() == pytest.approx(one.mean() / 16.0, rel=0.8)
    assert none.max() < 1e-16
