"""Infinite and undefined values in the log."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tumble.launch.checks.check import Outcome
from tumble.launch.checks.finite import Finite


def test_finite_numbers(outcome: Callable[..., Outcome]) -> None:
    assert Finite().failure(outcome()) is None


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_first_value_that_is_not_finite(outcome: Callable[..., Outcome], value: float) -> None:
    pressure = np.where(np.arange(101) < 40, 1.0, value)
    assert Finite().failure(outcome(log={"pressure": pressure})) == f"the pressure is {value} from t = 0.04 ps on"
