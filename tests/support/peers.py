"""Other packages in environments of their own, which `make test-peers` builds.

A package and the engines never meet in one process: its environment converts a model and prints what its own calculator
gives; then the model file runs here, in LAMMPS and i-PI, without the package.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import ase.io
import numpy as np
from ase import Atoms

ROOT = Path(__file__).parents[2]
SCRIPTS = ROOT / "tests" / "peers"
#: Of the environments, one folder each.
FOLDER = Path(os.environ.get("TUMBLE_PEERS", ROOT / ".peers"))


@dataclass(frozen=True)
class Labels:
    """Energy in eV and forces in eV/Å [N, 3] of a package's own calculator."""

    energy: float
    forces: np.ndarray


def run_in(name: str, *command: object) -> subprocess.CompletedProcess[str]:
    """Run `python COMMAND` in the environment of a package, and return how it ended."""
    folder = FOLDER / name / "bin"
    assert (folder / "python").exists(), f"no environment in {folder.parent}: `make test-peers` builds it"
    variables = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", "OMP_NUM_THREADS": "1"}
    return subprocess.run(
        [folder / "python", *map(str, command)], cwd=ROOT, env=variables, capture_output=True, text=True, timeout=1200
    )


def run_script(name: str, script: str, *arguments: object) -> None:
    """Run a script of tests/peers in an environment."""
    done = run_in(name, SCRIPTS / script, *arguments)
    assert done.returncode == 0, done.stderr


def convert(kind: str, source: object, output: Path, *options: object) -> subprocess.CompletedProcess[str]:
    """Run the real `tumble convert` in the environment of a kind."""
    return run_in(kind, "-m", "tumble", "convert", kind, source, "-o", output, *options)


def calculate(kind: str, source: object, frames: Sequence[Atoms], folder: Path, *options: str) -> list[Labels]:
    """Return what a package's own calculator gives for structures."""
    ase.io.write(folder / "frames.traj", frames)  # extended XYZ has too few digits
    results = folder / "results.json"
    run_script(kind, "calculate.py", kind, source, folder / "frames.traj", results, *options)
    return [Labels(each["energy"], np.array(each["forces"])) for each in json.loads(results.read_text())]
