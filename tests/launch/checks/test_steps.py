"""Runs that end early."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tumble.errors import NotApplicableError
from tumble.launch.checks.check import Outcome
from tumble.launch.checks.steps import Steps


def test_all_steps(outcome: Callable[..., Outcome]) -> None:
    assert Steps().failure(outcome()) is None


def test_too_few_steps(outcome: Callable[..., Outcome]) -> None:
    assert "ended at step 90 of 100" in (Steps().failure(outcome(step=90)) or "")
    assert "ended at step 0 of 100" in (Steps().failure(outcome(step=None)) or "")


def test_unknown_length(outcome: Callable[..., Outcome]) -> None:
    with pytest.raises(NotApplicableError, match="unknown"):
        Steps().failure(outcome(step=90, last=None))
