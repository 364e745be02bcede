"""Temperatures that are accepted and refused."""

from __future__ import annotations

import pytest

from tumble.errors import ConfigurationError
from tumble.observables.base.temperature import checked_temperature


def test_positive_temperature() -> None:
    assert checked_temperature(300) == 300.0


@pytest.mark.parametrize("temperature", [0.0, -1.0, float("nan"), float("inf")])
def test_others(temperature: float) -> None:
    with pytest.raises(ConfigurationError, match=r"`temperature`: .*positive number of K"):
        checked_temperature(temperature)
