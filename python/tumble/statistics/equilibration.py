"""Equilibration: where a time series becomes stationary, and whether it differs significantly before that.

The series consists of averages over short intervals. The start maximizes the number of remaining independent samples,

    N_eff(t0) = (T - t0) / g(t0),    g = 1 + 2 sum_k (1 - k/T') C(k),

with the normalized autocorrelation C(k) of the rest of the series, of length T' = T - t0, up to its first zero
(Chodera, J. Chem. Theory Comput. 12, 1799 (2016), eqs. 6 and 10). Such a maximum also occurs by chance. So the mean
before it is compared with that of the last half of the series, whose variance and g give the error (Geweke, in Bayesian
Statistics 4, Oxford 1992):

    z = (x_before - x_half) / sqrt(s^2 (g/n_half + min(1, g/n_before)))

`pymbar.timeseries` isn't used, since it needs the whole series, prints when it is imported, and has no such test; both
find the same start (tests/statistics/test_equilibration.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tumble.types import Array

FEWEST = 20  # smallest number of intervals for a decision
_STARTS = 100  # number of tried starts
_LATEST = 0.95  # latest start, as a fraction of the series
_SIGMA = 5.0  # large, since the start is a maximum: exceeded by 1 of 1000 stationary series, 2 of 100 short ones
_ROUNDING = 1e-12  # relative
_SAMPLES = 12.0  # smallest number of independent samples in the last half for an error


@dataclass(frozen=True)
class Equilibration:
    """Start of the stationary part of a series.

    Attributes:
        start: Index of the first interval of the stationary part.
        sigma: Distance of the mean before it from that of the last half, in standard deviations; 0 if all of the series
            is stationary, or too short.
    """

    start: int
    sigma: float

    @property
    def drifts(self) -> bool:
        """Whether the series before the start differs significantly from the rest."""
        return self.sigma > _SIGMA


def equilibration(series: Array) -> Equilibration:
    """Find where a series becomes stationary.

    Args:
        series: Finite averages over intervals of equal length, [T].
    """
    series = np.asarray(series, dtype=np.float64)
    count = len(series)
    settled = _settled(series) if count >= FEWEST else 0
    if settled == 0:
        return Equilibration(0, 0.0)
    starts = np.unique(np.linspace(0, _LATEST * count, _STARTS).astype(int)).tolist()
    left = [(count - start) / inefficiency(series[start:]) for start in starts]
    if count - settled >= max(FEWEST // 2, max(left) - 1):
        return Equilibration(settled, float("inf"))  # the rest has no noise
    start = starts[int(np.argmax(left))]
    return Equilibration(start, _distance(series[:start], series[count // 2 :]))


def _settled(series: Array) -> int:
    """Return the index from which a series is constant, up to rounding; 0 if all of it is."""
    changing = np.flatnonzero(np.abs(series - series[-1]) > _ROUNDING * np.abs(series).max())
    return 0 if len(changing) == 0 else int(changing[-1]) + 1


def inefficiency(series: Array) -> float:
    """Return the statistical inefficiency g, 1 or more, of a series of finite numbers, [T]."""
    count = len(series)
    deviations = series - series.mean()
    variance = float(deviations @ deviations) / count
    if count < 3 or variance == 0:
        return 1.0
    spectrum = np.fft.rfft(deviations, 2 * count)
    products = np.fft.irfft(spectrum * spectrum.conj())[1:count]
    lags = np.arange(1, count)
    correlation = products / (count - lags) / variance
    negative = np.flatnonzero(correlation <= 0)
    last = int(negative[0]) if len(negative) > 0 else count - 1
    return max(1.0, float(1 + 2 * np.sum(correlation[:last] * (1 - lags[:last] / count))))


def _distance(before: Array, half: Array) -> float:
    """Return the distance of two means in standard deviations; 0 for too few samples."""
    g = inefficiency(half)
    if len(before) == 0 or len(half) < _SAMPLES * g:
        return 0.0
    # The variance about the mean of the same samples is biased low by the variance of that mean.
    variance = float(half.var()) / (1 - g / len(half))
    error = np.sqrt(variance * (g / len(half) + min(1.0, g / len(before))))
    difference = abs(float(before.mean() - half.mean()))
    return difference / float(error) if error > 0 else float("inf")
