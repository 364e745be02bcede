"""Derivatives by finite differences, against analytic ones."""

from __future__ import annotations

import numpy as np
import pytest

from tumble.audit.differences import GAIN, derivative, missed, signs, step_for
from tumble.audit.noise import Noise


def test_exponential():
    found = derivative(lambda places: np.exp(np.array(places)), 1e-2)
    assert float(found.value) == pytest.approx(1.0, abs=4.0 * 1e-8 / 120 * 4)  # h^4 times the fifth derivative / 30
    assert abs(float(found.value) - 1.0) < found.left
    arrays = derivative(lambda places: np.array([[np.sin(x), 2.0 * x] for x in places]), 1e-3)
    np.testing.assert_allclose(arrays.value, [1.0, 2.0], atol=1e-10)


def test_quartics_are_exact():
    assert float(derivative(lambda places: np.array([x + x**3 - x**4 for x in places]), 0.5).value) == pytest.approx(
        1.0
    )


def test_noise():
    random = np.random.default_rng(0)
    values = [float(derivative(lambda places: random.standard_normal(len(places)), 0.1).value) for _ in range(4000)]
    assert np.std(values) == pytest.approx(GAIN / 0.1, rel=0.05)


@pytest.mark.parametrize("error", [0.0, 0.1])
def test_forces_miss_the_gradient_by_their_error(error):
    """E = sum x^3 - 2 x at x = 1, where F = -1; an error of one component is the same along all directions of signs."""
    forces, random = np.full((2, 3), -1.0), np.random.default_rng(0)
    forces[1, 2] += error

    def energies(shifts):
        return np.array([np.sum((1.0 + shift) ** 3 - 2.0 * (1.0 + shift)) for shift in shifts])

    found = missed(energies, forces, [signs(random, 2, 3) for _ in range(3)], 1e-3, 1e-15)
    assert found.value == pytest.approx(error, abs=1e-11)
    assert found.rounding < 1e-11


def test_steps_grow_with_the_noise():
    quiet, loud = (step_for(Noise(energy, 0.0), 100) for energy in (1e-13, 1e-5))
    assert 5e-4 <= quiet < loud <= 5e-3


def test_signs():
    vector = np.array([1.0, -2.0, 0.5])
    squares = [(vector @ signs(np.random.default_rng(i), 3)) ** 2 for i in range(2000)]
    assert np.mean(squares) == pytest.approx(vector @ vector, rel=0.05)
