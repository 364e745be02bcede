"""Isotropy of coefficients whose distribution is known."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tumble.observables.orientations.isotropy import isotropy_of
from tumble.observables.orientations.spherical_harmonics import degrees

DEGREES = degrees(4)[1:]
SIZE = 0.02  # of the noise of a block


def blocks(seed: int, mean: np.ndarray | float = 0.0, count: int = 16) -> np.ndarray:
    return mean + SIZE * np.random.default_rng(seed).normal(size=(count, len(DEGREES)))


def test_power_of_noise_is_zero_on_average_and_its_errors_are_right() -> None:
    found = [isotropy_of(blocks(seed), DEGREES) for seed in range(400)]
    powers, errors = (np.array([getattr(one, name) for one in found]) for name in ("powers", "power_errors"))
    assert np.all(np.abs(powers.mean(axis=0)) < 3.5 * powers.std(axis=0) / 20)
    covered = np.mean(np.abs(powers) < errors, axis=0)
    assert np.all((covered > 0.6) & (covered < 0.85))  # not Gaussian, for few components


def test_power_and_bias_are_those_put_in() -> None:
    mean = np.zeros(len(DEGREES))
    mean[1], mean[5] = 0.1, -0.05  # of degrees 1 and 2
    found = [isotropy_of(blocks(seed, mean), DEGREES) for seed in range(300)]
    expected = 4 * np.pi * np.array([0.01, 0.0025, 0, 0])
    powers = np.array([one.powers for one in found])
    np.testing.assert_allclose(powers.mean(axis=0), expected, atol=3.5 * powers.std(axis=0).max() / np.sqrt(300))
    biases = np.array([one.bias for one in found])
    assert biases.mean() == pytest.approx(np.sqrt(expected.sum()), rel=0.01)
    assert np.mean([one.bias_error for one in found]) == pytest.approx(biases.std(), rel=0.15)
    assert all(one.test.sigma > 4 for one in found)


def test_bias_between_two_runs() -> None:
    mean = np.zeros(len(DEGREES))
    mean[1] = 0.2
    # What both have is none.
    assert isotropy_of(blocks(1, mean), DEGREES, blocks(2, mean, 9)).test.p_value > 0.01
    found = isotropy_of(blocks(1, mean), DEGREES, blocks(2, 0.5 * mean, 9))
    assert found.bias == pytest.approx(np.sqrt(4 * np.pi) * 0.1, abs=3 * found.bias_error)
    assert found.test.sigma > 5


def test_number_of_independent_samples_is_that_of_directions() -> None:
    # The mean of N isotropic directions has the variance 1 / (4 pi N) in each a_lm.
    found = [isotropy_of(blocks(seed), DEGREES).samples for seed in range(100)]
    np.testing.assert_allclose(1 / np.mean(1 / np.array(found), axis=0), 16 / (4 * np.pi * SIZE**2), rtol=0.1)


def test_detectable_bias_is_mostly_found() -> None:
    size = np.mean([isotropy_of(blocks(seed), DEGREES).detectable for seed in range(50)])
    generator = np.random.default_rng(1)
    found = 0
    for seed in range(200):
        direction = generator.normal(size=len(DEGREES))
        mean = direction * size / np.sqrt(4 * np.pi * direction @ direction)
        found += isotropy_of(blocks(1000 + seed, mean), DEGREES).test.p_value < 0.05
    assert found / 200 == pytest.approx(0.8, abs=0.1)


def test_json_has_no_infinities() -> None:
    still = isotropy_of(np.full((6, len(DEGREES)), 0.1), DEGREES)
    document = json.loads(json.dumps(still.to_dict(), allow_nan=False))
    assert document["sigma"] is None
    assert document["independent_samples"]["1"] is None
    assert document["bias_kT"] == pytest.approx(np.sqrt(4 * np.pi * 24) * 0.1)
