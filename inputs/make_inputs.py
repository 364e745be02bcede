"""Make the inputs in this folder, from the templates of `tumble new`, and their starting structures.

    python inputs/make_inputs.py                 # the inputs; a second
    python inputs/make_inputs.py --structures    # the structures as well; two minutes on one core, with LAMMPS

A change of a template or of this file needs this script again: a test compares. The structures are a molecule, 64
molecules of liquid water after 100 ps of a classical model at 300 K and 0.9995 g/cm³ (`tumble.new.systems.spcfw`), and
a cluster of 8 molecules that is cut out of the liquid.
"""

from __future__ import annotations

import argparse
import re
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms
from ase.io import read

from tumble.new.ensembles import ENSEMBLES
from tumble.new.ipi_input import ipi_xml
from tumble.new.lammps_input import lammps_script
from tumble.new.readme import title_of
from tumble.new.setup import Setup
from tumble.new.structure_files import ipi_xyz, lammps_data
from tumble.new.systems.spcfw import liquid
from tumble.new.systems.system import System
from tumble.new.water import LIQUID_ANGLE, LIQUID_BOND, Array, monomer, symbols

HERE = Path(__file__).parent
MOLECULES, CLUSTER = 64, 8
DENSITY, TEMPERATURE, SEED = 0.9995, 300.0, 20240229
EQUILIBRATION = 100.0  # ps
#: Boxes of the molecule and the cluster, Å.
ROOM = {1: 20.0, CLUSTER: 30.0}

CLASSICAL = (
    "water64.data comes from a classical water model (inputs/make_inputs.py): for results, run some picoseconds first."
)
UNTRAINED = (
    "The cluster was cut out of the liquid. The shipped model wasn't trained on structures with a surface "
    "(docs/models.md): use this as an input to start from, not as a result."
)
EXACT = "-var model water-equivariant   (exactly invariant)"


@dataclass(frozen=True)
class Input:
    """An input of the repository.

    Attributes:
        file: Path below this folder.
        system: Properties of its system, apart from the atoms.
        molecules: Number of molecules of its structure.
        ensemble: Name of the ensemble.
        options: Further values of the setup.
        open: Whether its system isn't periodic.
    """

    file: str
    system: System
    molecules: int
    ensemble: str
    options: dict[str, Any]
    open: bool = False

    @property
    def text(self) -> str:
        """The input."""
        name = Path(self.file).stem
        system = replace(self.system, name=f"water{self.molecules}", atoms=structure(self.molecules, self.open))
        options = {"batch": False} | self.options
        setup = Setup(name=name, system=system, ensemble=ENSEMBLES[self.ensemble], **options)
        if self.file.startswith("ipi/"):
            return ipi_xml(setup, title_of(setup))
        return lammps_script(setup, title_of(setup))


NOTHING = Atoms()
MOLECULE = System("", "One water molecule in free space", NOTHING, isolated=True, single=True)
GAS = System("", "27 water molecules, 20 Å apart, as a dilute gas", NOTHING, isolated=True)
LIQUID = System("", "64 molecules of liquid water", NOTHING, barostat="isotropic")
DROPLET = System("", "8 water molecules in free space", NOTHING)

INPUTS = (
    Input(
        "lammps/water-molecule.in",
        MOLECULE,
        1,
        "nve",
        {
            "steps": 10000,
            "examples": ("-var steps 20000 -var model my-model.pt", EXACT),
            "remarks": (
                "The molecule is isolated. With an exactly invariant model the frame torque below is zero and the "
                "angular momentum is conserved; a broken symmetry shows as tau, in eV per radian of rotation.",
            ),
        },
        open=True,
    ),
    Input(
        "lammps/water-gas.in",
        GAS,
        1,
        "nvt",
        {
            "steps": 20000,
            "every": 20,
            "replicate": 3,
            "examples": ("-var symmetrize random -var steps 200000", EXACT),
            "remarks": (
                "With an invariant model, isolated molecules have all orientations with equal probability. Preferred "
                "orientations show in the distribution of orientations (tumble analyze --observables orientation). "
                "Leave out the first picosecond.",
            ),
        },
    ),
    Input(
        "lammps/water-liquid.in",
        LIQUID,
        64,
        "nvt",
        {"steps": 2000, "examples": ("-var steps 20000 -var model my-model.pt",), "remarks": (CLASSICAL,)},
    ),
    Input(
        "lammps/water-liquid-npt.in",
        LIQUID,
        64,
        "npt",
        {
            "steps": 20000,
            "pressure": 1.0,
            "examples": ("-var symmetrize octahedral -var pressure 1000",),
            "remarks": (
                "The virial is the exact derivative of the energy, whether or not the model is invariant. A barostat "
                "that turns or shears the box (tri) is then also driven by the frame torque; iso and aniso aren't. "
                "Random rotations make the pressure noisy.",
                "The shipped model has no long-range forces and wasn't trained on stress: its density is 0.8 g/cm3 "
                "(docs/models.md).",
            ),
        },
    ),
    Input(
        "lammps/water-cluster.in",
        DROPLET,
        8,
        "nvt",
        {
            "steps": 10000,
            "temperature": 150.0,
            "examples": ("-var symmetrize octahedral",),
            "remarks": (
                "Open boundaries: with `m` the box follows atoms that leave it, with `f` they are lost. The box of the "
                "data file must hold all atoms; it is the smallest box.",
                UNTRAINED,
            ),
        },
        open=True,
    ),
    Input(
        "lammps/water-molecule-mts.in",
        MOLECULE,
        1,
        "nve",
        {
            "steps": 2000,
            "every": 2,
            "symmetrize": "icosahedral",
            "mts": 6,
            "examples": ("-var loops 10 -var set octahedral -var ensemble nvt -var model my-model.pt",),
            "remarks": (
                "The energy is that of the average over the set. At constant energy its drift shows whether the outer "
                "step is too long.",
            ),
        },
        open=True,
    ),
    Input(
        "lammps/water-liquid-mts.in",
        LIQUID,
        64,
        "nvt",
        {
            "steps": 300,
            "every": 2,
            "symmetrize": "tetrahedral",
            "mts": 6,
            "examples": ("-var loops 10 -var set octahedral -var model my-model.pt",),
            "remarks": (CLASSICAL,),
        },
    ),
    Input(
        "ipi/water-molecule.xml",
        replace(MOLECULE, title="A ring polymer of one water molecule"),
        1,
        "nvt",
        {
            "steps": 1000,
            "beads": 16,
            "every": 10,
            "log_every": 5,
            "address": "tumble-molecule",
            "remarks": (
                "i-PI's cells are always periodic; this one is wider than the range of the model, so that no image is "
                "seen. 16 beads are a compromise for a demonstration; quantities of a stiff O-H bond at 300 K need 32.",
            ),
        },
    ),
    Input(
        "ipi/water-molecule-mts.xml",
        replace(MOLECULE, title="A ring polymer of one water molecule"),
        1,
        "nvt",
        {
            "steps": 500,
            "beads": 16,
            "every": 5,
            "symmetrize": "icosahedral+inversion",
            "mts": 4,
            "address": "tumble",
            "batch": True,
            "remarks": (),
        },
    ),
    Input(
        "ipi/water-liquid.xml",
        LIQUID,
        64,
        "nvt",
        {
            "steps": 400,
            "beads": 4,
            "every": 2,
            "log_every": 1,
            "address": "tumble-liquid",
            "remarks": (
                "Four beads only show that the setup works; structure converges with 16 to 32 at 300 K. The beads "
                "start on top of each other and the box comes from a classical water model: for results, leave out the "
                "first picoseconds.",
            ),
        },
    ),
    Input(
        "ipi/water-liquid-npt.xml",
        LIQUID,
        64,
        "npt",
        {
            "steps": 400,
            "beads": 4,
            "every": 2,
            "log_every": 1,
            "pressure": 1.0,
            "address": "tumble-liquid-npt",
            "remarks": (
                "The pressure needs the virial of all directions, so keep the driver's default, periodic along xyz. A "
                "liquid needs an isotropic barostat; a crystal that may change its shape needs mode='flexible', which "
                "keeps cell vectors upper triangular. The density takes tens of picoseconds to equilibrate, longer "
                "than this run. More drivers than beads don't help.",
            ),
        },
    ),
    Input(
        "ipi/water-cluster.xml",
        DROPLET,
        8,
        "nvt",
        {
            "steps": 1000,
            "beads": 8,
            "every": 10,
            "log_every": 5,
            "temperature": 150.0,
            "address": "tumble-cluster",
            "remarks": (
                "i-PI's cells are always periodic, and its input can't specify open boundaries: give the driver the "
                "option periodic none. Then the cell doesn't matter; by default the molecules at the edge would "
                "interact with images across it. pbc='False' keeps i-PI from wrapping atoms one by one.",
                UNTRAINED,
            ),
        },
    ),
    Input(
        "ipi/water-liquid-mts.xml",
        LIQUID,
        64,
        "nvt",
        {
            "steps": 100,
            "beads": 4,
            "every": 1,
            "symmetrize": "tetrahedral",
            "mts": 4,
            "address": "tumble-liquid",
            "batch": True,
            "remarks": ("Four beads only show that the setup works; structure converges with 16 to 32 at 300 K.",),
        },
    ),
)


def main() -> int:
    """Write the files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=HERE, help="folder with lammps/ and ipi/")
    parser.add_argument("--structures", action="store_true", help="make the structures as well")
    parser.add_argument(
        "--equilibration", type=float, default=EQUILIBRATION, help="of the liquid, ps (default: %(default)s)"
    )
    arguments = parser.parse_args()
    if arguments.structures:
        write_structures(arguments.out, arguments.equilibration)
    for each in INPUTS:
        (arguments.out / each.file).write_text(each.text, encoding="utf-8")
    return 0


def structure(molecules: int, isolated: bool) -> Atoms:
    """Return a structure of this folder: [3 n] atoms in Å, with its box unless it is isolated."""
    path = HERE / "ipi" / f"water{molecules}.xyz"
    atoms = read(path)
    sides = re.findall(r"[\d.]+", path.read_text().splitlines()[1])[:3]
    return atoms if isolated else Atoms(atoms.symbols, atoms.positions, cell=[float(side) for side in sides], pbc=True)


def write_structures(out: Path, picoseconds: float) -> None:
    """Write `water1`, `water8` and `water64`, as `lammps/*.data` and `ipi/*.xyz`."""
    positions, box = liquid(MOLECULES, DENSITY, TEMPERATURE, SEED, picoseconds)
    one = monomer(LIQUID_BOND, LIQUID_ANGLE)
    cluster = droplet(positions, box)
    for title, atoms, edge in (
        ("64 water molecules, liquid, 300 K", positions, box),
        ("8 water molecules, a cluster", cluster, ROOM[CLUSTER]),
        ("a water molecule", one - one.mean(axis=0), ROOM[1]),
    ):
        count = len(atoms) // 3
        made = Atoms(symbols(count), atoms, cell=[edge] * 3, pbc=count == MOLECULES)
        system = System(f"water{count}", title, made)
        (out / "lammps" / f"water{count}.data").write_text(lammps_data(system, "make_inputs.py"))
        (out / "ipi" / f"water{count}.xyz").write_text(ipi_xyz(system))


def droplet(positions: Array, box: float) -> Array:
    """Cut the first molecule and its nearest ones out of `positions` ([N,3], Å): [3 * CLUSTER,3], about the origin."""
    molecules = positions.reshape(-1, 3, 3)
    oxygens = molecules[:, 0] - molecules[0, 0]
    images = -box * np.round(oxygens / box)  # the nearest of each
    nearest = np.argsort(np.linalg.norm(oxygens + images, axis=1))[:CLUSTER]
    cluster = (molecules + images[:, None])[nearest].reshape(-1, 3)
    return np.asarray(cluster - cluster.mean(axis=0))


if __name__ == "__main__":
    sys.exit(main())
