"""Temperatures that fluctuate, and that explode."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tumble.launch.checks.check import Outcome
from tumble.launch.checks.temperature import Temperature, highest_temperature
from tumble.simulation_file import Expect, Limits

EXPLODED = {"temperature": np.where(np.arange(101) < 50, 300.0, 1e5)}


def test_fluctuations(outcome: Callable[..., Outcome]) -> None:
    assert Temperature().failure(outcome()) is None


def test_explosion(outcome: Callable[..., Outcome]) -> None:
    failure = Temperature().failure(outcome(log=EXPLODED))
    assert failure is not None
    assert "from t = 0.05 ps on, at most 1e+05 K, with 300 K of the thermostat" in failure


def test_explosion_at_constant_energy(outcome: Callable[..., Outcome]) -> None:
    failure = Temperature().failure(outcome(log=EXPLODED, thermostat="none"))
    assert failure is not None
    assert "with 300 K of the start" in failure


def test_limit_is_that_of_the_fluctuations(outcome: Callable[..., Outcome]) -> None:
    # 6 atoms with 4 beads have 69 degrees of freedom: T (2 + 10 sqrt(2/69)).
    assert highest_temperature(outcome(beads=4), 0.0) == pytest.approx(300 * 3.7025, rel=1e-4)
    # A structure at rest at constant energy may heat.
    assert highest_temperature(outcome(thermostat="none"), 0.0) == 1000.0


def test_limit_of_the_user(outcome: Callable[..., Outcome]) -> None:
    assert Temperature().failure(outcome(log=EXPLODED, expect=Expect(limits=Limits(temperature=1e6)))) is None
    assert Temperature().failure(outcome(expect=Expect(limits=Limits(temperature=310.0)))) is not None
