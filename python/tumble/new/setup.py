"""A setup: all that determines the input of a simulation, for either engine."""

from __future__ import annotations

import math
from dataclasses import dataclass

from tumble import _core
from tumble.errors import ConfigurationError
from tumble.new.ensembles import Ensemble
from tumble.new.gle import Gle
from tumble.new.systems.system import System

#: Wavenumber up to which economized springs are fitted, 1/cm: above that of an O–H stretch.
ECONOMIZED = 4000
#: Outer steps up to which multiple time stepping showed no drift, fs (docs/symmetrization.md).
LONGEST_OUTER = 3.0
#: Outer steps that are refused where there is H, fs: beyond the resonance with its stretch.
LIMIT_OUTER = 5.0
#: Atoms of a bead, up to 64 molecules of water: beyond, batches of i-PI hardly save time.
LARGEST_IN_BATCH = 200


@dataclass(frozen=True)
class Setup:
    """Everything about a simulation.

    Attributes:
        name: Stem of the input file.
        system: Structure and its properties.
        ensemble: What is kept constant.
        model: Name of a model, or path of its file.
        symmetrize: Rotations over which the model is averaged.
        mts: Inner steps in an outer one; above 1, the inner steps are of the bare model, and the outer ones of the
            correction.
        beads: Number of beads.
        temperature: K.
        pressure: bar; None if it isn't kept constant.
        timestep: Inner time step, fs.
        steps: Number of (outer) steps.
        every: Steps between frames of the trajectory.
        log_every: Steps between rows of the log; None for `every`.
        seed: Seed of velocities, thermostats and random rotations.
        gle: Matrices of a colored-noise thermostat.
        economized: Whether the springs of the ring polymer are economized.
        batch: Whether i-PI sends all beads at once, if they are small.
        checkpoint: Steps between checkpoints; None for none.
        address: Stem of i-PI's sockets.
        remarks: Sentences for the head of the input.
        examples: Arguments of further examples of how to run it in LAMMPS.
        replicate: Number of copies along each direction of the structure in the file; LAMMPS alone.
    """

    name: str
    system: System
    ensemble: Ensemble
    model: str = "water"
    symmetrize: str = "none"
    mts: int = 1
    beads: int = 1
    temperature: float = 300.0
    pressure: float | None = None
    timestep: float = 0.5
    steps: int = 20000
    every: int = 10
    log_every: int | None = None
    seed: int = 4711
    gle: Gle | None = None
    economized: bool = False
    batch: bool = True
    checkpoint: int | None = None
    address: str = "tumble"
    remarks: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    replicate: int = 1

    def __post_init__(self) -> None:
        """Check what doesn't depend on the engine.

        Raises:
            ConfigurationError: If a value is impossible, or values don't fit together.
        """
        for name in ("mts", "beads", "steps", "every"):
            if getattr(self, name) < 1:
                raise ConfigurationError(f"`{name}`: expected at least 1, got {getattr(self, name)}")
        if self.every > self.steps:
            raise ConfigurationError(f"`every`: expected at most the number of steps, {self.steps}, got {self.every}")
        for name in ("temperature", "timestep"):
            if not 0.0 < getattr(self, name) < math.inf:
                raise ConfigurationError(f"`{name}`: expected a positive number, got {getattr(self, name):g}")
        if self.pressure is not None and not math.isfinite(self.pressure):
            raise ConfigurationError(f"`pressure`: expected a number in bar, got {self.pressure:g}")
        self._check_ensemble()
        self._check_rotations()

    @property
    def random(self) -> bool:
        """Whether rotations are random."""
        return self._symmetrizer.random

    @property
    def local(self) -> bool:
        """Whether the thermostat acts on each atom: it has to if rotations heat, or if molecules hardly interact."""
        return self.random or self.system.isolated or self.beads > 1

    @property
    def outer(self) -> float:
        """Length of an outer step, fs; of a step without multiple time stepping."""
        return round(self.timestep * self.mts, 10)

    @property
    def batch_size(self) -> int:
        """Number of beads that i-PI sends at once; large ones keep the cores busy, and can go to several drivers."""
        return self.beads if self.batch and len(self.system.atoms) <= LARGEST_IN_BATCH else 1

    @property
    def data(self) -> str:
        """Name of the structure's file for LAMMPS."""
        return f"{self.system.name}.data"

    @property
    def xyz(self) -> str:
        """Name of the structure's file for i-PI."""
        return f"{self.system.name}.xyz"

    @property
    def rows_every(self) -> int:
        """Steps between rows of the log."""
        return self.every if self.log_every is None else self.log_every

    @property
    def periodic(self) -> str:
        """Letters of the periodic cell vectors, or `none`."""
        return "".join(axis for axis, flag in zip("xyz", self.system.atoms.pbc, strict=True) if flag) or "none"

    @property
    def _symmetrizer(self) -> _core.Symmetrizer:
        return _core.Symmetrizer(self.symmetrize, "average", self.seed)

    def _check_ensemble(self) -> None:
        ensemble = self.ensemble
        if ensemble.pressure and (self.system.barostat is None or self.pressure is None):
            raise ConfigurationError(
                f"`ensemble`: expected a system with a pressure for {ensemble.name}, got {self.system.title}, whose "
                "box has no meaning"
            )
        if self.pressure is not None and not ensemble.pressure:
            raise ConfigurationError(f"`pressure`: expected `--ensemble npt` with it, got {ensemble.name}")
        if self.system.start is not None and self.system.start.beads != self.beads:
            raise ConfigurationError(
                f"`beads`: expected the {self.system.start.beads} of the earlier run, got {self.beads}"
            )
        if ensemble.quantum and self.beads < 2:
            raise ConfigurationError(f"`beads`: expected at least 2 for {ensemble.name}, got {self.beads}")
        if ensemble.matrices != (self.gle is not None):
            expected = "a file with matrices, as of gle4md.org," if ensemble.matrices else "no matrices"
            got = "none" if self.gle is None else f"{self.gle.path}"
            raise ConfigurationError(f"`gle`: expected {expected} for {ensemble.name}, got {got}")
        if self.gle is not None:
            self.gle.check(self.beads, self.temperature)
        if self.economized and (self.beads < 2 or ensemble.matrices or ensemble.dynamics):
            raise ConfigurationError(
                "`springs`: expected `eco` with beads and without colored noise or ring-polymer dynamics, got "
                f"{ensemble.name} with beads: {self.beads}"
            )

    def _check_rotations(self) -> None:
        if self.mts > 1 and self._symmetrizer.trivial:
            raise ConfigurationError(
                "`mts`: expected rotations with it, whose correction is on the outer level, got `symmetrize` "
                f"{self.symmetrize}"
            )
        if self.random and not self.ensemble.thermostat:
            raise ConfigurationError(
                f"`symmetrize`: expected a fixed set at constant energy, got {self.symmetrize}, which heats; choose "
                "octahedral, or a thermostat"
            )
        if self.random and self.ensemble.dynamics:
            raise ConfigurationError(
                f"`symmetrize`: expected a fixed set for {self.ensemble.name}, whose centroids have no thermostat, got "
                f"{self.symmetrize}, which heats them"
            )
        if self.mts > 1 and self.outer > LIMIT_OUTER and "H" in self.system.elements:
            raise ConfigurationError(
                f"`mts`: expected an outer step of at most {LIMIT_OUTER:g} fs, since half a period of an O–H stretch "
                f"is 4.5 fs, got {self.mts} × {self.timestep:g} fs"
            )
