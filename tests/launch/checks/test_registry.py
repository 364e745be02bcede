"""All checks together."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tumble.launch.checks.check import Outcome
from tumble.launch.checks.registry import CHECKS, check_physics
from tumble.simulation_file import Expect


def test_fine_run(outcome: Callable[..., Outcome]) -> None:
    verdict = check_physics(outcome())
    assert verdict.failures == ()
    assert verdict.passed == tuple(check.name for check in CHECKS)


def test_failures_and_omissions(outcome: Callable[..., Outcome]) -> None:
    log = {"temperature": np.full(101, np.inf)}
    verdict = check_physics(outcome(log=log, expect=Expect(molecules=False)))
    assert len(verdict.failures) == 2
    assert verdict.failures[0].startswith("the temperature is inf")
    assert verdict.skipped == {"molecules": "`molecules: no` turns it off"}
