"""Run LAMMPS, and i-PI with the driver, on copies of the input files in a new folder."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path

from tumble.demo.inputs import IpiFiles, LammpsFiles, copy_ipi, copy_lammps
from tumble.launch.processes import Program, find_program, run_alone, run_together
from tumble.waiting import idle_cores, wanted_threads

LIMIT = 1800.0  # s; a longer run counts as stuck
SEED = "4711"  # of random rotations, as in the inputs of LAMMPS
SOCKETS = "/tmp/ipi_"  # i-PI's prefix for the names of its sockets


def run_lammps(
    inputs: Path, which: LammpsFiles, folder: Path, model: str, steps: int, symmetrize: str = "none"
) -> None:
    """Run LAMMPS in `folder`.

    Args:
        inputs: Folder of the inputs.
        which: Input files of the run.
        folder: Folder of the run, empty.
        model: Name of a model, or absolute path of its file.
        steps: Number of time steps.
        symmetrize: Rotations over which the model is averaged.

    Raises:
        LaunchError: If LAMMPS fails or takes too long.
    """
    script = copy_lammps(inputs, which, folder)
    variables = ["-var", "steps", str(steps), "-var", "model", model, "-var", "symmetrize", symmetrize]
    command = [find_program("lmp"), "-in", script.name, "-log", "log.lammps", *variables]
    program = Program("LAMMPS", command, folder, folder / "screen.log", _threads())
    run_alone(program, LIMIT)


def run_ipi(inputs: Path, which: IpiFiles, folder: Path, model: str, steps: int, symmetrize: str = "none") -> None:
    """Run an i-PI server and the driver in `folder`; see `run_lammps` for arguments and errors."""
    address = f"tumble-demo-{os.getpid()}-{secrets.token_hex(4)}"
    xml = copy_ipi(inputs, which, folder, steps, address)
    serve = [find_program("i-pi"), xml.name]
    drive = [sys.executable, "-m", "tumble", "drive", model, "--unix", address]
    drive += ["--structure", which.structure.name, "--symmetrize", symmetrize]
    if symmetrize.startswith("random"):
        drive += ["--seed", SEED]
    try:
        # The server computes almost nothing; the model needs the cores.
        server = Program("i-PI", serve, folder, folder / "server.log", {"OMP_NUM_THREADS": "1"})
        with server:
            client = Program("tumble drive", drive, folder, folder / "driver.log", _threads())
            run_together(server, client, LIMIT, "I-PI reports success")
    finally:
        Path(SOCKETS + address).unlink(missing_ok=True)


def threads() -> int:
    """Return the number of threads for the model: `OMP_NUM_THREADS` or the number of cores that are idle now.

    The latter is limited to four, which is enough for a small system, and to at least one.
    """
    if given := os.environ.get("OMP_NUM_THREADS", ""):
        return wanted_threads() if given.isdigit() else 1
    return max(1, min(4, wanted_threads(), idle_cores()))


def _threads() -> dict[str, str]:
    return {"OMP_NUM_THREADS": str(threads())}
