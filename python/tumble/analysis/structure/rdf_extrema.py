"""The first peak of a radial distribution function, and the minimum behind it.

Where they are is taken from the whole curve, once. Position and height then follow from a polynomial of fourth order,
fitted by least squares to the upper half of the peak (of what is above 1), or to the lower half of the minimum: it can
follow their asymmetry, and takes the noise of many bins off. So they are smooth functions of the curve, which can be
applied to every resampling of it. A peak narrower than a few bins comes out lower than it is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.signal import find_peaks

from tumble.analysis.statistics.cells import Array

_DEGREE = 4
_FEWEST = 2  # bins on each side
_FINE = 401  # places at which the polynomial is looked at
_LEAST = 0.1  # height of a peak above its surroundings, below which it doesn't count
_SIGMAS = 6.0  # likewise, in errors of the curve there


@dataclass(frozen=True)
class Extremum:
    """Where a curve has a maximum or a minimum, and how to find it exactly.

    Attributes:
        index: Bin with the largest or smallest value.
        bins: Those to which the polynomial is fitted.
        places: Where it is looked at, [F].
        matrix: What gives its values there from those of the bins, [F,W].
        sign: 1 for a maximum, -1 for a minimum.
    """

    index: int
    bins: slice
    places: Array
    matrix: Array
    sign: float

    def find(self, values: Array) -> tuple[float, float]:
        """Position and value of the extremum of a curve over all bins."""
        fitted = self.matrix @ values[self.bins]
        best = int(np.argmax(self.sign * fitted))
        return float(self.places[best]), float(fitted[best])


def first_peak(centres: Array, values: Array, errors: Array) -> Extremum | None:
    """The first peak above 1 that is clear of the noise; None if there is none.

    Args:
        centres: Middle of each bin, [B].
        values: g(r), [B].
        errors: [B].
    """
    peaks = [int(index) for index in _peaks(values, errors) if values[index] > 1]
    return _extremum(centres, values, peaks[0], 1.0, level=1.0) if peaks else None


def minimum_after(peak: Extremum, centres: Array, values: Array, errors: Array) -> Extremum | None:
    """The minimum between a peak and the next one; None if there is no next one."""
    later = [int(index) for index in _peaks(values, errors) if index > peak.index]
    if not later:
        return None
    lowest = peak.index + int(np.argmin(values[peak.index : later[0]]))
    return _extremum(centres, values, lowest, -1.0, level=float(values[later[0]]))


def _peaks(values: Array, errors: Array) -> Array:
    """Bins of all peaks that are clear of the noise."""
    peaks, found = find_peaks(values, prominence=_LEAST)
    return np.asarray(peaks[found["prominences"] >= _SIGMAS * np.nan_to_num(errors[peaks], nan=np.inf)])


def _extremum(centres: Array, values: Array, index: int, sign: float, *, level: float) -> Extremum:
    """Prepares the fit to the bins around that are nearer to the extremum than half of the way to the level."""
    inside = sign * (values - 0.5 * (values[index] + level)) >= 0
    first, last = index, index
    while first > 0 and (inside[first - 1] or index - first < _FEWEST):
        first -= 1
    while last < len(values) - 1 and (inside[last + 1] or last - index < _FEWEST):
        last += 1
    scale = centres[last] - centres[first]
    bins = slice(first, last + 1)
    degree = min(_DEGREE, last - first)
    # A shorter way than to all of the bins: at the ends of them the polynomial may swing.
    reach = 0.5 * scale
    low, high = max(centres[first], centres[index] - reach), min(centres[last], centres[index] + reach)
    places = np.linspace(low, high, _FINE)
    fit = np.linalg.pinv(np.vander((centres[bins] - centres[index]) / scale, degree + 1))
    return Extremum(index, bins, places, np.vander((places - centres[index]) / scale, degree + 1) @ fit, sign)
