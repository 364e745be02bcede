"""Where series become stationary, against pymbar, and how often it is wrong."""

from __future__ import annotations

import logging

import numpy as np
import pytest
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.signal import lfilter

from tumble.statistics.equilibration import Equilibration, equilibration, inefficiency

COUNT = 500


def stationary(time: float, generator: Generator, count: int = COUNT) -> NDArray[np.float64]:
    """A series with variance 1 that forgets itself in this time."""
    memory, burn = np.exp(-1 / time), int(20 * time)
    noise = lfilter([1.0], [1.0, -memory], generator.normal(size=count + burn))[burn:]
    return np.asarray(noise * np.sqrt(1 - memory**2))


def relaxing(size: float, time: float) -> NDArray[np.float64]:
    return np.asarray(size * np.exp(-np.arange(COUNT) / time))


@pytest.mark.parametrize("time", [0.1, 5.0, 20.0])
def test_inefficiency_and_start_equal_pymbar(time: float) -> None:
    logging.getLogger("pymbar").setLevel(logging.CRITICAL)
    from pymbar.timeseries import detect_equilibration, statistical_inefficiency

    generator = np.random.default_rng(1)
    for size in (5.0, 20.0):
        series = stationary(time, generator) + relaxing(size, 30.0)
        assert inefficiency(series[250:]) == pytest.approx(
            statistical_inefficiency(series[250:], fast=False, mintime=1), rel=0.02
        )
        _, _, most = detect_equilibration(series, fast=False, nskip=5)
        start = equilibration(series).start
        # The maximum is flat, so that its height says more than its place.
        assert (COUNT - start) / inefficiency(series[start:]) == pytest.approx(most, rel=0.1)


@pytest.mark.parametrize(("count", "few", "more"), [(50, 1, 4), pytest.param(300, 3, 15, marks=pytest.mark.extended)])
def test_stationary_series_have_no_start(count: int, few: int, more: int) -> None:
    generator = np.random.default_rng(2)
    alarms = {
        time: sum(equilibration(stationary(time, generator)).drifts for _ in range(count)) for time in (1, 10, 60)
    }
    assert alarms[1] == 0
    assert alarms[10] <= few
    assert alarms[60] <= more  # 2 % are meant


@pytest.mark.parametrize(("size", "relaxation"), [(8.0, 25.0), (8.0, 100.0), (40.0, 50.0)])
def test_relaxation_is_found(size: float, relaxation: float) -> None:
    generator = np.random.default_rng(3)
    found = [equilibration(stationary(2.0, generator) + relaxing(size, relaxation)) for _ in range(20)]
    assert sum(each.drifts for each in found) >= 18
    # What is left of the relaxation is of the size of the noise, or less.
    left = [size * np.exp(-each.start / relaxation) for each in found]
    assert np.median(left) < 1.5


@pytest.mark.parametrize("series", [np.zeros(100), np.full(100, 3.5), np.arange(5.0), np.empty(0)])
def test_nothing_to_tell(series: NDArray[np.float64]) -> None:
    found = equilibration(series)
    assert (found.start, found.drifts) == (0, False)


@pytest.mark.parametrize("count", [20, 50, 500])
@pytest.mark.parametrize("share", [0.1, 0.3, 0.5])
@pytest.mark.parametrize("offset", [0.0, -30000.0])
def test_a_step_without_noise(count: int, share: float, offset: float) -> None:
    step = round(share * count)
    series = offset + 1.0 * (np.arange(count) >= step)
    assert equilibration(series) == Equilibration(step, float("inf"))


def test_a_late_step_without_noise() -> None:
    assert equilibration(1.0 * (np.arange(500) >= 400)) == Equilibration(400, float("inf"))


@pytest.mark.parametrize("count", [50, pytest.param(300, marks=pytest.mark.extended)])
def test_numbers_that_were_rounded_have_no_start(count: int) -> None:
    """A few last ones are often the same."""
    generator = np.random.default_rng(4)
    assert not any(equilibration(np.round(stationary(5.0, generator))).drifts for _ in range(count))
