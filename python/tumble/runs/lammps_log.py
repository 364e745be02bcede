"""What a log of LAMMPS tells: commands in the order in which they were carried out, and stages of thermo output.

A log echoes each line of the input, and once more after variables were replaced; so it is the record of the run,
includes and loops unrolled, and not the input script. (`echo none` and `log none` take that away.)
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import yaml

from tumble.analysis.statistics.cells import Array
from tumble.analysis.trajectory_error import TrajectoryError

_COMMANDS = frozenset(
    [
        "atom_style",
        "clear",
        "compute",
        "dump",
        "fix",
        "minimize",
        "pair_coeff",
        "pair_style",
        "read_data",
        "read_restart",
        "rerun",
        "run",
        "thermo",
        "thermo_modify",
        "timestep",
        "uncompute",
        "undump",
        "unfix",
        "units",
    ]
)
_HEADER = re.compile(r"\s*Step\s")
_MULTI = re.compile(r"-+ Step\s+(\d+) -+ CPU")
_PAIR = re.compile(r"(\S+)\s+=\s*(\S+)")
_ATOMS = re.compile(r"\bwith (\d+) atoms|^\s+(\d+) atoms$")


@dataclass
class Settings:
    """The settings that hold at a point of a run.

    Attributes:
        units: Style of units; None if the log doesn't tell.
        timestep: In units of LAMMPS; None if it isn't known.
        data: File that was read; None if there is none.
        normalized: Whether energies in thermo output are per atom, as far as it was said.
        fixes: Words of each fix that is alive, by its ID.
        dumps: The same of dumps.
        computes: The same of computes.
    """

    units: str | None = None
    timestep: float | None = None
    data: str | None = None
    normalized: bool = False
    fixes: dict[str, list[str]] = field(default_factory=dict)
    dumps: dict[str, list[str]] = field(default_factory=dict)
    computes: dict[str, list[str]] = field(default_factory=dict)

    def copy(self) -> Settings:
        """A copy that doesn't change any more."""
        return replace(self, fixes=dict(self.fixes), dumps=dict(self.dumps), computes=dict(self.computes))


@dataclass(frozen=True)
class Stage:
    """One `run` or `minimize`.

    Attributes:
        settings: At its start.
        dynamics: Whether it was a `run`.
        columns: Thermo output, [T] each.
    """

    settings: Settings
    dynamics: bool
    columns: Mapping[str, Array]


@dataclass(frozen=True)
class LammpsLog:
    """A log.

    Attributes:
        text: All of it.
        stages: In their order; one that isn't over counts.
        settings: At the end.
        atoms: Their number; None if the log doesn't tell.
    """

    text: str
    stages: tuple[Stage, ...]
    settings: Settings
    atoms: int | None


def read_lammps_log(path: Path) -> LammpsLog:
    """Reads a log.

    Raises:
        TrajectoryError: If there is none.
    """
    try:
        text = path.read_text(errors="replace")
    except OSError as error:
        raise TrajectoryError(f"`{path}`: expected the log of a LAMMPS run, got {error.strerror}") from error
    # A last line that is still being written isn't one.
    lines = re.sub(r"&[ \t]*\n", " ", text[: text.rfind("\n") + 1]).splitlines()
    settings, stages, atoms, dynamics = Settings(), [], None, True
    place = 0
    while place < len(lines):
        line = lines[place]
        words = _words(line)
        if words:
            _apply(words, settings)
            if words[0] in ("run", "minimize", "rerun"):
                dynamics = words[0] != "minimize"
        found = _ATOMS.search(line)
        if found is not None:
            atoms = int(found.group(1) or found.group(2))
        if _HEADER.match(line) or _MULTI.match(line) or line.startswith("keywords:"):
            columns, place = _table(lines, place)
            stages.append(Stage(settings.copy(), dynamics, columns))
        else:
            place += 1
    return LammpsLog(text, tuple(stages), settings, atoms)


def _words(line: str) -> list[str]:
    """A command as it was carried out; nothing for any other line, such as one whose variables are replaced next."""
    try:
        words = shlex.split(line, comments=True)
    except ValueError:  # a lone quotation mark, in a line that is no command
        return []
    if not words or words[0] not in _COMMANDS or any("$" in word for word in words) or words[1:2] == ["CPU"]:
        return []
    return words


def _apply(words: list[str], settings: Settings) -> None:
    """What a command changes."""
    command, arguments = words[0], words[1:]
    tables = {"fix": settings.fixes, "dump": settings.dumps, "compute": settings.computes}
    if command == "clear":
        settings.__init__()  # type: ignore[misc]
    elif command in tables and len(arguments) > 2:
        tables[command][arguments[0]] = words
    elif command in ("unfix", "undump", "uncompute") and arguments:
        tables[command.removeprefix("un")].pop(arguments[0], None)
    elif command == "units" and arguments:
        settings.units, settings.timestep = arguments[0], None
    elif command == "timestep" and arguments:
        settings.timestep = float(arguments[0])
    elif command == "read_data" and arguments:
        settings.data = arguments[0]
    elif command == "read_restart":
        settings.timestep = np.nan  # that of the restart file, which isn't known
    elif command == "thermo_modify" and "norm" in arguments[:-1]:
        settings.normalized = arguments[arguments.index("norm") + 1] == "yes"


def _table(lines: list[str], start: int) -> tuple[dict[str, Array], int]:
    """Thermo output of one stage, up to its closing words or the end of the log, and the place behind it."""
    stop = next((place for place in range(start, len(lines)) if lines[place].startswith("Loop time of")), len(lines))
    body = lines[start:stop]
    if _MULTI.match(body[0]):
        return _multi(body), stop
    if body[0].startswith("keywords:"):
        names = [str(name) for name in yaml.safe_load(body[0].removeprefix("keywords:"))]
        rows = [_numbers(re.findall(r"[^\s,]+", line[line.index("[") + 1 : line.rindex("]")])) for line in _lists(body)]
    else:
        names = body[0].split()
        rows = [_numbers(line.split()) for line in body[1:]]
    # Warnings may stand between the lines.
    kept = [row for row in rows if len(row) == len(names)]
    table = np.array(kept, dtype=np.float64).reshape(len(kept), len(names))
    return dict(zip(names, table.T, strict=True)), stop


def _lists(body: list[str]) -> list[str]:
    return [line for line in body if re.match(r"\s+- \[.*\]", line)]


def _multi(body: list[str]) -> dict[str, Array]:
    """The style `multi`: a heading with the step, then names and numbers."""
    rows: list[dict[str, float]] = []
    for line in body:
        heading = _MULTI.match(line)
        if heading is not None:
            rows.append({"Step": float(heading.group(1))})
        else:
            rows[-1] |= {name: float(value) for name, value in _PAIR.findall(line) if _numbers([value])}
    names = list(rows[0])
    full = [row for row in rows if row.keys() == rows[0].keys()]
    return {name: np.array([row[name] for row in full]) for name in names}


def _numbers(words: list[str]) -> list[float]:
    """The words as numbers; nothing if one isn't."""
    try:
        return [float(word) for word in words]
    except ValueError:
        return []
