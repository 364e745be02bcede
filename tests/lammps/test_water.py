"""The shipped model in a run long enough to show that it holds the liquid together."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

STABILITY = Path(__file__).parents[2] / "benchmarks" / "stability.py"


@pytest.mark.extended
@pytest.mark.timeout(1800)
def test_two_picoseconds_of_liquid_water(tmp_path: Path) -> None:
    command = [sys.executable, str(STABILITY), "--systems", "liquid", "--steps", "4000", "--nve-steps", "1000"]
    command += ["--out", str(tmp_path / "run")]
    done = subprocess.run(
        [*command, "--json", str(tmp_path / "summary.json")], capture_output=True, text=True, timeout=1700
    )
    assert done.returncode == 0, done.stdout + done.stderr
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert summary["nvt_temperature"]["mean"] == pytest.approx(300, abs=25)
    assert 2.6 < summary["peak"]["position"] < 2.95
