"""Moments of blocks against the covariance that they were drawn from."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tumble.statistics.block_moments import Moments, noise_of

ROOT = np.diag([2.0, 1.0, 1.0, 0.5, 0.5, 0.5])
COVARIANCE = ROOT @ ROOT


def draws(seed: int, blocks: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(blocks, 6)) @ ROOT


def test_traces_have_no_bias() -> None:
    samples = [Moments(draws(seed, 6)) for seed in range(4000)]
    assert 6 * np.mean([sample.trace for sample in samples]) == pytest.approx(np.trace(COVARIANCE), rel=0.02)
    squares = 36 * np.mean([sample.trace_of_square for sample in samples])
    assert squares == pytest.approx(np.trace(COVARIANCE @ COVARIANCE), rel=0.05)
    assert np.mean([sample.correlation for sample in samples]) == pytest.approx(0.0, abs=0.02)


def test_variances_are_those_of_numpy() -> None:
    blocks = draws(1, 9)
    sample = Moments(blocks)
    np.testing.assert_allclose(sample.variances, np.var(blocks, axis=0, ddof=1) / 9)
    direction = np.arange(6.0)
    expected = direction @ np.cov(blocks.T) @ direction / 9
    assert sample.variance_along(direction) == pytest.approx(expected)


def test_many_blocks_give_the_true_degrees_of_freedom() -> None:
    noise = noise_of([Moments(draws(1, 20_000))])
    effective = np.trace(COVARIANCE) ** 2 / np.trace(COVARIANCE @ COVARIANCE)
    assert noise.points == pytest.approx(effective, rel=0.03)
    assert noise.trace == pytest.approx(np.trace(COVARIANCE) / 20_000, rel=0.03)


def test_degrees_of_freedom_of_a_single_component_are_those_of_student_and_of_welch() -> None:
    first, second = draws(1, 7)[:, :1], 3 * draws(2, 11)[:, :1]
    noise = noise_of([Moments(first)])
    # Few blocks say little about their correlation, which takes little of f0.
    assert noise.points == 1.0
    assert noise.freedom == pytest.approx(6, rel=0.02)
    noise = noise_of([Moments(first), Moments(second)])
    welch = stats.ttest_ind(first[:, 0], second[:, 0], equal_var=False).df
    assert noise.freedom == pytest.approx(welch, rel=0.05)


def test_correlation_of_neighboring_blocks_is_found() -> None:
    # x_b + x_(b+1) / 10 has the correlation 0.1 / 1.01, which makes the variance of the mean larger by a fifth.
    generator = np.random.default_rng(1)
    rows = generator.normal(size=(500, 13, 200))
    samples = [Moments(row[:-1] + 0.1 * row[1:]) for row in rows]
    assert np.mean([sample.correlation for sample in samples]) == pytest.approx(0.1 / 1.01, abs=0.01)
    true = np.mean([np.sum(sample.mean**2) for sample in samples])
    assert np.mean([noise_of([sample]).trace for sample in samples]) == pytest.approx(true, rel=0.02)


def test_two_blocks_pass_for_a_single_component() -> None:
    noise = noise_of([Moments(draws(1, 2))])
    assert (noise.points, noise.freedom) == pytest.approx((1.0, 1.0), rel=0.01)
