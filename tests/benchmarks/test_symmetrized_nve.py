"""A short constant-energy run of a molecule, bare and averaged, by the benchmark that measures it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "symmetrized_nve.py"


def test_a_set_conserves_the_angular_momentum(tmp_path: Path) -> None:
    """0.2 ps; energy as well as without, magnitude and direction of L far better."""
    command = [sys.executable, str(SCRIPT), "--time", "0.2", "--sets", "none", "octahedral"]
    run = subprocess.run(
        [*command, "--json", str(tmp_path / "nve.json")], capture_output=True, text=True, timeout=300, check=False
    )
    assert run.returncode == 0, run.stderr
    bare, averaged = json.loads((tmp_path / "nve.json").read_text())["runs"]
    assert (bare["frames"], averaged["frames"]) == (1, 24)
    assert averaged["energy_rms"] < 1.5 * bare["energy_rms"]
    assert averaged["magnitude_worst"] < 0.1 * bare["magnitude_worst"]
    assert averaged["angle_worst"] < 0.2 * bare["angle_worst"]
    assert averaged["torque_rms"] < 0.1 * bare["torque_rms"]
