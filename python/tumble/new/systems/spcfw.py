"""Starting structures of the liquid, from LAMMPS with the flexible SPC/Fw model of water.

Model: Wu, Tepper, Voth, J. Chem. Phys. 124, 024503 (2006), table I; LAMMPS' force constants hold the factor 1/2.
Molecules on a lattice with random orientations are run at constant volume and temperature. Oxygens and orientations are
kept from the last frame; bond lengths and angles, which are too large in SPC/Fw, are set to those of the liquid.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sysconfig
import tempfile
from pathlib import Path

import numpy as np

from tumble.errors import ConfigurationError, StructureError
from tumble.new.water import Array, box_edge, inside, monomer, on_lattice, with_geometry

#: ps of dynamics, enough for the hydrogen-bond network to form; the run itself goes on equilibrating.
EQUILIBRATION = 10.0
TIMESTEP = 0.5  # fs
CUTOFF = 6.0  # Å, of Lennard-Jones and of the real part of the Coulomb energy
_BOND, _ANGLE = 1.012, 113.24  # Å, degrees: minimum of SPC/Fw
_CHARGES = {"O": -0.82, "H": 0.41}
_SCRIPT = """\
units real
atom_style full
boundary p p p
pair_style lj/cut/coul/long {cutoff}
bond_style harmonic
angle_style harmonic
kspace_style pppm 1e-5
read_data start.data
pair_coeff 1 1 0.1553 3.165492
pair_coeff * 2 0.0 1.0
bond_coeff 1 529.581 {bond}
angle_coeff 1 37.95 {angle}
special_bonds lj/coul 0.0 0.0 0.0
timestep {timestep}
minimize 1e-4 1e-6 200 1000
velocity all create {temperature} {seed} mom yes rot yes dist gaussian
fix integrate all nve
fix bath all temp/csvr {temperature} {temperature} 100.0 {seed}
thermo 20000
run {steps}
write_dump all custom end.dump id xu yu zu modify sort id format float %.8f
"""


def liquid(
    molecules: int, density: float, temperature: float, seed: int, picoseconds: float = EQUILIBRATION
) -> tuple[Array, float]:
    """Return whole molecules of a liquid in a cubic box.

    Args:
        molecules: Number of molecules.
        density: g/cm³.
        temperature: K.
        seed: Seed of orientations and velocities.
        picoseconds: Length of the run.

    Returns:
        Positions, [3 n, 3] in Å, and the edge of the box, Å.

    Raises:
        ConfigurationError: If LAMMPS isn't installed.
        StructureError: If LAMMPS fails.
    """
    box = box_edge(molecules, density)
    generator = np.random.default_rng(seed)
    start = on_lattice(_lattice(molecules, box), monomer(_BOND, _ANGLE), generator)
    script = _SCRIPT.format(
        cutoff=min(CUTOFF, 0.49 * box),
        bond=_BOND,
        angle=_ANGLE,
        timestep=TIMESTEP,
        temperature=temperature,
        seed=seed % 900_000_000 + 1,  # LAMMPS takes no 0
        steps=round(picoseconds * 1000 / TIMESTEP),
    )
    with tempfile.TemporaryDirectory(prefix="tumble-liquid-") as name:
        folder = Path(name)
        (folder / "start.data").write_text(_topology(start, box))
        (folder / "in.equilibrate").write_text(script)
        _run(folder)
        last = np.loadtxt(folder / "end.dump", skiprows=9, usecols=(1, 2, 3))
    return inside(with_geometry(last), np.eye(3) * box), box


def _lattice(molecules: int, box: float) -> Array:
    """Return the first sites of the smallest simple cubic lattice that has enough: [n, 3] in Å."""
    per_edge = int(np.ceil(molecules ** (1 / 3) - 1e-9))
    grid = np.stack(np.meshgrid(*[np.arange(per_edge)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    # Spread over the lattice, so that no corner is empty.
    chosen = np.linspace(0, len(grid) - 1, molecules).round().astype(int)
    return np.asarray((grid[chosen] + 0.5) * box / per_edge)


def _run(folder: Path) -> None:
    installed = Path(sysconfig.get_path("scripts")) / "lmp"
    lmp = str(installed) if installed.is_file() else shutil.which("lmp")
    if lmp is None:
        raise ConfigurationError(
            "`system`: expected LAMMPS, in which a classical model prepares the liquid, found no `lmp`; install "
            "`lammps`, or give a structure with `--structure`"
        )
    done = subprocess.run(
        [lmp, "-in", "in.equilibrate", "-log", "none"],
        cwd=folder,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0 or not (folder / "end.dump").is_file():
        last = next((line for line in reversed(done.stdout.splitlines()) if line.strip()), "no output")
        raise StructureError(f"LAMMPS couldn't prepare the liquid: {last}; try another `--density`")


def _topology(positions: Array, box: float) -> str:
    """Return a LAMMPS data file of style `full`."""
    count = len(positions) // 3
    lines = ["# start", "", f"{3 * count} atoms", f"{2 * count} bonds", f"{count} angles"]
    lines += ["2 atom types", "1 bond types", "1 angle types", ""]
    lines += [f"0.0 {box:.10g} {axis}lo {axis}hi" for axis in "xyz"]
    lines += ["", "Masses", "", "1 15.9994", "2 1.00794", "", "Atoms # full", ""]
    for i, (x, y, z) in enumerate(positions):
        kind, symbol = (1, "O") if i % 3 == 0 else (2, "H")
        lines.append(f"{i + 1} {i // 3 + 1} {kind} {_CHARGES[symbol]} {x:.8f} {y:.8f} {z:.8f}")
    lines += ["", "Bonds", ""]
    lines += [f"{2 * m + k} 1 {3 * m + 1} {3 * m + 1 + k}" for m in range(count) for k in (1, 2)]
    lines += ["", "Angles", ""]
    lines += [f"{m + 1} 1 {3 * m + 2} {3 * m + 1} {3 * m + 3}" for m in range(count)]
    return "\n".join(lines) + "\n"
