"""Moments of blocks of many components, possibly more components than blocks; tests and their powers use them.

The mean x of B independent blocks x_b, each with K components, has the covariance V = S / B, where S is the covariance
of the blocks. Only traces of V are needed:

    tr V,    tr V^2,    f = (tr V)^2 / tr V^2

where f is the effective number of independent components. The plain estimate of f can't exceed B - 1, so squares are
estimated without bias (Bai and Saranadasa, Stat. Sinica 6, 311 (1996)). With few blocks, the noise of f itself would
give too many small p-values. Therefore f - 1 is divided by 1 + e / 2, where e is its relative standard error, equal to
that of the estimate of tr V^2: e^2 = 8 q / n + 4 / n^2, with q = tr V^4 / (tr V^2)^2 and n = B - 1. tr V is as
uncertain as a mean of f0 = f n squares; for the difference of two means V = S_a / B_a + S_b / B_b, and n is that of
Welch, Biometrika 34, 28 (1947).

Blocks of a trajectory are never quite independent. With many components, even a variance that is too small by a tenth
would look like a signal. Therefore tr V is multiplied by 1 + 2 w r, where r is the correlation of neighboring blocks,
averaged over all components. The estimate of r has the variance 1 / f0 and gets the weight w = a^2 / (a^2 + 1 / f0),
where a = 0.1 is the size of r that the choice of a block length (`tumble.statistics.blocking`) leaves. For the noise of
r, f0 is then divided by 1 + 2 w^2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tumble.types import Array

_LEFT_CORRELATION = 0.1  # a in the module's text


class Moments:
    """Moments of the blocks of one run.

    Args:
        blocks: At least 2 blocks of equal weight in the order of time, [B,K].

    Attributes:
        count: B.
        mean: [K].
        roots: Deviations R from the mean, scaled so that V = R^T R, [B,K].
        variances: Variances of the mean, [K].
        trace: tr V.
        trace_of_square: Estimate of tr V^2; may be negative.
        correlation: r, between neighboring blocks.
    """

    def __init__(self, blocks: Array) -> None:
        self.count = len(blocks)
        n = self.freedom
        self.mean = blocks.mean(axis=0)
        self.roots = (blocks - self.mean) / np.sqrt(n * self.count)
        self.variances = np.sum(self.roots**2, axis=0)
        self.trace = float(np.sum(self.variances))
        # Two blocks give no estimate; the value for a single independent component is the safe guess.
        square = float(np.sum(_smaller_product(self.roots) ** 2)) - self.trace**2 / n
        self.trace_of_square = n**2 / ((n + 2) * (n - 1)) * square if n > 1 else self.trace**2 / 3
        # tr(y_b y_(b+1)) / tr S is (1 - 2/B - 2/B^2) r - 1/B on average, since the mean was subtracted.
        shrinkage = 1 - 2 / self.count - 2 / self.count**2
        neighbors = float(np.sum(self.roots[:-1] * self.roots[1:]))
        usable = self.trace > 0 and shrinkage > 0
        self.correlation = (neighbors / self.trace + 1 / self.count) / shrinkage if usable else 0.0

    @property
    def freedom(self) -> int:
        """B - 1."""
        return self.count - 1

    def variance_along(self, direction: Array) -> float:
        """Return the variance d V d of the mean along a vector d, [K]."""
        projections = self.roots @ direction
        return float(projections @ projections)


@dataclass(frozen=True)
class Noise:
    """Noise of a mean or of the difference of two means, including the correlation of neighboring blocks.

    Attributes:
        trace: tr V.
        trace_of_square: tr V^2.
        points: f.
        freedom: f0.
        inflation: Factor by which all variances were multiplied for that correlation.
    """

    trace: float
    trace_of_square: float
    points: float
    freedom: float
    inflation: float


def noise_of(samples: Sequence[Moments]) -> Noise:
    """Return the noise of the mean of a sample, or of the difference of the means of two.

    Args:
        samples: One or two, with a positive sum of their traces.
    """
    components = len(samples[0].mean)
    trace = sum(sample.trace for sample in samples)
    # The estimate may be below the smallest possible value for this number of components.
    squares = [max(sample.trace_of_square, sample.trace**2 / components) for sample in samples]
    own = sum(square / sample.freedom for square, sample in zip(squares, samples, strict=True))
    square = sum(squares) + _cross_term(samples)
    blocks = max(square / own, 1.0)  # n in the module's text
    # (tr V)^2 minus the bias of its estimate, divided by tr V^2.
    plain = float(np.clip((trace**2 - 2 * own) / square, 1.0, components))
    error = np.sqrt(8 * _concentration(samples, blocks) / blocks + 4 / blocks**2)
    points = float(1 + (plain - 1) / (1 + error / 2))
    freedom = points * blocks
    weight = _LEFT_CORRELATION**2 / (_LEFT_CORRELATION**2 + 1 / freedom)
    # Oscillations can make it strongly negative; at most half of the noise is removed.
    correlation = max(sum(sample.trace * sample.correlation for sample in samples) / trace, -0.25)
    inflation = 1 + 2 * weight * correlation
    return Noise(trace * inflation, square * inflation**2, points, freedom / (1 + 2 * weight**2), inflation)


def _cross_term(samples: Sequence[Moments]) -> float:
    """Return 2 tr(V_a V_b), or 0 for a single sample."""
    if len(samples) == 1:
        return 0.0
    first, second = (sample.roots for sample in samples)
    if max(len(first), len(second)) > first.shape[1]:
        return 2 * float(np.sum((first.T @ first) * (second.T @ second)))
    return 2 * float(np.sum((first @ second.T) ** 2))


def _concentration(samples: Sequence[Moments], blocks: float) -> float:
    """Return q of the module's text, without its bias for few blocks: 1 if a single mode has all the variance."""
    roots = np.concatenate([sample.roots for sample in samples])
    square = np.linalg.matrix_power(_smaller_product(roots), 2)
    plain = float(np.sum(square**2) / np.trace(square) ** 2)
    return max((blocks * plain - 1) / (blocks - 1), 0.0) if blocks > 1 else 1.0


def _smaller_product(roots: Array) -> Array:
    """Return R R^T or R^T R, whichever is smaller: powers of both have the same traces."""
    return np.asarray(roots @ roots.T if len(roots) < roots.shape[1] else roots.T @ roots)
