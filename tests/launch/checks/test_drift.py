"""Drifts of the conserved quantity."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tumble.errors import NotApplicableError
from tumble.launch.checks.check import Outcome
from tumble.launch.checks.drift import Drift
from tumble.simulation_file import Expect, Limits


def drifting(rate: float) -> dict[str, np.ndarray]:
    """Conserved quantity, eV, of 101 rows up to t = 0.1 ps, which changes by `rate` eV in that time."""
    return {"conserved": 5.0 + np.linspace(0, rate, 101)}


def test_fluctuations(outcome: Callable[..., Outcome]) -> None:
    assert Drift().failure(outcome()) is None


def test_the_limit(outcome: Callable[..., Outcome]) -> None:
    # 40 meV for each of 6 atoms and ps, of which a shorter run has one.
    assert Drift().failure(outcome(log=drifting(0.23))) is None
    failure = Drift().failure(outcome(log=drifting(-0.3)))
    assert failure is not None
    assert "drifts by -50 meV per atom and ps, more than 40" in failure
    assert Drift().failure(outcome(log=drifting(-0.3), beads=2)) is None


def test_limit_of_the_user(outcome: Callable[..., Outcome]) -> None:
    assert Drift().failure(outcome(log=drifting(0.3), expect=Expect(limits=Limits(drift=100.0)))) is None


def test_without_a_conserved_quantity(outcome: Callable[..., Outcome]) -> None:
    with pytest.raises(NotApplicableError, match="no conserved"):
        Drift().failure(outcome(log={"conserved": np.empty(0)}))
