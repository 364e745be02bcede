"""The four simulations: a molecule and the liquid, in LAMMPS (classical) and in i-PI (path integral)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tumble.demo import engines
from tumble.demo.inputs import IPI_LIQUID, IPI_MOLECULE, LAMMPS_LIQUID, LAMMPS_MOLECULE, IpiInput, LammpsInput
from tumble.demo.runs import Run, read_ipi, read_lammps


class Stage(Protocol):
    """A simulation that can be run."""

    @property
    def title(self) -> str:
        """What it is, for the user."""
        ...

    def run(self, inputs: Path, folder: Path, model: str, steps: int) -> Run:
        """Runs it.

        Args:
            inputs: Folder of inputs.
            folder: Folder of the run, empty.
            model: Name of a model, or absolute path of its file.
            steps: Number of time steps.

        Raises:
            DemoError: If it fails.
        """
        ...


@dataclass(frozen=True)
class LammpsStage:
    """A simulation in LAMMPS.

    Attributes:
        files: Input files.
        system: What is simulated.
        molecules: Number of water molecules.
        ensemble: In words.
        conserved: Column of the log that holds the conserved quantity.
    """

    files: LammpsInput
    system: str
    molecules: int
    ensemble: str
    conserved: str

    @property
    def title(self) -> str:
        """What it is, for the user."""
        return f"LAMMPS, {self.system}, {self.ensemble}"

    def run(self, inputs: Path, folder: Path, model: str, steps: int) -> Run:
        """Runs it; see `Stage`."""
        seconds = engines.run_lammps(inputs, self.files, folder, model, steps)
        return read_lammps(
            folder,
            system=self.system,
            ensemble=self.ensemble,
            conserved=self.conserved,
            molecules=self.molecules,
            seconds=seconds,
        )


@dataclass(frozen=True)
class IpiStage:
    """A simulation in i-PI.

    Attributes:
        files: Input files.
        system: What is simulated.
        molecules: Number of water molecules.
        ensemble: In words.
    """

    files: IpiInput
    system: str
    molecules: int
    ensemble: str

    @property
    def title(self) -> str:
        """What it is, for the user."""
        return f"i-PI, {self.system}, path integral, {self.ensemble}"

    def run(self, inputs: Path, folder: Path, model: str, steps: int) -> Run:
        """Runs it; see `Stage`."""
        seconds = engines.run_ipi(inputs, self.files, folder, model, steps)
        return read_ipi(
            folder,
            system=self.system,
            ensemble=self.ensemble,
            molecules=self.molecules,
            steps=steps,
            seconds=seconds,
        )


# By the name of the folder of the run.
STAGES: dict[str, Stage] = {
    "lammps-molecule": LammpsStage(LAMMPS_MOLECULE, "a molecule", 1, "NVE", "TotEng"),
    "ipi-molecule": IpiStage(IPI_MOLECULE, "a molecule", 1, "NVT (PILE-L)"),
    "lammps-liquid": LammpsStage(LAMMPS_LIQUID, "64 molecules", 64, "NVT (velocity rescaling)", "Econserve"),
    "ipi-liquid": IpiStage(IPI_LIQUID, "64 molecules", 64, "NVT (PILE-L)"),
}

# Numbers of time steps, by stage.
FULL = {"lammps-molecule": 5000, "ipi-molecule": 600, "lammps-liquid": 1000, "ipi-liquid": 300}
QUICK = {"lammps-molecule": 200, "ipi-molecule": 20, "lammps-liquid": 40, "ipi-liquid": 10}
