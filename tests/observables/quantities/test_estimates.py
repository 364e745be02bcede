"""Means and functions of means with their errors."""

from __future__ import annotations

import numpy as np
import pytest

from tumble.observables.quantities.estimates import averaged, derived
from tumble.observables.quantities.quantity import Axis
from tumble.statistics.cells import cells_of


def test_average_knows_its_times_and_scale() -> None:
    samples = np.random.default_rng(1).normal(size=(600, 2))
    quantity = averaged(
        "x",
        cells_of(samples),
        label="x",
        unit="meV",
        axes=(Axis("i", "1", np.arange(2.0)),),
        frame_time=0.5,
        scale=1000.0,
    )
    assert quantity.values == pytest.approx(1000 * samples.mean(axis=0))
    assert quantity.errors == pytest.approx(1000 / np.sqrt(600) * np.ones(2), rel=0.4)
    assert quantity.blocks is not None
    assert quantity.block_time == pytest.approx(0.5 * 600 / len(quantity.blocks), rel=0.2)
    assert quantity.correlation_time == pytest.approx(0.25, rel=0.5)  # half a frame of 0.5 ps
    assert quantity.resolved


def test_derived_quantity_agrees_with_propagation_of_errors() -> None:
    samples = np.random.default_rng(2).normal(5.0, 1.0, size=(2000, 1))
    quantity = derived("x", cells_of(samples), lambda mean: mean[0] ** 2, label="x", unit="1")
    assert quantity.values == pytest.approx(samples.mean() ** 2)
    assert float(quantity.errors) == pytest.approx(2 * 5.0 / np.sqrt(2000), rel=0.3)
    assert quantity.blocks is not None
    assert quantity.blocks.mean() == pytest.approx(float(quantity.values), rel=1e-3)
