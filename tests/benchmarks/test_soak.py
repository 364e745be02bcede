"""Half a minute of the soak test; users run an hour."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "soak.py"


@pytest.mark.extended
@pytest.mark.parametrize("number", ["KILL", "TERM"])
def test_run_with_killed_drivers_equals_an_undisturbed_one(number: str) -> None:
    command = [sys.executable, str(SCRIPT), "--minutes", "0.5", "--every", "10", "--beads", "4", "--drivers", "2"]
    run = subprocess.run([*command, "--signal", number], capture_output=True, text=True, timeout=280, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert f"2 drivers killed by SIG{number}" in run.stdout
    assert "outputs that differ between the runs: none" in run.stdout
