"""What a user asks of `tumble new`."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from tumble.errors import ConfigurationError
from tumble.new.ensembles import Ensemble, find_ensemble
from tumble.new.gle import read_gle
from tumble.new.setup import Setup
from tumble.new.systems.registry import find_kind
from tumble.new.systems.system import Choices, System
from tumble.registry import find_model
from tumble.simulation_file import ENGINES

#: Kinds of springs of a ring polymer.
SPRINGS = ("trotter", "eco")
MODEL = "water"
_STEPS_OF_FRAME = 10
_SPECTRUM = 2.0  # fs between frames for spectra, a quarter of the period of an O–H stretch
_NAME = 20  # characters of a name in that of a socket


@dataclass(frozen=True)
class Request:
    """Options of `tumble new`; None for the default, which may depend on the system and the ensemble.

    Attributes:
        system: Name of the system, perhaps with an argument.
        folder: New folder.
        engine: `lammps` or `ipi`; by default i-PI for what has beads, else LAMMPS.
        model: Name or path of a model; by default that of the earlier run, or `water`.
        symmetrize: Rotations over which the model is averaged.
        mts: Inner steps in an outer step, on which the correction acts.
        ensemble: Name of the ensemble.
        beads: Number of beads.
        temperature: K.
        pressure: bar.
        timestep: (Inner) time step, fs.
        steps: Number of (outer) steps.
        every: Steps between frames.
        gle: File with the matrices of a colored-noise thermostat.
        springs: `trotter`, or `eco` for economized ones.
        choices: Options of the system.
        relax: Whether structures that aren't in equilibrium are relaxed with the model.
        timing: Whether the model is timed.
    """

    system: str
    folder: Path
    engine: str | None = None
    model: str | None = None
    symmetrize: str = "none"
    mts: int = 1
    ensemble: str | None = None
    beads: int | None = None
    temperature: float | None = None
    pressure: float | None = None
    timestep: float = 0.5
    steps: int | None = None
    every: int | None = None
    gle: Path | None = None
    springs: str = "trotter"
    choices: Choices = field(default_factory=Choices)
    relax: bool = True
    timing: bool = True

    @property
    def engine_or_default(self) -> str:
        """The engine.

        Raises:
            ConfigurationError: If it is unknown.
        """
        engine = self.engine or ("ipi" if self._of_ipi else "lammps")
        if engine not in ENGINES:
            raise ConfigurationError(f"`engine`: expected {' or '.join(ENGINES)}, got `{engine}`")
        return engine

    def outline(self) -> Setup:
        """Return the setup without the structure, whose making may take minutes: to check everything else before.

        Raises:
            ConfigurationError: If a word is unknown, a file with matrices can't be read, or values are impossible.
            ModelNotFoundError: If there is no such model.
        """
        if self.springs not in SPRINGS:
            raise ConfigurationError(f"`springs`: expected {' or '.join(SPRINGS)}, got `{self.springs}`")
        find_model(self.model or MODEL)
        return self.setup(find_kind(self.system).outline())

    def setup(self, system: System) -> Setup:
        """Return the setup for a system.

        Raises:
            ConfigurationError: If values are impossible or don't fit together.
        """
        ensemble = self._ensemble
        model = self.model or (system.start.model if system.start is not None else MODEL)
        steps = 20000 if self.steps is None else self.steps
        return Setup(
            name=system.name,
            system=system,
            ensemble=ensemble,
            # The engines look up a name themselves; a path must be valid in any folder, and a link stays one.
            model=str(Path(model).absolute()) if Path(model).is_file() else model,
            symmetrize=self.symmetrize,
            mts=self.mts,
            beads=system.start.beads if system.start is not None and self.beads is None else self._beads,
            temperature=system.temperature if self.temperature is None else self.temperature,
            pressure=1.0 if ensemble.pressure and self.pressure is None else self.pressure,
            timestep=self.timestep,
            steps=steps,
            every=max(1, min(self._every, steps)) if self.every is None else self.every,
            seed=self.choices.seed,
            gle=None if self.gle is None else read_gle(self.gle),
            economized=self.springs == "eco",
            checkpoint=max(1, min(1000, steps // 10)),
            address=_address(self.folder, system.name),
        )

    @property
    def _of_ipi(self) -> bool:
        return self._beads > 1 or self._ensemble.lammps is None or self.choices.start is not None

    @property
    def _ensemble(self) -> Ensemble:
        return find_ensemble(self.ensemble or ("npt" if self.pressure is not None else "nvt"))

    @property
    def _every(self) -> int:
        """Steps between frames, unless the user gives them; vibrations need frames."""
        if not self._ensemble.dynamics:
            return _STEPS_OF_FRAME
        outer = self.timestep * self.mts
        return max(1, round(_SPECTRUM / outer)) if outer > 0.0 else 1

    @property
    def _beads(self) -> int:
        return self._ensemble.beads if self.beads is None else self.beads


def _address(folder: Path, name: str) -> str:
    """Return a name for sockets that no run in another folder has."""
    digest = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()
    # The path of a socket has at most 107 bytes.
    return f"tumble-{name[:_NAME]}-{digest[:8]}"
