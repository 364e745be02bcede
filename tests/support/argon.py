"""Short runs of liquid argon with `pair_style lj/cut`, whose logs are read: 32 atoms, a fraction of a second each."""

from __future__ import annotations

from pathlib import Path

from support.lammps_runs import run_lammps

#: Energies in the two styles of units, for the same atoms.
_EPSILON = {"metal": 0.0104, "real": 0.23983}


def argon(units: str = "metal") -> str:
    """The head of a script: atoms with velocities, and no fix."""
    return f"""\
units {units}
atom_style atomic
lattice fcc 5.26
region box block 0 2 0 2 0 2
create_box 1 box
create_atoms 1 box
mass 1 39.948
pair_style lj/cut 5.0
pair_coeff * * {_EPSILON[units]} 3.40
velocity all create 90 4711
thermo 10
"""


def run_argon(folder: Path, script: str, *arguments: str, units: str = "metal") -> Path:
    """Runs the head and what follows; returns the folder, with its `log.lammps`."""
    folder.mkdir(exist_ok=True)
    run_lammps(folder, argon(units) + script, arguments=arguments).checked()
    return folder
