"""Windows of fits: chosen and given."""

from __future__ import annotations

import numpy as np
import pytest

from tumble.errors import ConfigurationError, NotApplicableError, SettingError
from tumble.observables.dynamics.fit_window import early_notes, fit_window

LAGS = 0.5 * np.arange(21)  # to 10 ps


@pytest.mark.parametrize(
    ("fit", "earliest", "latest", "expected"),
    [
        (None, 2.0, np.inf, (2.0, 10.0)),
        (None, 2.0, 6.0, (2.0, 6.0)),
        (None, 8.0, np.inf, (5.0, 10.0)),  # half the longest
        ((1.0, 3.0), 2.0, np.inf, (1.0, 3.0)),
        ((0.9, 3.1), 2.0, np.inf, (1.0, 3.0)),
    ],
)
def test_windows(
    fit: tuple[float, float] | None, earliest: float, latest: float, expected: tuple[float, float]
) -> None:
    found = LAGS[fit_window(LAGS, fit, earliest, latest)]
    assert (found[0], found[-1]) == expected


@pytest.mark.parametrize("fit", [(3.0, 1.0), (0.0, 5.0), (2.0, 10.5), (np.nan, 5.0)])
def test_window_outside_of_the_times_is_refused(fit: tuple[float, float]) -> None:
    with pytest.raises(ConfigurationError, match=r"`fit`: .*ascending.* 10 ps"):
        fit_window(LAGS, fit, 2.0)


def test_window_of_few_frames_is_refused() -> None:
    with pytest.raises(NotApplicableError, match=r"3 frames, got 2 from 2 to 2\.5 ps; .*`longest`"):
        fit_window(LAGS, (2.0, 2.5), 2.0)


def test_an_early_window_is_noted() -> None:
    (note,) = early_notes(LAGS[2:5], None, 2.0, "molecules leave")
    assert "from 1 to 2 ps, but molecules leave in some 2 ps" in note
    assert early_notes(LAGS[2:5], (1.0, 2.0), 2.0, "molecules leave") == ()  # chosen by the user
    assert early_notes(LAGS[4:], None, 2.0, "molecules leave") == ()
    assert early_notes(LAGS[4:] - 0.11, None, 2.0, "molecules leave") == ()  # 1.89 ps is near enough


def test_longest_time_that_leaves_no_window_is_a_wrong_setting() -> None:
    """Half of 4 intervals has 3 frames; half of 3 has 2."""
    lags = 0.5 * np.arange(4)
    assert fit_window(0.5 * np.arange(5), None, 2.0, longest=2.0) == slice(2, 5)
    with pytest.raises(SettingError, match=r"`longest`: .* 2 ps.* 3 frames, got 1\.5 ps"):
        fit_window(lags, None, 2.0, longest=1.5)
    with pytest.raises(NotApplicableError, match=r"`fit`: .* 3 frames, got 2 "):
        fit_window(lags, None, 2.0)


def test_longest_time_is_not_to_blame_for_frames_that_are_too_far_apart() -> None:
    with pytest.raises(NotApplicableError, match=r"`fit`: .* 3 frames, got 2 from 2 to 10 ps"):
        fit_window(4.0 * np.arange(6), None, 2.0, 10.0, longest=20.0)
