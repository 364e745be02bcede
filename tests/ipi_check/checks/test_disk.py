"""Size of the outputs against the space on the disk."""

from __future__ import annotations

import shutil
from collections import namedtuple

import pytest
from support.ipi_inputs import findings

from tumble.ipi_check.checks.disk import Disk
from tumble.ipi_check.finding import Level

Usage = namedtuple("Usage", "total used free")


def test_a_note(case_of) -> None:
    (found,) = findings(Disk, case_of())
    assert (found.level, "1000 steps write about" in found.text, "`out.pos`" in found.text) == (Level.NOTE, True, True)


@pytest.mark.parametrize(
    ("free", "steps", "level"),
    [(1e12, "1000", Level.NOTE), (1e5, "1000", Level.ERROR), (1e12, "100000000", Level.WARNING)],
)
def test_levels(case_of, monkeypatch, free: float, steps: str, level: Level) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(1e12, 0, free))
    (found,) = findings(Disk, case_of(("<total_steps> 1000", f"<total_steps> {steps}")))
    assert found.level is level


def test_systems_share_the_disk(case_of, monkeypatch) -> None:
    """Two systems, each of which would fit alone."""
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(1e12, 0, 1.5e6))
    (alone,) = findings(Disk, case_of())
    case = case_of()
    case.root.append(case.system)
    (both,) = findings(Disk, case)
    assert (alone.level, both.level) == (Level.NOTE, Level.ERROR)
    case.index = 1
    assert not findings(Disk, case)  # said once
