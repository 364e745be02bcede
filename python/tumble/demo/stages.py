"""The simulations, each with the bare and the symmetrized model, some with the exact partner, and their observables."""

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
from tumble.demo.partners import Partner
from tumble.observables.base.settings import Settings
from tumble.runs import Run, open_run


@dataclass(frozen=True)
class System:
    """A system that is simulated with the bare and with the symmetrized model, and perhaps with the exact partner.

    Attributes:
        title: Human-readable name.
        files: Input files.
        symmetrize: Rotations of the second run.
        observables: Names of the observables that are compared.
        settings: Settings of the analysis.
        exact: Whether the exact partner runs, too: it does where symmetry alone determines an observable. Elsewhere the
            result depends on the model, and a difference wouldn't be that of the symmetry.
    """

    title: str
    files: LammpsFiles | IpiFiles
    symmetrize: str
    observables: tuple[str, ...]
    settings: Settings = field(default_factory=Settings)
    exact: bool = False

    def partners(self, bare: Partner, exact: Partner) -> list[Partner]:
        """Return the partners that run: the bare model, the reference, and others."""
        return [bare, bare.symmetrized(self.symmetrize), *([exact] if self.exact else [])]

    def settings_of(self, run: Run) -> Settings:
        """Return the settings of the analysis; of a very short run, no more than the first half is left out."""
        if self.settings.start is None:
            return self.settings
        return replace(self.settings, start=min(self.settings.start, float(run.time[-1]) / 2))

    def run(self, inputs: Path, folder: Path, partner: Partner, steps: int) -> Run:
        """Simulate the system once and return the run.

        Args:
            inputs: Folder of the inputs.
            folder: Folder of the run, empty.
            partner: The model and its rotations.
            steps: Number of time steps.

        Raises:
            LaunchError: If the engine fails.
        """
        if isinstance(self.files, LammpsFiles):
            engines.run_lammps(inputs, self.files, folder, partner.model, steps, partner.symmetrize)
        else:
            engines.run_ipi(inputs, self.files, folder, partner.model, steps, partner.symmetrize)
        run = open_run(folder)
        name = f"{self.title}, {partner.name}"
        return replace(run, name=name, model=dict(partner.identity), symmetrize=partner.symmetrize)


# Systems by the names of their folders. The gas starts with equal molecules, so its first picosecond is left out.
SYSTEMS: dict[str, System] = {
    "gas": System("gas", LAMMPS_GAS, "random", ("orientation", "symmetry"), Settings(start=1.0), exact=True),
    "molecule": System("molecule", LAMMPS_MOLECULE, "octahedral", ("drift",), exact=True),
    "liquid": System("liquid", LAMMPS_LIQUID, "random", ("rdf", "symmetry")),
    "path-integral": System("path integral", IPI_LIQUID, "random", ("rdf", "gyration", "kinetic", "symmetry")),
}

PROBED = "molecule-bare"  # folder of the run on whose frames the model is probed

# Numbers of time steps, by system, or by the folder of a run that has another length. A step of the exact partner of
# `water` takes 1.7 times as long in the gas; half the length is enough to see that no direction is preferred.
FULL = {"gas": 20000, "gas-exact": 10000, "molecule": 5000, "liquid": 800, "path-integral": 200}
QUICK = {"gas": 600, "molecule": 100, "liquid": 80, "path-integral": 12}
