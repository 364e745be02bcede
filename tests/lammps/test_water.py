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
    command = [sys.executable, str(STABILITY), "--systems", "nvt", "--steps", "4000"]
    command += ["--out", str(tmp_path / "run")]
    done = subprocess.run(
        [*command, "--json", str(tmp_path / "summary.json")], capture_output=True, text=True, timeout=1700
    )
    assert done.returncode == 0, done.stdout + done.stderr
    summary = json.loads((tmp_path / "summary.json").read_text())
    nvt = summary["parts"]["nvt"]
    assert nvt["temperature"]["mean"] == pytest.approx(300, abs=25)
    assert 2.6 < nvt["peak"]["position"] < 2.95
