"""The temperature of a log."""

from __future__ import annotations

import numpy as np
import pytest

from tumble.errors import NotApplicableError
from tumble.observables.motion.logged_temperature import logged_temperature


def test_mean_and_error_are_those_of_independent_rows() -> None:
    rows = 300.0 + 10.0 * np.random.default_rng(3).normal(size=4000)
    found = logged_temperature(0.001 * np.arange(4000), rows)["temperature_logged"]
    assert found.values == pytest.approx(rows.mean())
    assert found.errors == pytest.approx(10.0 / np.sqrt(4000), rel=0.3)
    assert (found.unit, found.diagnostic) == ("K", True)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_not_finite_is_refused(bad: float) -> None:
    with pytest.raises(NotApplicableError, match=r"`temperature`: .*finite values"):
        logged_temperature(np.arange(4.0), [300.0, bad, 300.0, 300.0])
