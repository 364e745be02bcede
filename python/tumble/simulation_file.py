"""`simulation.yaml`: what `tumble run` starts in a folder, as `tumble new` or a user writes it.

    engine: ipi                     # or lammps
    input: simulation.xml           # of i-PI, or the script of LAMMPS
    drivers:                        # of i-PI: the options of `tumble drive`, by their names
      - model: water
        structure: water64.xyz
        symmetrize: icosahedral+inversion
    expect:                         # what the run is checked for
      ensemble: nvt
      temperature: 300

All names of files are relative to the folder, which is the working folder of all programs. Only `engine` and `input`
are required, and `drivers` for i-PI.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Annotated, Any

import yaml

from tumble.errors import ConfigurationError
from tumble.files import write_atomically
from tumble.hints import nearest_name
from tumble.mapping import build

NAME = "simulation.yaml"
ENGINES = ("ipi", "lammps")
ENSEMBLES = ("nve", "nvt", "npt")
#: Keys of a driver that aren't options of `tumble drive`.
_NOT_OPTIONS = ("model", "forcefield", "number")
_PARTITION = re.compile(r"(?:([1-9]\d*)x)?([1-9]\d*)")


def _text(value: object, where: str, folder: Path) -> str:
    """Return a string or a number as text, as for a variable of LAMMPS."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ConfigurationError(f"`{where}`: expected a word or a number, got {value!r}")
    return str(value)


@dataclass(frozen=True, kw_only=True)
class Driver:
    """A driver of an i-PI simulation; the meaning of its options is that of `tumble drive`.

    Attributes:
        model: Path or name of a model.
        structure: File with the elements, in i-PI's order.
        forcefield: Name of the `ffsocket` that it serves; None if the input has only one.
        number: Number of such drivers; None to fit it to the machine.
        unix: Socket; None, with `shm`, `host` and `port`, for that of the `ffsocket`.
        shm: The same for shared memory.
        host: Name of the server's machine.
        port: Port of the server.
        periodic: Letters of the periodic cell vectors, or `none`.
        patience: Seconds to wait for a server.
        order: `check` or `trust`.
        symmetrize: Rotations over which the model is averaged.
        mode: `average` or `correction`.
        seed: Seed of random rotations.
        beads: `independent` or `shared`.
        connections: Number of connections to the server.
        symmetry_log: File for the symmetry error.
        symmetry_set: Set over which it is measured.
        symmetry_every: Rounds through the beads between its rows.
        device: `auto`, `cpu`, `cuda` or `cuda:N`.
        memory: Budget of one chunk, MB.
        check: Whether to evaluate the reference structures of the model file first.
    """

    model: str
    structure: str
    forcefield: str | None = None
    number: int | None = None
    unix: str | None = None
    shm: str | None = None
    host: str | None = None
    port: int | None = None
    periodic: str | None = None
    patience: float | None = None
    order: str | None = None
    symmetrize: str | None = None
    mode: str | None = None
    seed: int | None = None
    beads: str | None = None
    connections: int | None = None
    symmetry_log: str | None = None
    symmetry_set: str | None = None
    symmetry_every: int | None = None
    device: str | None = None
    memory: float | None = None
    check: bool | None = None

    def __post_init__(self) -> None:
        """Check what `tumble drive` can't.

        Raises:
            ConfigurationError: If the number is below 1.
        """
        if self.number is not None and self.number < 1:
            raise ConfigurationError(f"`number`: expected at least 1, got {self.number}")

    def arguments(self) -> list[str]:
        """Return the arguments of `tumble drive`."""
        words = [self.model]
        for option in fields(self):
            value = getattr(self, option.name)
            if value is not None and option.name not in _NOT_OPTIONS:
                words += [f"--{option.name.replace('_', '-')}", _word(value)]
        return words


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Limits beyond which the physics of a run has failed; None for the default of the check.

    Attributes:
        temperature: Highest temperature, K.
        drift: Largest drift of the conserved quantity, meV per atom and ps; with beads, per atom of a bead.
        stretch: Largest length of a bond, in its length in the first frame.
    """

    temperature: float | None = None
    drift: float | None = None
    stretch: float | None = None

    def __post_init__(self) -> None:
        """Check the limits.

        Raises:
            ConfigurationError: If a run can't be below one.
        """
        for name, least in (("temperature", 0.0), ("drift", 0.0), ("stretch", 1.0)):
            value = getattr(self, name)
            if value is not None and value <= least:
                raise ConfigurationError(f"`{name}`: expected more than {least:g}, got {value:g}")


@dataclass(frozen=True, kw_only=True)
class Expect:
    """What a run is checked for.

    Attributes:
        ensemble: `nve`, `nvt` or `npt`; None for that of the input.
        temperature: K; None for that of the input.
        molecules: Whether the bonds of the first frame must last; None to watch them if it consists of molecules.
        limits: Limits that replace the defaults.
    """

    ensemble: str | None = None
    temperature: float | None = None
    molecules: bool | None = None
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        """Check the ensemble and the temperature.

        Raises:
            ConfigurationError: If one of them is impossible.
        """
        if self.ensemble is not None and self.ensemble not in ENSEMBLES:
            raise ConfigurationError(f"`ensemble`: expected {', '.join(ENSEMBLES)}, got `{self.ensemble}`")
        if self.temperature is not None and self.temperature <= 0:
            raise ConfigurationError(f"`temperature`: expected a positive number, got {self.temperature:g}")


def _partition(word: str) -> list[int]:
    """Return the numbers of ranks of the partitions in a word such as `8x1` or `2`.

    Raises:
        ConfigurationError: If it isn't such a word.
    """
    found = _PARTITION.fullmatch(word)
    if found is None:
        raise ConfigurationError(f"`partitions`: expected words such as `8x1` or `2`, got `{word}`")
    return [int(found[2])] * int(found[1] or 1)


@dataclass(frozen=True, kw_only=True)
class Simulation:
    """Content of `simulation.yaml`.

    Attributes:
        engine: `ipi` or `lammps`.
        input: XML input of i-PI, or script of LAMMPS.
        drivers: Drivers of i-PI; for several forcefields, at least one each.
        variables: Variables of LAMMPS, as with `-var`.
        ranks: Number of MPI ranks of LAMMPS; None for one.
        partitions: Partitions of LAMMPS, as with `-partition`, such as `8x1`.
        threads: Threads of each driver or rank; None to fit them to the machine.
        resume: Script that continues LAMMPS; None to derive it from `input`.
        checkpoint: Steps between checkpoints; None for a default, or for i-PI the `checkpoint` of the input.
        expect: What the run is checked for.
    """

    engine: str
    input: str
    drivers: tuple[Driver, ...] = ()
    variables: dict[str, Annotated[str, _text]] = field(default_factory=dict)
    ranks: int | None = None
    partitions: str | None = None
    threads: int | None = None
    resume: str | None = None
    checkpoint: int | None = None
    expect: Expect = field(default_factory=Expect)

    def __post_init__(self) -> None:
        """Check the engine and what belongs to it.

        Raises:
            ConfigurationError: If the engine is unknown, i-PI has no driver, a number is below 1, or partitions have
                another form than LAMMPS'.
        """
        if self.engine not in ENGINES:
            hint = nearest_name(self.engine, ENGINES, "engines")
            raise ConfigurationError(f"`engine`: expected {' or '.join(ENGINES)}, got `{self.engine}`{hint}")
        if self.engine == "ipi" and not self.drivers:
            raise ConfigurationError("`drivers`: expected at least one driver for i-PI, got none")
        foreign = {"ipi": ("variables", "ranks", "partitions", "resume"), "lammps": ("drivers",)}[self.engine]
        for name in foreign:
            if getattr(self, name):
                raise ConfigurationError(f"`{name}`: expected no such key with `engine: {self.engine}`, got one")
        for name in ("ranks", "threads", "checkpoint"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise ConfigurationError(f"`{name}`: expected at least 1, got {value}")
        if self.partitions is not None and self.ranks is not None:
            raise ConfigurationError("`ranks`: expected no such key with `partitions`, which have the ranks, got one")
        if self.partitions is not None and not self.ranks_of_partitions:
            raise ConfigurationError("`partitions`: expected words such as `8x1`, got none")

    @property
    def ranks_of_partitions(self) -> tuple[int, ...]:
        """Number of MPI ranks of each partition of LAMMPS; none without `partitions`."""
        return tuple(ranks for word in (self.partitions or "").split() for ranks in _partition(word))


def read_simulation(folder: Path) -> Simulation:
    """Read the file in a folder.

    Raises:
        ConfigurationError: If there is no such file, it isn't a YAML mapping, a key or value is invalid, or a file that
            it names is missing.
    """
    path = folder / NAME
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"`{path}`: expected YAML, got {error}") from error
    except OSError as error:
        raise ConfigurationError(f"`{path}`: expected a file in YAML, got {error.strerror}") from error
    try:
        simulation = build(Simulation, content, folder)
    except ConfigurationError as error:
        raise ConfigurationError(f"`{path}`: {error}") from error
    check_files(simulation, folder)
    return simulation


def check_files(simulation: Simulation, folder: Path) -> None:
    """Check that the files exist that a simulation reads; models are looked up by the programs that load them.

    Raises:
        ConfigurationError: If one is missing.
    """
    names = [("input", simulation.input), ("resume", simulation.resume)]
    names += [(f"drivers[{k}].structure", driver.structure) for k, driver in enumerate(simulation.drivers)]
    for key, name in names:
        if name is not None and not (folder / name).is_file():
            raise ConfigurationError(f"`{folder / NAME}`: `{key}`: expected a file, found no `{folder / name}`")


def write_simulation(simulation: Simulation, folder: Path) -> Path:
    """Write the file in a folder, without keys that have their defaults, and return its path.

    Raises:
        OSError: If it can't be written.
    """
    path = folder / NAME
    text = yaml.safe_dump(_plain(simulation), sort_keys=False, allow_unicode=True)
    write_atomically(path, f"# Start it with: tumble run .  (docs/run.md)\n{text}".encode())
    return path


def _plain(value: Any) -> dict[str, Any]:
    """Return a dataclass as nested containers, without defaults."""
    content: dict[str, Any] = {}
    for entry in fields(value):
        here = getattr(value, entry.name)
        if hasattr(here, "__dataclass_fields__"):
            here = _plain(here)
        elif isinstance(here, tuple):
            here = [_plain(each) for each in here]
        elif isinstance(here, Mapping):
            here = dict(here)
        if here not in (None, [], {}):
            content[entry.name] = here
    return content


def _word(value: str | float | bool) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)
