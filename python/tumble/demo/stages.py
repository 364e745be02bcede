"""The simulations, each with the bare and with the symmetrized model, and the observables that are compared."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from tumble.demo import engines
from tumble.demo.inputs import (
    IPI_LIQUID,
    LAMMPS_GAS,
    LAMMPS_LIQUID,
    LAMMPS_MOLECULE,
    IpiFiles,
    LammpsFiles,
)
from tumble.observables.base.settings import Settings
from tumble.runs import Run, open_run

BARE = "none"


@dataclass(frozen=True)
class System:
    """A system that is simulated twice: with the bare and with the symmetrized model.

    Attributes:
        title: Human-readable name.
        files: Input files.
        symmetrize: Rotations of the second run.
        observables: Names of the observables that are compared.
        settings: Settings of the analysis.
    """

    title: str
    files: LammpsFiles | IpiFiles
    symmetrize: str
    observables: tuple[str, ...]
    settings: Settings = field(default_factory=Settings)

    def run(self, inputs: Path, folder: Path, model: str, steps: int, symmetrize: str) -> Run:
        """Simulate the system once and return the run.

        Args:
            inputs: Folder of the inputs.
            folder: Folder of the run, empty.
            model: Name of a model, or absolute path of its file.
            steps: Number of time steps.
            symmetrize: Rotations over which the model is averaged.

        Raises:
            DemoError: If the engine fails.
        """
        if isinstance(self.files, LammpsFiles):
            engines.run_lammps(inputs, self.files, folder, model, steps, symmetrize)
        else:
            engines.run_ipi(inputs, self.files, folder, model, steps, symmetrize)
        return replace(open_run(folder), name=f"{self.title}, {'bare' if symmetrize == BARE else symmetrize}")


# Systems by the names of their folders. The gas starts with equal molecules, so its first picosecond is left out.
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
