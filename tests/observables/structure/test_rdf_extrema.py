"""Peaks and minima of curves that are known."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from tumble.observables.structure.rdf_extrema import first_peak, minimum_after

Array = NDArray[np.float64]

EDGES = np.arange(0.0, 8.0, 0.05)
CENTERS = 0.5 * (EDGES[:-1] + EDGES[1:])


def liquid(r: Array) -> Array:
    """Two shells, the first one steeper on the left: like oxygen in water."""
    width = np.where(r < 2.8, 0.11, 0.18)
    first = 1.7 * np.exp(-0.5 * ((r - 2.8) / width) ** 2)
    core = 1 / (1 + np.exp(-(r - 2.6) / 0.03))
    return np.asarray(core + first - 0.2 * np.exp(-0.5 * ((r - 3.45) / 0.25) ** 2) + shell(r))


def shell(r: Array) -> Array:
    return np.asarray(0.15 * np.exp(-0.5 * ((r - 4.5) / 0.3) ** 2))


def test_peak_and_minimum() -> None:
    values = liquid(CENTERS)
    errors = np.full(len(CENTERS), 0.01)
    peak = first_peak(CENTERS, values, errors)
    assert peak is not None
    fine = np.linspace(2, 5, 30001)
    exact = liquid(fine)
    position, height = peak.find(values)
    assert position == pytest.approx(fine[np.argmax(exact)], abs=0.01)
    assert height == pytest.approx(exact.max(), rel=0.02)
    minimum = minimum_after(peak, CENTERS, values, errors)
    assert minimum is not None
    between = (fine > 3) & (fine < 4.3)
    assert minimum.find(values)[0] == pytest.approx(fine[between][np.argmin(exact[between])], abs=0.02)
    assert minimum.find(values)[1] == pytest.approx(exact[between].min(), abs=0.01)


def test_noise_moves_the_peak_smoothly() -> None:
    generator = np.random.default_rng(1)
    values = liquid(CENTERS)
    peak = first_peak(CENTERS, values, np.full(len(CENTERS), 0.02))
    assert peak is not None
    found = np.array([peak.find(values + generator.normal(scale=0.02, size=len(values))) for _ in range(200)])
    assert np.std(found[:, 0]) < 0.01
    assert np.std(found[:, 1]) < 0.02
    assert np.mean(found, axis=0) == pytest.approx(peak.find(values), abs=0.003)


def test_noise_is_no_peak() -> None:
    generator = np.random.default_rng(2)
    errors = np.full(len(CENTERS), 0.1)
    values = 1 + generator.normal(scale=0.1, size=len(CENTERS))
    assert first_peak(CENTERS, values, errors) is None


def test_bump_below_1_is_no_peak() -> None:
    assert first_peak(CENTERS, 5 * shell(CENTERS), np.full(len(CENTERS), 0.01)) is None


def test_single_peak_has_no_minimum_after_it() -> None:
    values = 1 + 20 * shell(CENTERS)
    errors = np.full(len(CENTERS), 0.01)
    peak = first_peak(CENTERS, values, errors)
    assert peak is not None
    assert peak.find(values) == pytest.approx((4.5, 4.0), abs=0.02)
    assert minimum_after(peak, CENTERS, values, errors) is None
