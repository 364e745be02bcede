"""Relaxations of a molecule, bare and averaged, by the benchmark that measures them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "relaxation.py"


def test_a_molecule_relaxes_with_a_set(tmp_path: Path) -> None:
    """From each orientation in a few steps to the same minimum; the bare model follows a rotation forever."""
    command = [sys.executable, str(SCRIPT), "--fmax", "0.001", "--orientations", "6"]
    command += ["--sets", "none", "degree:7+inversion", "--json", str(tmp_path / "relaxation.json")]
    run = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert run.returncode == 0, run.stderr
    found = json.loads((tmp_path / "relaxation.json").read_text())["relaxations"]
    bare, averaged = found["none"], found["degree:7+inversion"]
    assert all(one["ended"] and one["steps"] <= 6 and one["force"] < 0.001 for one in averaged)
    energies = [one["energy"] for one in averaged]
    assert max(energies) - min(energies) < 1e-4
    assert not all(one["ended"] for one in bare)
    assert max(one["steps"] for one in bare) > 50
