"""Size of the outputs, against files that i-PI writes."""

from __future__ import annotations

import shutil
from collections import namedtuple

import numpy as np
import pytest
from support.ipi_inputs import findings

from tumble.ipi_check.checks.disk import Disk
from tumble.ipi_check.finding import Level

Usage = namedtuple("Usage", "total used free")


def test_a_note(case_of) -> None:
    (found,) = findings(Disk, case_of())
    assert (found.level, "1000 steps write about" in found.text, "`out.pos`" in found.text) == (Level.NOTE, True, True)


def test_lines_of_ipi(tmp_path) -> None:
    """An atom of an xyz file has as many bytes as the estimate takes."""
    printer = pytest.importorskip("ipi.utils.io.backends.io_xyz").print_xyz
    atoms, cell = pytest.importorskip("ipi.engine.atoms").Atoms(10), pytest.importorskip("ipi.engine.cell").Cell()
    cell.h = np.eye(3)
    with (tmp_path / "out.xyz").open("w") as file:
        printer(atoms, cell, file)
    lines = (tmp_path / "out.xyz").read_text().splitlines(keepends=True)
    assert {len(line) for line in lines[2:]} == {48}


@pytest.mark.parametrize(
    ("free", "steps", "level"),
    [(1e12, "1000", Level.NOTE), (1e5, "1000", Level.ERROR), (1e12, "100000000", Level.WARNING)],
)
def test_levels(case_of, monkeypatch, free: float, steps: str, level: Level) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(1e12, 0, free))
    (found,) = findings(Disk, case_of(("<total_steps> 1000", f"<total_steps> {steps}")))
    assert found.level is level
