"""The benchmark of path integrals with tiny settings: all ways to evaluate a model that need no other environment."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "path_integrals.py"


@pytest.mark.extended
@pytest.mark.timeout(600)
def test_all_kinds_have_a_row() -> None:
    options = ["--systems", "monomer:2", "--rounds", "1", "--seconds", "0.2"]
    run = subprocess.run(
        [sys.executable, str(SCRIPT), *options], capture_output=True, text=True, timeout=580, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
    rows = [line.split() for line in run.stdout.splitlines()[3:]]
    assert [row[0] for row in rows] == ["batches", "connections", "ffdirect", "shm", "ase", "floor", "model"]
    assert all(float(row[1]) > 0.0 for row in rows)
