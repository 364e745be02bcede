"""A system: a structure from which a simulation starts, and what its input has to know about it."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
from ase import Atoms

from tumble.errors import ConfigurationError

#: LAMMPS takes seeds up to 900 000 000, and adds their numbers for beads.
LARGEST_SEED = 899_000_000


@dataclass(frozen=True)
class Start:
    """A checkpoint of i-PI, from which a run starts.

    Attributes:
        text: The checkpoint.
        beads: Number of its beads.
        step: Its step.
        model: Name or path of the model of the earlier run.
    """

    text: str
    beads: int
    step: int
    model: str


@dataclass(frozen=True)
class System:
    """A structure and its properties.

    Attributes:
        name: Stem of the names of files, such as `water64`.
        title: Noun phrase for headings, such as `64 molecules of liquid water`.
        atoms: Structure with cell and periodic directions; without a cell, in open space.
        temperature: Temperature unless the user gives one, K.
        remarks: Sentences for the reader of the input.
        water: Whether it consists of water molecules, in the order O H H.
        isolated: Whether molecules hardly interact, so that a thermostat has to act on each of them.
        single: Whether it is one molecule in open space, whose velocities at the start include its rotation.
        relax: Whether it is relaxed with the model before the run starts.
        kind: Name of the kind of system.
        barostat: Shape of the box at constant pressure: `isotropic`, `anisotropic` for lengths of the cell vectors, or
            `flexible` for angles as well; None if a pressure has no meaning.
        start: Checkpoint with positions, velocities and cell; None if beads start on top of each other, with
            thermal velocities.
    """

    name: str
    title: str
    atoms: Atoms
    temperature: float = 300.0
    remarks: tuple[str, ...] = ()
    water: bool = True
    isolated: bool = False
    single: bool = False
    relax: bool = False
    kind: str = ""
    barostat: str | None = None
    start: Start | None = None

    @property
    def open(self) -> bool:
        """Whether no direction is periodic."""
        return not self.atoms.pbc.any()

    @property
    def elements(self) -> list[str]:
        """The elements, each once, in the order of their first atoms."""
        return list(dict.fromkeys(self.atoms.symbols))


@dataclass(frozen=True)
class Choices:
    """Options of systems; None for the default of the system.

    Attributes:
        seed: Seed of all random numbers.
        density: Density of a liquid or an ice, g/cm³.
        spacing: Distance between the molecules of a gas, Å.
        molecules: Smallest number of molecules of an ice.
        vacuum: Thickness of the vacuum of a slab, Å.
        equilibration: Time for which a classical water model prepares a liquid, ps.
        structure: File with a structure.
        start: Folder of an earlier run, with whose end this one starts.
    """

    seed: int = 4711
    density: float | None = None
    spacing: float | None = None
    molecules: int | None = None
    vacuum: float | None = None
    equilibration: float | None = None
    structure: Path | None = None
    start: Path | None = None

    def __post_init__(self) -> None:
        """Check numbers.

        Raises:
            ConfigurationError: If one isn't positive, or the seed is none of LAMMPS.
        """
        if not 1 <= self.seed <= LARGEST_SEED:
            raise ConfigurationError(f"`seed`: expected a number from 1 to {LARGEST_SEED}, got {self.seed}")
        for name in ("density", "spacing", "molecules", "vacuum", "equilibration"):
            value = getattr(self, name)
            if value is not None and not 0 < value < math.inf:
                raise ConfigurationError(f"`{name}`: expected a positive number, got {value:g}")


def untrained(what: str) -> str:
    """Return the remark that the shipped model of water wasn't trained on such structures."""
    return (
        f"The shipped model `water` wasn't trained on {what} (docs/models.md): with it, use this as an input to start "
        "from, not as a result."
    )


def barostat_of_crystal(atoms: Atoms) -> str:
    """Return the shape of the box of a crystal at constant pressure: angles of 90° stay."""
    return "anisotropic" if np.allclose(atoms.cell.angles(), 90.0, atol=1e-6) else "flexible"


class SystemKind(ABC):
    """A kind of system, with a name on the command line.

    Attributes:
        name: Word for the system.
        usage: Word with its argument, such as `liquid:N`.
        options: Names of the choices that it uses; others are refused.
        temperature: Temperature unless the user gives one, K.
        pressure: Whether a pressure may have a meaning.
        symbols: Elements that each such system has.
    """

    name: ClassVar[str]
    usage: ClassVar[str]
    options: ClassVar[tuple[str, ...]] = ()
    temperature: ClassVar[float] = 300.0
    pressure: ClassVar[bool] = False
    symbols: ClassVar[str] = "OHH"

    def outline(self) -> System:
        """Return what is known before the structure is made, which may take minutes."""
        barostat = "isotropic" if self.pressure else None
        return System(self.name, self.usage, Atoms(self.symbols), temperature=self.temperature, barostat=barostat)

    @abstractmethod
    def build(self, argument: str | None, choices: Choices) -> System:
        """Return the system.

        Args:
            argument: Text after the colon; None without one.
            choices: Options.

        Raises:
            ConfigurationError: If the argument or an option is impossible.
        """

    def number(self, argument: str | None, default: int, least: int = 1) -> int:
        """Return the argument as a number of molecules.

        Raises:
            ConfigurationError: If it isn't a number of at least `least`.
        """
        if argument is None:
            return default
        if not argument.isdecimal() or int(argument) < least:
            raise ConfigurationError(f"`system`: expected {self.usage} with N of at least {least}, got `{argument}`")
        return int(argument)
