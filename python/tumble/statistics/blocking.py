"""Averages of correlated samples, with errors that account for the correlation.

The cells (`tumble.statistics.cells`) of a trajectory are joined to blocks of m cells each. If blocks are longer than
the correlation time of the samples, they are independent, and

    error^2 = sum_b w_b^2 (x_b - x)^2 / (1 - sum_b w_b^2)

with the weights w_b of the B blocks in the mean x; for equal weights the divisor replaces B by B - 1.
(Flyvbjerg and Petersen, J. Chem. Phys. 91, 461 (1989).)
The length is the shortest with

    m^3 > 2 C g(m)^2,    g(m) = error^2(m) / error^2(1),

at which the bias of short blocks balances the noise of few blocks (Wolff, Comput. Phys. Commun. 156, 143 (2004), and
Lee, Conduit, Nemec, López Ríos, Drummond, Phys. Rev. E 83, 066706 (2011)); C is the number of cells, and g is averaged
over the components of a sample. If no length is enough, the trajectory is too short for an estimate of its errors:
`Blocks.resolved` is then false, and errors are lower bounds.

(pymbar computes the correlation time of a single series in memory; this module also handles curves that are summed
while a trajectory is read. The tests compare both.)

An error is the half-width of the interval that covers the true value with a probability of 68.3 %: the
standard error times the factor of Student's distribution for B - 1 degrees of freedom, which is 1.08 for 8 blocks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import stats

from tumble.errors import NotApplicableError, SettingError
from tumble.statistics.cells import Cells
from tumble.types import Array

MOST_UNKNOWN = 0.05  # largest fraction of the draws of a bootstrap without a value
FEWEST_BLOCKS = 6  # smallest number for the automatic choice, if there are as many cells
_ONE_SIGMA = float(stats.norm.cdf(1.0))


@dataclass(frozen=True)
class Blocks:
    """Averages over blocks that are treated as independent.

    Attributes:
        values: Averages over each block, [B,...].
        weights: Weight of each block in the mean, in the shape of `values`; they sum to 1 over blocks.
        length: Number of frames in a block.
        correlation_time: Integrated autocorrelation time in frames: 1/2 for independent samples; NaN if unknown.
        resolved: Whether blocks are longer than the correlation time, as far as the trajectory shows.
    """

    values: Array
    weights: Array
    length: float
    correlation_time: float
    resolved: bool

    def __len__(self) -> int:
        """Return the number of blocks."""
        return len(self.values)

    @property
    def mean(self) -> Array:
        """Mean, [...]."""
        return np.asarray(np.sum(self.weights * self.values, axis=0))

    @property
    def samples(self) -> Array:
        """Samples of equal weight with the mean and the error of these blocks, [B,...]: `jackknife_values` of the mean.

        They are NaN if a single block has all the weight.
        """
        others = 1 - self.weights
        ratio = np.divide(self.weights, others, out=np.full(others.shape, np.nan), where=others > 1e-9)
        return np.asarray(self.mean + (len(self) - 1) * ratio * (self.values - self.mean))

    @property
    def error(self) -> Array:
        """Half-width of the interval of 68 %, [...]."""
        return np.asarray(student(len(self)) * np.sqrt(_error_squared(self.values, self.weights)))


def student(blocks: int) -> float:
    """Return the factor from the standard error of `blocks` blocks to the half-width of the interval of 68 %."""
    return float(stats.t.ppf(_ONE_SIGMA, blocks - 1))


def choose_blocks(cells: Cells, blocks: int | None = None) -> Blocks:
    """Join cells to blocks that are long enough to be independent.

    Args:
        cells: At least 2 cells.
        blocks: Number of blocks; chosen if not given.

    Raises:
        SettingError: If there are fewer than 2 blocks.
        NotApplicableError: If there are fewer than 2 cells, or fewer cells than blocks.
    """
    count = len(cells.sums)
    if count < 2:
        raise NotApplicableError("expected at least 2 frames for an error bar, got 1")
    if blocks is not None:
        if blocks < 2:
            raise SettingError("blocks", f"expected at least 2, got {blocks}")
        if blocks > count:
            # Not a SettingError: a correlation in time has fewer samples than an average over the same frames. A number
            # of blocks that is too large for every average is refused before the frames are read.
            raise NotApplicableError(f"`blocks`: expected at most as many as there are samples, {count}, got {blocks}")
        finest = _error_squared(*_averages(cells, count))
        return _joined(cells, blocks, resolved=_long_enough(cells, blocks, count / blocks, finest))
    finest = _error_squared(*_averages(cells, count))
    fewest = min(FEWEST_BLOCKS, count)
    length = 1
    while True:
        number = max(fewest, count // length)
        if _long_enough(cells, number, length, finest):
            return _joined(cells, number, resolved=True)
        if number == fewest:
            return _joined(cells, number, resolved=False)
        # Lengths grow by a tenth, so that long trajectories need few steps.
        length = max(length + 1, int(1.1 * length))


def _long_enough(cells: Cells, blocks: int, length: float, finest: Array) -> bool:
    """Return whether blocks of `length` cells are longer than the correlation time, by the criterion above."""
    inefficiency = _mean_ratio(_error_squared(*_averages(cells, blocks)), finest)
    return length**3 > 2 * len(cells.sums) * inefficiency**2


def bootstrap(
    blocks: Blocks, function: Callable[[Array], Array], *, repetitions: int = 400, seed: int = 1
) -> tuple[Array, Array]:
    """Return a function of an average, with its error from drawing blocks with replacement.

    Args:
        blocks: Blocks of the average.
        function: Function of an average [...] that returns the result [...].
        repetitions: Number of draws.
        seed: Seed of the draws.

    Returns:
        The function of the mean, and half the width of the interval of 68 % of its distribution, widened by the factor
        of Student's distribution for few blocks. (Efron and Tibshirani, An Introduction to the Bootstrap, 1993,
        chapter 6.)
    """
    count = len(blocks)
    generator = np.random.default_rng(seed)
    value = np.asarray(function(blocks.mean), dtype=np.float64)
    weights = blocks.weights.reshape(count, -1)
    weighted = weights * blocks.values.reshape(count, -1)
    draws = np.empty((repetitions, *value.shape))
    for index in range(repetitions):
        times = np.bincount(generator.integers(count, size=count), minlength=count).astype(np.float64)
        total = times @ weights
        # A draw may have no block with samples of a component.
        mean = np.divide(times @ weighted, total, out=np.full(total.shape, np.nan), where=total > 0)
        draws[index] = function(mean.reshape(blocks.values.shape[1:]))
    # A function without a value in many draws has no meaningful error.
    unknown = np.mean(np.isnan(draws), axis=0) > MOST_UNKNOWN
    low, high = np.nanquantile(np.where(unknown, 0.0, draws), [1 - _ONE_SIGMA, _ONE_SIGMA], axis=0)
    error = 0.5 * (high - low) * np.sqrt(count / (count - 1)) * student(count)
    return value, np.where(unknown, np.nan, error)


def jackknife_values(blocks: Blocks, function: Callable[[Array], Array]) -> Array:
    """Return the pseudo-values of a function of an average: B numbers that can be treated as independent samples of it.

        theta_b = B theta - (B - 1) theta_(without b)

    (Efron and Tibshirani, chapter 11.) For a mean of equal blocks they are the averages of the blocks.

    Args:
        blocks: Blocks of the average.
        function: See `bootstrap`.

    Returns:
        [B,...].
    """
    count = len(blocks)
    total = blocks.mean
    value = np.asarray(function(total), dtype=np.float64)
    pseudo = []
    for weight, one in zip(blocks.weights, blocks.values, strict=True):
        others = np.divide(total - weight * one, 1 - weight, out=np.full(total.shape, np.nan), where=weight < 1)
        pseudo.append(count * value - (count - 1) * np.asarray(function(others), dtype=np.float64))
    return np.array(pseudo)


def _joined(cells: Cells, blocks: int, *, resolved: bool) -> Blocks:
    values, weights = _averages(cells, blocks)
    frames = len(cells.sums) * cells.length
    time = np.nan
    if cells.squares is not None:
        counts = cells.counts.sum(axis=0)
        variance = cells.squares / counts - cells.mean**2
        # Variance of the mean = variance of a sample times 2 tau / n.
        time = float(_mean_ratio(_error_squared(values, weights), variance / counts) / 2)
    return Blocks(values, weights, frames / blocks, time, resolved)


def _averages(cells: Cells, blocks: int) -> tuple[Array, Array]:
    """Return the averages [B,...] over blocks of neighboring cells, and the weights of the blocks."""
    limits = np.linspace(0, len(cells.sums), blocks + 1).astype(int)[:-1]
    counts = np.add.reduceat(cells.counts, limits, axis=0)
    counts = np.broadcast_to(_spread_out(counts, cells.sums), (blocks, *cells.sums.shape[1:]))
    total = counts.sum(axis=0)
    sums = np.add.reduceat(cells.sums, limits, axis=0)
    mean = np.divide(sums.sum(axis=0), total, out=np.full(total.shape, np.nan), where=total > 0)
    # A block without samples (for a lag longer than the time before it) has no weight.
    values = np.divide(sums, counts, out=np.broadcast_to(mean, sums.shape).copy(), where=counts > 0)
    return values, np.divide(counts, total, out=np.zeros(sums.shape), where=total > 0)


def _spread_out(weights: Array, values: Array) -> Array:
    """Return the weights with as many axes as the values have."""
    return weights.reshape(weights.shape + (1,) * (values.ndim - weights.ndim))


def _error_squared(values: Array, weights: Array) -> Array:
    deviations = values - np.sum(weights * values, axis=0)
    concentration = np.sum(weights**2, axis=0)
    scatter = np.sum(weights**2 * deviations**2, axis=0)
    found: Array = np.divide(
        scatter, 1 - concentration, out=np.full(scatter.shape, np.nan), where=concentration < 1 - 1e-9
    )
    return found


def _mean_ratio(numerator: Array, denominator: Array) -> float:
    """Return the mean of the ratio over the components that change; 1 if none does."""
    # The threshold is relative to the largest, so that rounding of a constant component doesn't count as change.
    usable = np.isfinite(numerator) & (denominator > 1e-24 * np.max(np.abs(denominator), initial=0.0))
    ratios = np.asarray(numerator)[usable] / np.asarray(denominator)[usable]
    return float(np.mean(ratios)) if len(ratios) > 0 else 1.0
