"""Slopes of correlated series against processes with a known slope, and of independent ones against SciPy."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats
from scipy.signal import lfilter

from tumble.errors import NotApplicableError
from tumble.observables.base.series import COMPONENTS
from tumble.observables.quantities.trend import trend
from tumble.statistics.blocking import student
from tumble.statistics.cells import cells_of


def wandering(frames: int, time: float, slope: float, generator: np.random.Generator) -> NDArray[np.float64]:
    """A line with noise of variance 1 that forgets itself within `time` frames."""
    memory = np.exp(-1 / time)
    noise = generator.normal(size=frames) * np.sqrt(1 - memory**2)
    noise[0] /= np.sqrt(1 - memory**2)
    return np.asarray(lfilter([1.0], [1.0, -memory], noise) + slope * np.arange(frames))


@pytest.mark.parametrize(("frames", "time"), [(60, 0.1), (600, 0.1), (3000, 3.0), (4000, 40.0)])
def test_68_percent_intervals_cover(frames: int, time: float) -> None:
    generator = np.random.default_rng(1)
    slope, covered = 3.0 / frames, 0
    for _ in range(200):
        found = trend("s", cells_of(wandering(frames, time, slope, generator)), label="", unit="", frame_time=1.0)
        covered += int(abs(found.values - slope) < found.errors)
    assert 0.60 <= covered / 200 <= 0.76


def test_independent_samples_as_in_scipy() -> None:
    samples = np.random.default_rng(2).normal(size=400) + 0.01 * np.arange(400)
    found = trend("s", cells_of(samples), label="", unit="", frame_time=0.5, blocks=400)
    expected = stats.linregress(0.5 * np.arange(400), samples)
    assert found.values == pytest.approx(expected.slope)
    assert found.errors == pytest.approx(student(399) * expected.stderr)


def test_slope_of_cells_of_several_frames() -> None:
    """A line without noise has its slope, however many frames a cell holds, the last of which isn't full."""
    found = trend("s", cells_of(2.0 + 0.3 * np.arange(10_001)), label="", unit="", frame_time=0.1, scale=-1.0)
    assert found.values == pytest.approx(-3.0)
    assert found.errors == pytest.approx(0.0, abs=1e-9)
    assert found.blocks == pytest.approx(np.full(len(found.blocks), -3.0))


def test_samples_stand_for_the_error() -> None:
    """The blocks, taken as independent, have the slope as their mean and its error."""
    generator = np.random.default_rng(3)
    found = trend("s", cells_of(wandering(5000, 2.0, 0.0, generator)), label="", unit="", frame_time=1.0)
    count = len(found.blocks)
    assert count > 30
    assert found.blocks.mean() == pytest.approx(float(found.values), abs=0.1 * float(found.errors))
    assert found.blocks.std(ddof=1) / np.sqrt(count) == pytest.approx(float(found.errors), rel=0.15)


def test_components_and_correlation_time() -> None:
    generator = np.random.default_rng(4)
    samples = np.stack([wandering(40_000, 20.0, slope, generator) for slope in (0.0, 1e-5, -1e-4)], axis=1)
    found = trend("s", cells_of(samples), label="", unit="", axes=(COMPONENTS,), frame_time=0.5)
    assert np.all(np.abs(found.values - [0.0, 2e-5, -2e-4]) < 4 * found.errors)
    memory = np.exp(-1 / 20)
    assert found.correlation_time == pytest.approx(0.5 * (0.5 + memory / (1 - memory)), rel=0.3)
    assert found.resolved


def test_random_walk_is_not_resolved() -> None:
    walk = np.cumsum(np.random.default_rng(5).normal(size=2000))
    assert not trend("s", cells_of(walk), label="", unit="", frame_time=1.0).resolved


def test_too_little_is_refused() -> None:
    with pytest.raises(NotApplicableError, match=r"3 frames.*got 2"):
        trend("s", cells_of(np.arange(2.0)), label="", unit="", frame_time=1.0)
    with pytest.raises(NotApplicableError, match=r"`blocks`: .* 3.*got 2"):
        trend("s", cells_of(np.arange(20.0)), label="", unit="", frame_time=1.0, blocks=2)
