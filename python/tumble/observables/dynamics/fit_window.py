"""The range of times in which a function of time is fitted."""

from __future__ import annotations

import numpy as np

from tumble.errors import ConfigurationError, NotApplicableError, SettingError
from tumble.types import Array

FEWEST = 3  # points
_SLACK = 0.1  # how much earlier than intended a window may begin without a note, relative


def fit_window(
    lags: Array,
    fit: tuple[float, float] | None,
    earliest: float,
    latest: float = np.inf,
    *,
    longest: float | None = None,
) -> slice:
    """Return the range of indices of the times that are fitted.

    Args:
        lags: Equally spaced from 0, [L] in ps.
        fit: First and last time, ps; chosen automatically if None.
        earliest: Start of the automatic window, ps; half the longest time if that is earlier.
        latest: Latest end of the automatic window, ps.
        longest: The longest time that the user chose, ps; None if it is a default.

    Raises:
        SettingError: If the automatic window holds too few times because of `longest`.
        ConfigurationError: If the window isn't within the times.
        NotApplicableError: If it holds too few of them.
    """
    final = float(lags[-1])
    end = min(latest, final)
    first, last = (min(earliest, 0.5 * end), end) if fit is None else fit
    tolerance = 1e-6 * final
    if not 0 < first < last <= final + tolerance:
        raise ConfigurationError(
            f"`fit`: expected two times in ascending order, above 0 and up to the longest time difference, "
            f"{final:.6g} ps, got {first:g} and {last:g} ps"
        )
    inside = np.flatnonzero((lags >= first - tolerance) & (lags <= last + tolerance))
    if len(inside) >= FEWEST:
        return slice(int(inside[0]), int(inside[-1]) + 1)
    if fit is None and longest is not None and end == final:
        # The window begins at half the longest time, or before.
        least = 2 * (FEWEST - 1) * float(lags[1])
        raise SettingError("longest", f"expected at least {least:.6g} ps, to fit {FEWEST} frames, got {longest:g} ps")
    raise NotApplicableError(
        f"`fit`: expected a window with at least {FEWEST} frames, got {len(inside)} from {first:g} to {last:g} ps; "
        "give `longest`, or more frames"
    )


def early_notes(times: Array, fit: tuple[float, float] | None, earliest: float, event: str) -> tuple[str, ...]:
    """Return a note if a window begins earlier than intended, since longer times aren't known.

    Args:
        times: Times in the window, [L] in ps.
        fit: The window that the user chose, which needs no note; None if it was chosen automatically.
        earliest: Intended start of the window, ps.
        event: What takes that long, in words.
    """
    if fit is not None or times[0] >= (1 - _SLACK) * earliest:
        return ()
    return (
        f"The fit is from {times[0]:.3g} to {times[-1]:.3g} ps, but {event} in some {earliest:g} ps: slopes before "
        "that may differ from those at long times; use a longer run, or set `longest`.",
    )
