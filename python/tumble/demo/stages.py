"""The simulations: each system once with the bare model and once symmetrized, and what of them is compared."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from tumble.demo import engines
from tumble.demo.inputs import (
    IPI_LIQUID,
    LAMMPS_GAS,
    LAMMPS_LIQUID,
    LAMMPS_MOLECULE,
    IpiInput,
    LammpsInput,
)
from tumble.observables.base.settings import Settings
from tumble.runs import Run, open_run

BARE = "none"


@dataclass(frozen=True)
class System:
    """Something that is simulated twice.

    Attributes:
        title: For the user.
        files: Input files.
        symmetrize: Rotations of the second run.
        observables: What is compared.
        settings: How it is analyzed.
    """

    title: str
    files: LammpsInput | IpiInput
    symmetrize: str
    observables: tuple[str, ...]
    settings: Settings = field(default_factory=Settings)

    def run(self, inputs: Path, folder: Path, model: str, steps: int, symmetrize: str) -> Run:
        """Run it once and return the run.

        Args:
            inputs: Folder of inputs.
            folder: Folder of the run, empty.
            model: Name of a model, or absolute path of its file.
            steps: Number of time steps.
            symmetrize: Rotations.

        Raises:
            DemoError: If it fails.
        """
        if isinstance(self.files, LammpsInput):
            engines.run_lammps(inputs, self.files, folder, model, steps, symmetrize)
        else:
            engines.run_ipi(inputs, self.files, folder, model, steps, symmetrize)
        return replace(open_run(folder), name=f"{self.title}, {'bare' if symmetrize == BARE else symmetrize}")


# By the names of their folders. The first picosecond of the gas is that of molecules that start alike.
SYSTEMS: dict[str, System] = {
    "gas": System("gas", LAMMPS_GAS, "random", ("orientation", "symmetry"), Settings(start=1.0)),
    "molecule": System("molecule", LAMMPS_MOLECULE, "octahedral", ("drift",)),
    "liquid": System("liquid", LAMMPS_LIQUID, "random", ("rdf", "symmetry")),
    "path-integral": System("path integral", IPI_LIQUID, "random", ("rdf", "gyration", "kinetic", "symmetry")),
}

PROBED = "molecule-bare"  # folder of the run on whose frames the model is probed

# Numbers of time steps, by system.
FULL = {"gas": 20000, "molecule": 5000, "liquid": 800, "path-integral": 200}
QUICK = {"gas": 2200, "molecule": 100, "liquid": 80, "path-integral": 12}
