"""The range of times in which a function of time is fitted."""

from __future__ import annotations

import numpy as np

from tumble.errors import ConfigurationError, NotApplicableError
from tumble.types import Array

FEWEST = 3  # points


def fit_window(lags: Array, fit: tuple[float, float] | None, earliest: float, latest: float = np.inf) -> slice:
    """Return the range of indices of the times that are fitted.

    Args:
        lags: Increasing, [L] in ps.
        fit: First and last time, ps; chosen automatically if None.
        earliest: Start of the automatic window, ps; half the longest time if that is earlier.
        latest: Latest end of the automatic window, ps.

    Raises:
        ConfigurationError: If the window isn't within the times.
        NotApplicableError: If it holds too few of them.
    """
    longest = float(lags[-1])
    end = min(latest, longest)
    first, last = (min(earliest, 0.5 * end), end) if fit is None else fit
    tolerance = 1e-6 * longest
    if not 0 < first < last <= longest + tolerance:
        raise ConfigurationError(
            f"`fit`: expected two times in ascending order, above 0 and up to the longest time difference, "
            f"{longest:.6g} ps, got {first:g} and {last:g} ps"
        )
    inside = np.flatnonzero((lags >= first - tolerance) & (lags <= last + tolerance))
    if len(inside) < FEWEST:
        raise NotApplicableError(
            f"`fit`: expected a window with at least {FEWEST} frames, got {len(inside)} from {first:g} to {last:g} ps; "
            "give `longest`, or more frames"
        )
    return slice(int(inside[0]), int(inside[-1]) + 1)
