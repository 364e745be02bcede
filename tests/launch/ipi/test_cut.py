"""Cuts of trajectories that i-PI wrote, also of files that end in the middle of a frame."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tumble.errors import LaunchError
from tumble.launch.ipi.cut import cut_trajectory

STEP = re.compile(r"Step: *(\d+)")


def test_all_text_formats(tmp_path: Path, ipi_run: Path) -> None:
    endings = set()
    for path in ipi_run.iterdir():
        if path.suffix not in (".xyz", ".pdb", ".extxyz") or not STEP.search(path.read_text()):
            continue
        text = path.read_text()
        steps = [int(step) for step in STEP.findall(text)]
        copied = Path(shutil.copy(path, tmp_path))
        copied.write_text(text + text[: len(text) // len(steps) // 2])
        cut_trajectory(copied, steps[-1])
        assert copied.read_text() == text
        cut_trajectory(copied, steps[1])
        assert text.startswith(copied.read_text())
        assert [int(step) for step in STEP.findall(copied.read_text())] == steps[:2]
        endings.add(path.suffix)
    assert endings == {".xyz", ".pdb", ".extxyz"}


def test_mistakes(tmp_path: Path) -> None:
    cut_trajectory(tmp_path / "none.xyz", 5)
    (tmp_path / "out.bin").write_text("x")
    with pytest.raises(LaunchError, match=r"out\.bin.* step 5"):
        cut_trajectory(tmp_path / "out.bin", 5)
    (tmp_path / "out.xyz").write_text("1\nno step\nH 0 0 0\n")
    with pytest.raises(LaunchError, match=r"byte 0 of .*out\.xyz"):
        cut_trajectory(tmp_path / "out.xyz", 5)
