"""Averages and slopes against what statistics says about noise of known width."""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks.blocks import block_average, block_rms, block_slope

from tumble.errors import TrajectoryError


def noise(samples: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=samples)


def correlated(samples: int, seed: int, memory: float = 0.9) -> np.ndarray:
    """A series whose mean has the standard error 1 / (1 - memory) / sqrt(samples), for many samples."""
    series, kicks = np.zeros(samples), noise(samples, seed)
    for i in range(1, samples):
        series[i] = memory * series[i - 1] + kicks[i]
    return series


def test_average_of_few_numbers() -> None:
    result = block_average(np.array([1.0, 3.0, 6.0, 8.0]), 2)
    assert result.mean == pytest.approx(4.5)
    assert result.error == pytest.approx(np.std([2, 7], ddof=1) / np.sqrt(2))


def test_rms_of_few_numbers() -> None:
    result = block_rms(np.array([3.0, -5.0]), 2)
    assert result.mean == pytest.approx(np.sqrt(17))
    assert result.error == pytest.approx(np.std([9, 25], ddof=1) / np.sqrt(2) / (2 * np.sqrt(17)))
    assert block_rms(np.zeros(4), 2).error == 0


def test_error_counts_correlation_in() -> None:
    errors = [block_average(correlated(4000, seed), 10).error for seed in range(20)]
    # Root of the mean square over 20 x 9 degrees of freedom: good to 5 %.
    assert np.sqrt(np.mean(np.square(errors))) == pytest.approx(10 / np.sqrt(4000), rel=0.15)


def test_slope_of_a_line() -> None:
    times = np.linspace(3, 5, 40)
    result = block_slope(times, -30000 + 0.25 * times, 5)
    assert result.slope == pytest.approx(0.25, rel=1e-9)
    assert result.error < 1e-9
    assert result.fluctuation < 1e-9


def test_slope_of_noise_is_within_its_error() -> None:
    times = np.linspace(0, 2, 200)
    results = [block_slope(times, 0.5 * times + 0.1 * noise(200, seed), 10) for seed in range(50)]
    deviations = np.array([(result.slope - 0.5) / result.error for result in results])
    # Student's t with 8 degrees of freedom has the variance 8/6.
    assert np.sqrt(np.mean(deviations**2)) == pytest.approx(np.sqrt(8 / 6), rel=0.25)
    assert np.mean([result.fluctuation for result in results]) == pytest.approx(0.1, rel=0.05)


def test_bad_blocks() -> None:
    with pytest.raises(TrajectoryError, match=r"`blocks`: .* 2, got 1"):
        block_average(np.ones(5), 1)
    with pytest.raises(TrajectoryError, match=r"`blocks`: .* 3, got 2"):
        block_slope(np.arange(5.0), np.ones(5), 2)
    with pytest.raises(TrajectoryError, match="samples, 5, got 6"):
        block_average(np.ones(5), 6)
