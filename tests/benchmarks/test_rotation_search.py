"""The search for sets of rotations, with a group for which a few trials suffice."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "rotation_designs.py"


@pytest.mark.parametrize(
    ("degree", "group", "count"),
    [(2, "tetrahedral", 12), (7, "octahedral", 168), (9, "icosahedral", 300), (4, "4z,1", 48)],
)
def test_row(degree: int, group: str, count: int) -> None:
    command = [sys.executable, str(SCRIPT), f"--degree={degree}", f"--group={group}", f"--most={count}"]
    done = subprocess.run([*command, "--minutes=0.02"], capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    found = re.search(rf"^// degree {degree}: {count} rotations.* largest average (\S+)$", done.stdout, re.MULTILINE)
    assert found, done.stdout
    assert float(found[1]) < 1e-13
    assert f"\n{{{degree},\n {{{{{{" in done.stdout
