"""Trajectories with gaps."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.launch.checks.conftest import WATER

from tumble.errors import NotApplicableError
from tumble.launch.checks.check import Outcome
from tumble.launch.checks.frames import Frames


def failure(outcome: Callable[..., Outcome], steps: list[int]) -> str | None:
    return Frames().failure(outcome(frames=[(step, WATER) for step in steps]))


def test_complete_trajectory(outcome: Callable[..., Outcome]) -> None:
    assert failure(outcome, list(range(0, 101, 10))) is None
    assert failure(outcome, list(range(0, 101, 40))) is None


def test_gap(outcome: Callable[..., Outcome]) -> None:
    assert "after step 20 comes step 50, at intervals of 10" in (
        failure(outcome, [0, 10, 20, 50, 60, 70, 80, 90, 100]) or ""
    )


def test_an_interval_may_change(outcome: Callable[..., Outcome]) -> None:
    assert failure(outcome, [*range(0, 80, 5), 80, 90, 100]) is None
    assert failure(outcome, [0, 20, *range(25, 101, 5)]) is None
    assert failure(outcome, [*range(0, 96, 5), 98, 100]) is None


def test_unequal_intervals_are_those_of_the_user(outcome: Callable[..., Outcome]) -> None:
    with pytest.raises(NotApplicableError, match="equal intervals"):
        failure(outcome, [0, 1, 2, 4, 8, 16, 32, 33, 34, 36, 40, 48, 64])


def test_end_is_missing(outcome: Callable[..., Outcome]) -> None:
    assert "the last is that of step 80, and the log reaches step 100" in (failure(outcome, [0, 20, 40, 60, 80]) or "")
