"""Temperatures that fluctuate, and that explode."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tumble.launch.checks.check import Outcome
from tumble.launch.checks.temperature import Temperature, highest_temperature, highest_while_running
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


def test_limit_is_that_of_the_fluctuations() -> None:
    # 6 atoms with 4 beads have 69 degrees of freedom: T (2 + 10 sqrt(2/69)).
    assert highest_temperature(Expect(), 300.0, 0.0, 6, 4) == pytest.approx(300 * 3.7025, rel=1e-4)
    # A structure at rest at constant energy may heat, and what begins hotter than its thermostat may cool.
    assert highest_temperature(Expect(), None, 0.0, 6, 4) == 1000.0
    assert highest_temperature(Expect(), 300.0, 600.0, 6, 4) == pytest.approx(600 * 3.7025, rel=1e-4)


def test_limit_while_a_run_goes_on() -> None:
    assert highest_while_running(Expect(), None, 300.0, 6, 1) is None
    assert highest_while_running(Expect(limits=Limits(temperature=900.0)), None, 300.0, 6, 1) == 900.0
    assert highest_while_running(Expect(), 300.0, 290.0, 6, 4) == pytest.approx(300 * 3.7025, rel=1e-4)


def test_limit_of_the_user(outcome: Callable[..., Outcome]) -> None:
    assert Temperature().failure(outcome(log=EXPLODED, expect=Expect(limits=Limits(temperature=1e6)))) is None
    assert Temperature().failure(outcome(expect=Expect(limits=Limits(temperature=310.0)))) is not None
