"""Tests of whole curves: calibration and power on synthetic samples, and the t tests of SciPy for single points."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats
from scipy.signal import lfilter

from tumble.errors import ConfigurationError, NotApplicableError
from tumble.statistics.blocking import choose_blocks
from tumble.statistics.cells import cells_of
from tumble.statistics.curve_test import test_equal, test_zero

REPETITIONS = 1000


def root(points: int, kind: str) -> NDArray[np.float64]:
    """A root of the covariance of a curve of so many points."""
    place = np.arange(points)
    if kind == "smooth":
        return np.linalg.cholesky(np.exp(-np.abs(place[:, None] - place) / 10))
    if kind == "uneven":  # noise that falls by a factor of 30 along the curve
        return np.diag(10 ** np.linspace(0, -1.5, points))
    return np.eye(points)


def false_alarms(p_values: list[float]) -> float:
    """Share below 0.05, in percent."""
    return float(100 * np.mean(np.array(p_values) < 0.05))


@pytest.mark.parametrize(
    ("blocks", "points", "kind"),
    [
        (6, 1, "independent"),
        (50, 1, "independent"),
        (6, 200, "independent"),
        (10, 200, "independent"),
        (6, 20, "smooth"),
        (50, 20, "smooth"),
        (6, 200, "smooth"),
        (20, 80, "uneven"),
    ],
)
def test_false_alarms_are_as_many_as_said(blocks: int, points: int, kind: str) -> None:
    generator = np.random.default_rng(1)
    shape = root(points, kind).T
    rows = (generator.normal(size=(blocks, points)) @ shape for _ in range(REPETITIONS))
    # 5 % of 1000 are found to be within 3.6 % to 6.4 % with a probability of 95 %.
    assert 2 <= false_alarms([test_zero(row).p_value for row in rows]) <= 8


@pytest.mark.parametrize(("points", "kind"), [(1, "independent"), (20, "smooth"), (200, "independent")])
@pytest.mark.parametrize("ratio", [0.5, 2.0])
def test_false_alarms_of_runs_of_different_length_and_scatter(points: int, kind: str, ratio: float) -> None:
    generator = np.random.default_rng(2)
    shape = root(points, kind).T
    p_values = [
        test_equal(
            ratio * generator.normal(size=(6, points)) @ shape, generator.normal(size=(20, points)) @ shape
        ).p_value
        for _ in range(REPETITIONS)
    ]
    assert 2 <= false_alarms(p_values) <= 8


@pytest.mark.parametrize(("points", "kind"), [(1, "independent"), (20, "smooth"), (200, "independent")])
def test_false_alarms_of_correlated_frames(points: int, kind: str) -> None:
    generator = np.random.default_rng(3)
    shape, memory = root(points, kind).T, np.exp(-1 / 4)
    p_values = []
    for _ in range(200 if points < 200 else 100):
        noise = generator.normal(size=(1000, points)) @ shape
        samples = lfilter([1.0], [1.0, -memory], noise, axis=0)
        p_values.append(test_zero(choose_blocks(cells_of(samples)).values).p_value)
    assert 1 <= false_alarms(p_values) <= 10  # 5 ± 1.5, or ± 2.2


def test_a_deviation_of_the_detectable_size_is_found_with_the_power_that_is_said() -> None:
    generator = np.random.default_rng(4)
    for blocks, points, kind in [(6, 1, "independent"), (12, 20, "smooth"), (8, 200, "independent")]:
        shape = root(points, kind).T
        size = np.sqrt(
            np.mean([test_zero(generator.normal(size=(blocks, points)) @ shape).detectable ** 2 for _ in range(50)])
        )
        # In a direction drawn from the covariance, as noise is.
        p_values = []
        for _ in range(300):
            direction = generator.normal(size=points) @ shape
            deviation = size * direction / np.sqrt(np.mean(direction**2))
            p_values.append(test_zero(generator.normal(size=(blocks, points)) @ shape + deviation).p_value)
        assert np.mean(np.array(p_values) < 0.05) == pytest.approx(0.8, abs=0.12)


def test_single_point_is_the_t_test_of_scipy() -> None:
    generator = np.random.default_rng(5)
    first, second = generator.normal(0.7, size=(8, 1)), generator.normal(0.1, 2.0, size=(12, 1))
    found = test_zero(first)
    expected = stats.ttest_1samp(first[:, 0], 0.0)
    # Up to the correction for the correlation of blocks, of which so few can tell little.
    assert found.p_value == pytest.approx(expected.pvalue, rel=0.2)
    assert found.statistic == pytest.approx(expected.statistic**2, rel=0.1)
    found, expected = test_equal(first, second), stats.ttest_ind(first[:, 0], second[:, 0], equal_var=False)
    assert found.p_value == pytest.approx(expected.pvalue, rel=0.2)


def test_sigma_is_finite_where_the_probability_underflows() -> None:
    generator = np.random.default_rng(6)
    noise = generator.normal(size=(20, 200))
    near, far = test_zero(noise + 0.2), test_zero(noise + 30.0)
    assert near.sigma == pytest.approx(stats.norm.isf(near.p_value / 2), rel=1e-9)
    assert far.p_value == 0.0
    assert 50 < far.sigma < 1000


def test_far_tail_of_a_single_point_is_that_of_a_normal_distribution() -> None:
    # With very many blocks T is the square of a normal deviate, its probability e^-1800.
    generator = np.random.default_rng(7)
    blocks = generator.normal(size=(200_000, 1))
    blocks = (blocks - blocks.mean()) / blocks.std(ddof=1)
    found = test_zero(blocks + 60 / np.sqrt(200_000))
    assert found.sigma == pytest.approx(np.sqrt(found.statistic), rel=0.02)


def test_largest_point_is_found_where_it_is() -> None:
    generator = np.random.default_rng(8)
    blocks = generator.normal(size=(16, 5, 6))
    blocks[:, 2, 3] += 4
    blocks[3, 0, 0] = np.nan
    found = test_zero(blocks)
    assert found.largest_at == 2 * 6 + 3
    assert found.points == 29
    expected = stats.norm.isf(stats.t.sf(abs(stats.ttest_1samp(blocks[:, 2, 3], 0).statistic), 15))
    assert found.largest == pytest.approx(expected, rel=0.05)


def test_scale_makes_points_count_alike() -> None:
    generator = np.random.default_rng(9)
    size = np.where(np.arange(20) < 10, 1.0, 100.0)
    blocks = generator.normal(size=(12, 20)) * size
    blocks[:, :10] += 2
    assert test_zero(blocks).sigma < 3
    found = test_zero(blocks, size)
    assert found.sigma > 8
    assert found.degrees[0] > 10
    assert test_zero(blocks / size).sigma == pytest.approx(found.sigma)


@pytest.mark.parametrize(("value", "sigma", "p_value"), [(0.0, 0.0, 1.0), (0.1, np.inf, 0.0)])
def test_what_never_changes_is_certain(value: float, sigma: float, p_value: float) -> None:
    blocks = np.full((6, 3), value)
    for found in (test_zero(blocks), test_equal(blocks, np.zeros((5, 3)))):
        assert (found.sigma, found.p_value, found.detectable, found.largest_at) == (sigma, p_value, 0.0, -1)


def test_bad_blocks_are_refused() -> None:
    with pytest.raises(NotApplicableError, match=r"`blocks`: .*2, got 1"):
        test_zero(np.ones((1, 4)))
    with pytest.raises(NotApplicableError, match="all blocks, got none"):
        test_zero(np.full((4, 3), np.nan))
    with pytest.raises(ConfigurationError, match=r"`second`: .*\(4,\), got \(5,\)"):
        test_equal(np.ones((3, 4)), np.ones((3, 5)))
