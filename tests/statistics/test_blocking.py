"""Error bars of correlated samples against processes with known answers."""

from __future__ import annotations

import logging

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.signal import lfilter

from tumble.errors import NotApplicableError, SettingError
from tumble.statistics.blocking import (
    bootstrap,
    choose_blocks,
    jackknife_values,
    student,
)
from tumble.statistics.cells import CELLS, Cells, cells_of


def autoregressive(frames: int, time: float, generator: np.random.Generator, channels: int = 1) -> NDArray[np.float64]:
    """x(t+1) = a x(t) + noise with a = exp(-1/time), variance 1 and mean 0, [T,channels]."""
    memory = np.exp(-1 / time)
    noise = generator.normal(size=(frames, channels)) * np.sqrt(1 - memory**2)
    noise[0] /= np.sqrt(1 - memory**2)
    return np.asarray(lfilter([1.0], [1.0, -memory], noise, axis=0))


@pytest.mark.parametrize(
    ("frames", "time"), [(64, 0.1), (200, 0.1), (1000, 2.0), (2000, 10.0), (5000, 30.0), (20000, 200.0)]
)
def test_68_percent_intervals_cover(frames: int, time: float) -> None:
    generator = np.random.default_rng(1)
    covered = 0
    for _ in range(200):
        blocks = choose_blocks(cells_of(autoregressive(frames, time, generator)))
        covered += int(abs(blocks.mean[0]) < blocks.error[0])
    assert 0.60 <= covered / 200 <= 0.76


def test_intervals_of_a_derived_quantity_cover() -> None:
    generator = np.random.default_rng(2)
    covered = 0
    for _ in range(200):
        x = autoregressive(4000, 8.0, generator)
        blocks = choose_blocks(cells_of(np.concatenate([x, x**2], axis=1)))
        value, error = bootstrap(blocks, lambda mean: mean[1] - mean[0] ** 2, repetitions=200)
        covered += int(abs(value - 1.0) < error)
    assert 0.60 <= covered / 200 <= 0.76


def test_correlation_time_is_that_of_the_process() -> None:
    # The sum over lags of a^k, from 1/2 at lag 0: 1/2 + a/(1-a).
    memory = np.exp(-1 / 20)
    exact = 0.5 + memory / (1 - memory)
    x = autoregressive(200_000, 20.0, np.random.default_rng(3), channels=20)
    assert choose_blocks(cells_of(x)).correlation_time == pytest.approx(exact, rel=0.1)


def test_correlation_time_equals_pymbar() -> None:
    logging.getLogger("pymbar").setLevel(logging.CRITICAL)
    from pymbar.timeseries import statistical_inefficiency

    x = autoregressive(100_000, 15.0, np.random.default_rng(4))[:, 0]
    ours = choose_blocks(cells_of(x)).correlation_time
    assert 2 * ours == pytest.approx(statistical_inefficiency(x), rel=0.35)  # one channel: both have errors of a tenth


def test_run_shorter_than_its_correlation_says_so() -> None:
    x = autoregressive(400, 2000.0, np.random.default_rng(5))
    blocks = choose_blocks(cells_of(x))
    assert not blocks.resolved
    assert len(blocks) == 6


def test_independent_samples_are_resolved_and_have_the_standard_error() -> None:
    x = np.random.default_rng(6).normal(size=(100_000, 50))
    blocks = choose_blocks(cells_of(x))
    assert blocks.resolved
    assert np.sqrt(np.mean(blocks.error**2)) == pytest.approx(student(len(blocks)) / np.sqrt(100_000), rel=0.05)
    assert blocks.correlation_time == pytest.approx(0.5, rel=0.1)


def test_cells_of_a_long_series_are_few_and_their_mean_is_exact() -> None:
    x = np.random.default_rng(7).normal(size=(10_001, 3))
    cells = cells_of(x)
    assert len(cells.sums) <= CELLS
    assert cells.mean == pytest.approx(x.mean(axis=0))
    assert cells[1:].mean == pytest.approx(x.mean(axis=0)[1:])
    assert cells.reshape(3, 1).mean == pytest.approx(x.mean(axis=0)[:, None])
    assert choose_blocks(cells).mean == pytest.approx(x.mean(axis=0))


def test_jackknife_values_of_a_mean_are_the_blocks() -> None:
    blocks = choose_blocks(cells_of(np.random.default_rng(8).normal(size=(600, 2))), blocks=12)
    assert jackknife_values(blocks, lambda mean: mean) == pytest.approx(blocks.values, rel=1e-9)


def test_number_of_blocks_as_asked_for() -> None:
    cells = cells_of(np.arange(100.0))
    assert len(choose_blocks(cells, blocks=7)) == 7
    with pytest.raises(NotApplicableError, match=r"`blocks`: .*100, got 101"):
        choose_blocks(cells, blocks=101)
    with pytest.raises(SettingError, match=r"`blocks`: .*2, got 1"):
        choose_blocks(cells, blocks=1)


def test_blocks_that_were_asked_for_are_judged_too() -> None:
    x = autoregressive(4000, 200.0, np.random.default_rng(10))
    assert not choose_blocks(cells_of(x), blocks=200).resolved
    assert choose_blocks(cells_of(autoregressive(4000, 1.0, np.random.default_rng(10))), blocks=20).resolved


def test_samples_of_unequal_blocks_have_the_mean_and_the_error() -> None:
    counts = np.random.default_rng(11).integers(1, 30, size=60).astype(np.float64)
    blocks = choose_blocks(Cells(counts * np.random.default_rng(12).normal(size=60), counts, 1), blocks=20)
    samples = blocks.samples
    assert samples == pytest.approx(jackknife_values(blocks, lambda mean: mean))
    scatter = student(20) * samples.std(ddof=1) / np.sqrt(20)
    assert scatter == pytest.approx(float(blocks.error), rel=0.1)


def test_function_that_has_no_value_for_many_draws_has_no_error() -> None:
    blocks = choose_blocks(cells_of(np.random.default_rng(13).normal(size=400)))

    def positive(mean: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.where(mean > 0, mean, np.nan)

    assert np.isnan(bootstrap(blocks, positive)[1])


def test_one_frame_is_refused() -> None:
    with pytest.raises(NotApplicableError, match="at least 2 frames"):
        choose_blocks(cells_of(np.ones(1)))


def test_component_without_samples_is_nan_and_harms_no_other() -> None:
    sums = np.random.default_rng(9).normal(size=(40, 2))
    counts = np.ones((40, 2))
    counts[:, 1] = 0
    blocks = choose_blocks(Cells(sums, counts, 1))
    assert np.isfinite(blocks.error[0])
    assert np.isnan(blocks.error[1])


def test_component_with_samples_in_one_block_has_no_error() -> None:
    counts = np.ones((40, 2))
    counts[:-1, 1] = 0
    error = choose_blocks(Cells(counts * np.arange(40.0)[:, None], counts, 1)).error
    assert np.isfinite(error[0])
    assert np.isnan(error[1])


def test_constant_has_no_error() -> None:
    blocks = choose_blocks(cells_of(np.full((50, 2), 3.7)))
    assert blocks.error == pytest.approx(0.0, abs=1e-12)
    assert blocks.resolved
