"""What follows from a density and coefficients: names, units, and what has samples."""

from __future__ import annotations

import numpy as np
import pytest

from tumble.observables.orientations.isotropy import isotropy_of
from tumble.observables.orientations.orientation_quantities import (
    bias_of,
    free_energy_of,
    label_of,
    power_of,
)
from tumble.observables.orientations.spherical_harmonics import degrees
from tumble.observables.quantities.estimates import averaged
from tumble.observables.quantities.quantity import Axis, Quantity
from tumble.statistics.cells import cells_of

DEGREES = degrees(2)[1:]


def quantity(mean: float) -> Quantity:
    samples = np.random.default_rng(1).normal(mean, 0.01, size=(64, len(DEGREES)))
    axis = Axis("l(l+1) + m", "1", np.arange(1.0, 9.0))
    return averaged("a_OH", cells_of(samples), label="a", unit="1", axes=(axis,), expected=0.0)


def test_power_and_bias_carry_the_numbers_of_isotropy() -> None:
    coefficients = quantity(0.2)
    assert coefficients.blocks is not None
    found = isotropy_of(coefficients.blocks, DEGREES)
    power, bias = power_of("OH", coefficients, found), bias_of("OH", coefficients, found)
    assert (power.name, power.unit, power.blocks) == ("power_OH", "1", None)
    assert (bias.name, bias.unit, bias.blocks) == ("bias_OH", "kT", None)
    np.testing.assert_allclose(power.values, 4 * np.pi * np.array([3, 5]) * 0.04, rtol=0.05)
    np.testing.assert_allclose(power.expected, [0, 0])
    assert bias.values == pytest.approx(np.sqrt(power.values.sum()), rel=1e-3)
    assert bias.expected == 0


def test_free_energy_has_no_samples_of_its_own() -> None:
    density = quantity(2.0)
    energy = free_energy_of("OH_centroid", density)
    assert (energy.name, energy.label, energy.blocks) == ("free_energy_OH_centroid", "−ln g, O–H, centroid", None)
    np.testing.assert_allclose(energy.values, -np.log(density.values))
    np.testing.assert_allclose(energy.expected, 0)


def test_labels() -> None:
    assert [label_of(name) for name in ("bisector", "OH", "mine_centroid")] == ["bisector", "O–H", "mine, centroid"]
