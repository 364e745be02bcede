"""The first peak of a radial distribution function, and the minimum after it.

The bins of both are found once, from the whole curve. Position and height then follow from a polynomial of fourth order
that is fitted by least squares to the upper half of the peak (above 1), or to the lower half of the minimum. It
describes their asymmetry and averages the noise of many bins. So position and height are smooth functions of the curve,
which can be applied to each resampling of it. The height of a peak is underestimated if it is only a few bins wide.

The fit of a peak uses no bin beyond the minima next to it, and that of a minimum no bin of a peak: shells of crystals
and of rigid molecules are few bins wide and separate. If a minimum is flat, as between such shells, its middle is used.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import find_peaks

from tumble.types import Array

_DEGREE = 4
_FEWEST = 2  # bins on each side
_FINE = 401  # points at which the polynomial is evaluated
_LEAST = 0.1  # smallest prominence of a peak
_SIGMAS = 6.0  # smallest prominence of a peak, in errors of the curve


@dataclass(frozen=True)
class Extremum:
    """A maximum or minimum of a curve, and the fit that locates it.

    Attributes:
        index: Bin with the largest or smallest value.
        bins: Bins to which the polynomial is fitted.
        places: Points at which the polynomial is evaluated, [F].
        matrix: Matrix that gives these values from the values of the bins, [F,W].
        sign: 1 for a maximum, -1 for a minimum.
    """

    index: int
    bins: slice
    places: Array
    matrix: Array
    sign: float

    def find(self, values: Array) -> tuple[float, float]:
        """Return the position and value of the extremum, given the values of the curve in all bins."""
        fitted = self.matrix @ values[self.bins]
        best = int(np.argmax(self.sign * fitted))
        return float(self.places[best]), float(fitted[best])


def first_peak(centers: Array, values: Array, errors: Array) -> Extremum | None:
    """Return the first peak above 1 that stands out from the noise; None if there is none.

    Args:
        centers: Middle of each bin, [B].
        values: g(r), [B].
        errors: [B].
    """
    peaks = _peaks(values, errors)
    first = next((place for place, index in enumerate(peaks) if values[index] > 1), None)
    if first is None:
        return None
    before = 0 if first == 0 else _valley(values, peaks[first - 1], peaks[first])[-1]
    after = len(values) - 1 if first + 1 == len(peaks) else _valley(values, peaks[first], peaks[first + 1])[0]
    return _extremum(centers, values, peaks[first], 1.0, level=1.0, limits=(before, after))


def minimum_after(peak: Extremum, centers: Array, values: Array, errors: Array) -> Extremum | None:
    """Return the minimum between a peak and the next peak; None if there is no next peak."""
    later = next((index for index in _peaks(values, errors) if index > peak.index), None)
    if later is None:
        return None
    flat = _valley(values, peak.index, later)
    if len(flat) > 1:
        middle = 0.5 * (centers[flat[0]] + centers[flat[-1]])
        bins = slice(flat[0], flat[-1] + 1)
        return Extremum(flat[0], bins, np.array([middle]), np.full((1, len(flat)), 1 / len(flat)), -1.0)
    limits = (peak.index + 1, later - 1)
    return _extremum(centers, values, flat[0], -1.0, level=float(values[later]), limits=limits)


def _peaks(values: Array, errors: Array) -> list[int]:
    """Return the bins of all peaks that stand out from the noise."""
    peaks, found = find_peaks(values, prominence=_LEAST)
    clear = found["prominences"] >= _SIGMAS * np.nan_to_num(errors[peaks], nan=np.inf)
    return [int(index) for index in peaks[clear]]


def _valley(values: Array, first: int, last: int) -> range:
    """Return the bins with the smallest value between two bins; the longest stretch if there are several."""
    between = values[first + 1 : last]
    lowest = np.flatnonzero(between == between.min()) + first + 1
    ends = np.flatnonzero(np.diff(lowest) > 1) + 1
    limits = itertools.pairwise([0, *ends.tolist(), len(lowest)])
    start, stop = max(limits, key=lambda each: each[1] - each[0])
    return range(int(lowest[start]), int(lowest[stop - 1]) + 1)


def _extremum(
    centers: Array, values: Array, index: int, sign: float, *, level: float, limits: tuple[int, int]
) -> Extremum:
    """Return the extremum with a fit to the bins around it whose values are less than half way to the level.

    Args:
        centers: [B].
        values: [B].
        index: Bin of the extremum.
        sign: 1 for a maximum, -1 for a minimum.
        level: Value of the curve far from the extremum.
        limits: First and last bin that the fit may use.
    """
    inside = sign * (values - 0.5 * (values[index] + level)) >= 0
    # A narrow extremum needs equally many bins on both sides: a fit to few points is biased to the longer side.
    least = min(_FEWEST, index - limits[0], limits[1] - index)
    first = _last_of(inside, range(index, limits[0] - 1, -1), least)
    last = _last_of(inside, range(index, limits[1] + 1), least)
    if first == last:
        return Extremum(index, slice(index, index + 1), centers[[index]], np.ones((1, 1)), sign)
    scale = centers[last] - centers[first]
    bins = slice(first, last + 1)
    degree = min(_DEGREE, last - first)
    # Evaluate the polynomial in the inner part only: at the ends of the fitted range it may oscillate.
    reach = 0.5 * scale
    low, high = max(centers[first], centers[index] - reach), min(centers[last], centers[index] + reach)
    places = np.linspace(low, high, _FINE)
    fit = np.linalg.pinv(np.vander((centers[bins] - centers[index]) / scale, degree + 1))
    return Extremum(index, bins, places, np.vander((places - centers[index]) / scale, degree + 1) @ fit, sign)


def _last_of(inside: NDArray[np.bool_], way: Sequence[int], least: int) -> int:
    """Return the last bin of the unbroken stretch that is inside; it has at least `least` steps."""
    reached = way[0]
    for steps, place in enumerate(way):
        if not inside[place] and steps > least:
            break
        reached = place
    return reached
