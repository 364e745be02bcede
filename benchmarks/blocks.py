"""Compute averages and slopes of time series, with standard errors from blocks.

A series is divided into B consecutive blocks of (nearly) equal length. If a block is longer than the correlation time
of the series, the blocks are independent, and the scatter of their values gives the error
(Flyvbjerg and Petersen, J. Chem. Phys. 91, 461 (1989)); if it is shorter, the error is too small.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from tumble.errors import TrajectoryError
from tumble.types import Array


@dataclass(frozen=True)
class Average:
    """A mean with its standard error, both in the unit of the samples."""

    mean: float
    error: float


@dataclass(frozen=True)
class Slope:
    """A straight line through a time series.

    Attributes:
        slope: Unit of the samples per unit of the times.
        error: Standard error of `slope`.
        fluctuation: Root of the mean square distance of the samples from the line.
    """

    slope: float
    error: float
    fluctuation: float


def block_pieces(count: int, blocks: int, fewest: int = 2) -> list[slice]:
    """Divide `count` samples into consecutive pieces.

    Args:
        count: Number of samples.
        blocks: Number of pieces.
        fewest: Smallest useful number of pieces.

    Raises:
        TrajectoryError: If there are fewer than `fewest` blocks, or fewer samples than blocks.
    """
    if blocks < fewest:
        raise TrajectoryError(f"`blocks`: expected at least {fewest}, got {blocks}")
    if count < blocks:
        raise TrajectoryError(f"`blocks`: expected at most as many as there are samples, {max(count, 0)}, got {blocks}")
    limits = np.linspace(0, count, blocks + 1).astype(int).tolist()
    return [slice(first, last) for first, last in itertools.pairwise(limits)]


def block_average(samples: Array, blocks: int) -> Average:
    """Return the mean of a time series; its error is the error of the mean of the blocks.

    Args:
        samples: [T], at equal distances in time.
        blocks: Number of blocks, at least 2.

    Raises:
        TrajectoryError: If there are fewer than 2 blocks, or fewer samples than blocks.
    """
    means = [np.mean(samples[piece]) for piece in block_pieces(len(samples), blocks)]
    return Average(float(np.mean(samples)), float(np.std(means, ddof=1) / np.sqrt(blocks)))


def block_rms(samples: Array, blocks: int) -> Average:
    """Return the root of the mean square of a time series; its error follows from the mean square to first order.

    Args:
        samples: [T], at equal distances in time.
        blocks: Number of blocks, at least 2.

    Raises:
        TrajectoryError: If there are fewer than 2 blocks, or fewer samples than blocks.
    """
    square = block_average(samples**2, blocks)
    root = float(np.sqrt(square.mean))
    return Average(root, square.error / (2 * root) if root > 0 else 0.0)


def block_slope(times: Array, samples: Array, blocks: int) -> Slope:
    """Return the slope of the straight line through the means of the blocks, with the error of the regression.

    Args:
        times: [T], at equal distances.
        samples: [T].
        blocks: Number of blocks, at least 3, since two leave no residual for the error.

    Raises:
        TrajectoryError: If there are fewer than 3 blocks, or fewer samples than blocks.
    """
    # A large offset, such as a total energy, would cost digits.
    times, samples = times - times.mean(), samples - samples.mean()
    pieces = block_pieces(len(samples), blocks, fewest=3)
    means = np.array([(times[piece].mean(), samples[piece].mean()) for piece in pieces])
    line, covariance = np.polyfit(means[:, 0], means[:, 1], 1, cov=True)
    residuals = samples - np.polyval(line, times)
    return Slope(float(line[0]), float(np.sqrt(covariance[0, 0])), float(np.sqrt(np.mean(residuals**2))))
