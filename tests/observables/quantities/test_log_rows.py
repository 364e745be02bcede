"""Rows of a log and their times."""

from __future__ import annotations

import numpy as np
import pytest

from tumble.errors import ConfigurationError, NotApplicableError
from tumble.observables.quantities.log_rows import (
    LogRows,
    checked_rows,
    root_mean_square,
    time_step,
)


def test_time_step() -> None:
    assert time_step(5.0 + 0.25 * np.arange(10)) == pytest.approx(0.25)
    # As a file with six digits has them.
    assert time_step(np.round(100 + 0.0005 * np.arange(1000), 3 + 1)) == pytest.approx(0.0005)
    with pytest.raises(NotApplicableError, match="at least 3 rows"):
        time_step(np.arange(2.0))
    with pytest.raises(NotApplicableError, match=r"equal .*, got from -1 to 2 ps"):
        time_step(np.array([0.0, 2.0, 1.0, 3.0]))


def test_shapes() -> None:
    times = np.arange(4.0)
    for values, components in ((np.ones((4, 2, 3)), 3), (np.ones((4, 3)), 3), (np.ones((4, 2)), 1), (np.ones(4), 1)):
        found_times, found = checked_rows("x", times, values, components)
        assert found_times == pytest.approx(times)
        assert found.shape == (4, 2 if values.shape[1:2] == (2,) else 1, components)
    with pytest.raises(ConfigurationError, match=r"`x`: .* 4 times, got shape \(3, 1, 3\)"):
        checked_rows("x", times, np.ones((3, 3)), 3)


def test_root_mean_square() -> None:
    log = LogRows(np.arange(400.0), 1.0, 1, None)
    values = np.random.default_rng(1).normal(size=400)
    found = root_mean_square(log, "x", values**2, "x", "1")
    assert found.values == pytest.approx(np.sqrt(np.mean(values**2)))
    assert found.errors == pytest.approx(np.sqrt(1 / 800), rel=0.3)
    assert found.expected == 0
    assert found.diagnostic


def test_rows_that_are_missing() -> None:
    times = np.delete(0.5 * np.arange(41), 7)
    assert time_step(times, gaps=True) == pytest.approx(0.5)
    for bad in (np.delete(0.5 * np.arange(41), [7, 9, 20]), times + np.where(times > 10, 0.1, 0.0), times[::-1]):
        with pytest.raises(NotApplicableError, match=r"`times`: .*equal distances"):
            time_step(bad, gaps=True)
    with pytest.raises(NotApplicableError, match=r"`times`: .*equal distances"):
        time_step(times)
