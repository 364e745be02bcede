"""LAMMPS as the client of a real i-PI server, `fix ipi`."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
from ase import Atoms

from support.ipi_runs import PATIENCE, Server, unix_endpoint
from support.lammps_frames import COLUMNS, DUMP_FORMAT
from support.lammps_runs import LammpsRun, run_lammps, system_script, write_data

SPECIES = ["O", "H"]
STEPS = 5


def serve_lammps(
    folder: Path, atoms: Atoms, script: str, ranks: int = 1, complete: bool = True, beads: int = 1
) -> tuple[Server, LammpsRun]:
    """Runs LAMMPS until the server has enough; unless `complete`, until LAMMPS itself stops."""
    endpoint = unix_endpoint()
    with Server(folder, atoms, endpoint, steps=STEPS, beads=beads, extras="") as server:
        until = time.monotonic() + PATIENCE
        while not Path(f"/tmp/ipi_{endpoint.unix}").exists():  # fix ipi doesn't wait for it
            assert time.monotonic() < until, server.output
            time.sleep(0.05)
        done = run_lammps(folder, script.format(address=endpoint.unix), ranks=ranks)
        assert not complete or server.wait() == 0, server.output
    return server, done


def client_script(folder: Path, atoms: Atoms, model: Path) -> str:
    """Atoms are sent in the order of their IDs, which have to be those of i-PI."""
    script = system_script(folder, atoms, model, SPECIES)
    write_data(folder / "system.data", atoms, SPECIES, np.arange(1, len(atoms) + 1))
    return (
        script.replace("atom_style atomic", "atom_style atomic\natom_modify map array")
        + "fix 1 all ipi {address} 1 unix\nthermo_style custom step pe pxx pyy pzz pxy pxz pyz vol\n"
        + f"dump d all custom 1 lammps.dump {COLUMNS}\ndump_modify d {DUMP_FORMAT} first no flush yes\n"
        + "thermo 1\nthermo_modify norm no line yaml format float %.17g flush yes\nrun 1000\n"
    )
