"""The benchmark of one pass runs, and both ways give the same numbers."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "one_pass.py"


@pytest.mark.extended
def test_both_ways_give_the_same_numbers(tmp_path: Path) -> None:
    file = tmp_path / "times.json"
    command = [sys.executable, str(SCRIPT), "--frames", "20", "--rounds", "1", "--json", str(file)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert run.returncode == 0, run.stderr
    found = json.loads(file.read_text())
    assert found["differing"] == {"one pass": [], "one by one": []}
