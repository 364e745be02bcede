"""Checkpoints."""

from __future__ import annotations

import pytest
from support.ipi_inputs import findings

from tumble.ipi_check.checks.restarts import Restarts
from tumble.ipi_check.finding import Level

CHECKPOINT = "<checkpoint stride='100'/>"


def test_sound(case_of) -> None:
    assert findings(Restarts, case_of()) == []


@pytest.mark.parametrize(("steps", "level"), [("1000", Level.NOTE), ("1000000", Level.WARNING)])
def test_no_checkpoint(case_of, steps: str, level: Level) -> None:
    (found,) = findings(Restarts, case_of((CHECKPOINT, ""), ("<total_steps> 1000", f"<total_steps> {steps}")))
    assert (found.level, "<checkpoint" in found.cure) == (level, True)


def test_a_checkpoint_after_the_end(case_of) -> None:
    (found,) = findings(Restarts, case_of((CHECKPOINT, "<checkpoint stride='5000'/>")))
    assert (found.level, "5000 of 1000" in found.text) == (Level.NOTE, True)
