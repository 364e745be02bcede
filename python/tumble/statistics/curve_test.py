"""Tests of a whole curve: whether its mean is zero, or two means are equal, including correlations between its points.

The data are averages over blocks of a trajectory, each a curve of K points. There may be more points than blocks, so
that their covariance has no inverse. The statistic doesn't need one (Box, Ann. Math. Stat. 25, 290 (1954); Brunner,
Dette and Munk, J. Am. Stat. Assoc. 92, 1494 (1997)):

    T = |x|^2 / tr V,        or  |x_a - x_b|^2 / tr V,

with the mean x and its covariance V, approximately follows a distribution F(f, f0) if the blocks are Gaussian. The
degrees of freedom f and f0 follow from the blocks (`tumble.statistics.block_moments`), which also correct for blocks
that aren't quite independent. Without this correction, the test for K = 1 is the t test of Student, or of Welch.

Under the null hypothesis, a p-value below 0.05 occurs in 2 to 8 % of all cases, from 6 blocks on and for 1 to 200
points; in up to 10 % with 6 blocks and half of the variance in one mode of all points, the rest in very many modes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

from tumble.errors import ConfigurationError, NotApplicableError
from tumble.statistics.block_moments import Moments, Noise, noise_of
from tumble.types import Array

LEVEL = 0.05  # of the test in `CurveTest.detectable`
POWER = 0.8


@dataclass(frozen=True)
class CurveTest:
    """Result of a test.

    Attributes:
        statistic: T, 1 on average under the null hypothesis.
        p_value: Probability of this or a larger T under the null hypothesis; 0 if it is too small for a float.
        degrees: f and f0 of the distribution of T.
        sigma: The p-value as a two-sided deviate of a normal distribution; finite even if `p_value` is 0, infinite only
            for a deviation without noise.
        detectable: Deviation, root mean square over the points, that this test detects with a probability of 80 % at a
            level of 5 %. In the unit of the curve, or of its scale if one was given.
        largest: Largest deviation of a single point, as a two-sided normal deviate, not corrected for the number of
            points.
        largest_at: Index of that point; -1 if there is no noise to compare with.
        points: Number of points used; points that are unknown in a block are left out.
    """

    statistic: float
    p_value: float
    degrees: tuple[float, float]
    sigma: float
    detectable: float
    largest: float
    largest_at: int
    points: int


def test_zero(blocks: Array, scale: Array | None = None) -> CurveTest:  # noqa: PT028 (not a test of pytest)
    """Test whether the mean of a curve is zero.

    Args:
        blocks: Independent samples of the curve in the order of time, of equal weight, [B,...]. Points that are NaN
            in a block aren't used.
        scale: Positive divisor of each point, [...]: all points have the same weight in T if it is the size of their
            noise. It must not follow from the deviations of the same blocks.

    Raises:
        NotApplicableError: If there are fewer than 2 blocks, or no point is known in all of them.
    """
    (sample,), places = _moments([blocks], scale)
    return _test(sample.mean, [sample], places)


def test_equal(first: Array, second: Array, scale: Array | None = None) -> CurveTest:  # noqa: PT028 (not a test of pytest)
    """Test whether the means of two curves are equal; their blocks may differ in number and variance.

    Args:
        first: Independent samples of one curve, see `test_zero`, [B,...].
        second: Independent samples of the other curve, [C,...].
        scale: See `test_zero`.

    Raises:
        ConfigurationError: If the curves differ in shape.
        NotApplicableError: As for `test_zero`.
    """
    if first.shape[1:] != second.shape[1:]:
        raise ConfigurationError(f"`second`: expected blocks of shape {first.shape[1:]}, got {second.shape[1:]}")
    samples, places = _moments([first, second], scale)
    return _test(samples[0].mean - samples[1].mean, samples, places)


# pytest must not collect these functions as tests.
test_zero.__test__ = False  # type: ignore[attr-defined]
test_equal.__test__ = False  # type: ignore[attr-defined]


def _moments(blocks: list[Array], scale: Array | None) -> tuple[list[Moments], NDArray[np.intp]]:
    """Return the moments for the points that are known in all blocks, and the indices of these points."""
    flat = [np.asarray(each, dtype=np.float64).reshape(len(each), -1) for each in blocks]
    fewest = min(len(each) for each in flat)
    if fewest < 2:
        raise NotApplicableError(f"`blocks`: expected at least 2, got {fewest}")
    places = np.flatnonzero(np.all([np.isfinite(each).all(axis=0) for each in flat], axis=0))
    if len(places) == 0:
        raise NotApplicableError("`blocks`: expected a point that is known in all blocks, got none")
    divisor = 1.0 if scale is None else np.broadcast_to(scale, blocks[0].shape[1:]).reshape(-1)[places]
    return [Moments(each[:, places] / divisor) for each in flat], places


def _test(difference: Array, samples: Sequence[Moments], places: NDArray[np.intp]) -> CurveTest:
    deviation = float(difference @ difference)
    size = max(float(sample.mean @ sample.mean) for sample in samples)
    # Rounding errors of a constant curve aren't noise.
    if sum(sample.trace for sample in samples) <= 1e-28 * size:
        found = deviation > 1e-24 * size
        infinite = np.inf if found else 0.0
        return CurveTest(infinite, float(not found), (np.inf, np.inf), infinite, 0.0, infinite, -1, len(places))
    noise = noise_of(samples)
    statistic = deviation / noise.trace
    log_p = _log_tail(statistic, noise.points, noise.freedom)
    share = _noncentrality(noise.points, noise.freedom) / noise.points
    largest, place = _largest(difference, samples, noise)
    return CurveTest(
        statistic=statistic,
        p_value=float(np.exp(log_p)),
        degrees=(noise.points, noise.freedom),
        sigma=_normal_deviate(log_p),
        detectable=float(np.sqrt(share * noise.trace / len(places))),
        largest=largest,
        largest_at=int(places[place]),
        points=len(places),
    )


def _log_tail(statistic: float, first: float, second: float) -> float:
    """Return the logarithm of the probability that F(first, second) is above the statistic."""
    tail = float(special.fdtrc(first, second, statistic))
    if tail > 1e-250:
        return float(np.log(tail))
    # The tail is the incomplete beta function I_x(a, b), here by its series with positive terms (DLMF 8.17.8).
    a, b = 0.5 * second, 0.5 * first
    x = second / (second + first * statistic)
    place = np.arange(100_000)
    series = 1 + float(np.sum(np.exp(np.cumsum(np.log(x * (a + b + place) / (a + 1 + place))))))
    return float(a * np.log(x) + b * np.log1p(-x) - np.log(a) - special.betaln(a, b) + np.log(series))


def _normal_deviate(log_p: float) -> float:
    """Return the z that a normal deviate exceeds in absolute value with a probability p."""
    return float(-special.ndtri_exp(min(log_p, 0.0) - np.log(2)))


def stricter(degrees: tuple[float, float], level: float) -> float:
    """Return the factor by which `CurveTest.detectable` grows if the level of the test is `level` instead of 5 %.

    Args:
        degrees: f and f0 of the test.
        level: Probability of a false alarm, such as 5 % over the number of tests that are made.
    """
    if not np.all(np.isfinite(degrees)):
        return 1.0
    return float(np.sqrt(_noncentrality(*degrees, level) / _noncentrality(*degrees)))


def _noncentrality(first: float, second: float, level: float = LEVEL) -> float:
    """Return the noncentrality c of F(first, second) at which a test of this level has the power `POWER`.

    It is approximated by a central F distribution with equal moments of the numerator (Patnaik, Biometrika 36, 202
    (1949)).
    """
    threshold = special.fdtri(first, second, 1 - level)

    def excess(c: float) -> float:
        effective = (first + c) ** 2 / (first + 2 * c)
        return float(special.fdtrc(effective, second, threshold / (1 + c / first))) - POWER

    upper = 1.0
    while excess(upper) < 0:
        upper *= 2
    return float(optimize.brentq(excess, 0.0, upper, rtol=1e-4))


def _largest(difference: Array, samples: Sequence[Moments], noise: Noise) -> tuple[float, int]:
    """Return the largest deviation of a point, as a normal deviate, and its index among the used points."""
    variances = np.sum([sample.variances for sample in samples], axis=0)
    own = np.sum([sample.variances**2 / sample.freedom for sample in samples], axis=0)
    noisy = np.flatnonzero(variances > 1e-24 * variances.max())
    squares = difference[noisy] ** 2 / (variances[noisy] * noise.inflation)
    freedoms = variances[noisy] ** 2 / own[noisy]  # Welch
    # Among several points with probability 0, the one with the largest distance is chosen.
    first = np.lexsort((-squares, special.fdtrc(1.0, freedoms, squares)))[0]
    return _normal_deviate(_log_tail(float(squares[first]), 1.0, float(freedoms[first]))), int(noisy[first])
