"""Reader of i-PI's files of properties: columns of numbers below a heading that names them.

Columns have the names that `ipi.read_output` gives them, such as `kinetic_cv(H)`. Energies are converted to eV,
temperatures to K, times to ps and pressures to bar; other columns keep the units of the file.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tumble.errors import TrajectoryError
from tumble.runs.ipi.input import PropertiesOutput
from tumble.runs.text_rows import (
    complete_lines,
    is_count,
    is_file,
    row_of,
)
from tumble.trajectories.frames import continuing
from tumble.types import Array
from tumble.units.ipi import (
    ENERGY,
    PRESSURE,
    TEMPERATURE,
    TIME,
    factor,
)

_COLUMN = re.compile(r"#\s*(?:column|cols\.)\s+(\d{1,6})(?:-(\d{1,6}))?\s*-->\s*([^\s{(]+)([^:]*)", re.ASCII)
_UNIT, _ARGUMENTS = re.compile(r"\{([^}]*)\}"), re.compile(r"\(([^)]*)\)")
_ENERGIES = {"potential", "kinetic_cv", "kinetic_tens", "conserved", "kinetic_md"}
_ENERGIES |= {"potential_opsc", "potential_tdsc", "kinetic_opsc", "kinetic_tdsc", "kinetic_td", "kinetic_prsc"}
# Tumble's names of columns, and those of i-PI.
_SAME = {"kinetic": "kinetic_md", "pressure": "pressure_md"}
# Estimators that are valid if all beads sample the distribution, and their replacements in the Suzuki–Chin splitting.
_ALL_BEADS = ("kinetic_cv", "kinetic_tens")
_OPERATORS = {"kinetic_opsc": "kinetic_cv", "potential_opsc": "potential"}
_WANTED = ("conserved", "potential")


@dataclass(frozen=True)
class Properties:
    """Properties of a run.

    Attributes:
        time: ps, [T]; empty without a time step.
        columns: [T] each, or [T,K] for a property with K components.
        notes: Sentences about what was left out.
    """

    time: Array
    columns: dict[str, Array]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Column:
    """A property in the heading of a file.

    Attributes:
        first: Number of its first column, from 1.
        last: Number of its last column.
        quantity: Name of the property.
        unit: Name of its unit; None for atomic units.
        arguments: Arguments in parentheses; None without.
    """

    first: int
    last: int
    quantity: str
    unit: str | None
    arguments: str | None


def read_properties(
    outputs: Sequence[PropertiesOutput], timestep: float | None, *, suzuki_chin: bool = False
) -> Properties:
    """Read the files of properties of a run and join them to one table.

    The main file is the one with the conserved quantity or the potential energy. Columns of other files are added if
    they have the same stride. Rows that one of the files lacks, since the run was killed, are left out.

    Args:
        outputs: Elements `properties` of the input; missing files are ignored.
        timestep: ps.
        suzuki_chin: Whether only every second bead samples, so that estimators over all beads are invalid.
    """
    notes: list[str] = []
    tables: list[tuple[PropertiesOutput, dict[str, Array]]] = []
    for output in outputs:
        if not is_file(output.path):
            continue
        try:
            columns, found = _read_table(output, timestep)
        except TrajectoryError as error:
            notes.append(f"A file of properties is left out: {error}.")
            continue
        notes += found
        tables.append((output, columns))
    if not tables:
        return Properties(np.empty(0), {}, tuple(notes))
    log = _merged(tables, notes)
    if suzuki_chin:
        log = _of_operators(log, notes)
    log |= {ours: log[theirs] for ours, theirs in _SAME.items() if theirs in log}
    # Without a time step, the `time` of i-PI is constant or isn't that of dynamics.
    time = np.empty(0) if timestep is None else log["time"] if "time" in log else log["step"] * timestep
    return Properties(time, log, tuple(notes))


def _of_operators(log: dict[str, Array], notes: list[str]) -> dict[str, Array]:
    """Return the columns with Suzuki–Chin operator estimators in place of averages over all beads."""
    kept = {name: values for name, values in log.items() if not name.startswith(_ALL_BEADS) and name != "potential"}
    found = {
        name.replace(theirs, ours): values
        for theirs, ours in _OPERATORS.items()
        for name, values in log.items()
        if name.split("(")[0] == theirs
    }
    lost = [name for name in log if name not in kept and name not in found]
    if lost:
        notes.append(
            f"The properties {', '.join(lost)} are left out, since they average over all beads of the Suzuki–Chin "
            "splitting; use `potential_opsc` and `kinetic_opsc`."
        )
    return kept | found


def _merged(tables: list[tuple[PropertiesOutput, dict[str, Array]]], notes: list[str]) -> dict[str, Array]:
    """Return one table with the steps that all files of the same stride have."""
    first, base = max(tables, key=lambda table: (sum(name in table[1] for name in _WANTED), len(table[1]["step"])))
    together = [(first, base)]
    for output, columns in tables:
        if columns is base:
            continue
        if output.stride == first.stride and len(np.intersect1d(columns["step"], base["step"])) > 0:
            together.append((output, columns))
        else:
            notes.append(
                f"Properties in `{output.path.name}` are left out, since their steps differ from those in "
                f"`{first.path.name}`: give both the same stride."
            )
    steps = base["step"]
    for _, columns in together[1:]:
        steps = np.intersect1d(steps, columns["step"])
    longest = max(len(columns["step"]) for _, columns in together)
    if len(steps) < longest:
        notes.append(f"{len(steps)} of {longest} rows of properties are used, since some files lack the others.")
    log: dict[str, Array] = {}
    for _, columns in together:
        rows = np.searchsorted(columns["step"], steps)
        log |= {name: values[rows] for name, values in columns.items() if name not in log}
    return log


def _read_table(output: PropertiesOutput, timestep: float | None) -> tuple[dict[str, Array], list[str]]:
    """Return the columns of one file, with increasing steps, and notes about what was left out.

    Raises:
        TrajectoryError: If the file isn't a file of properties, or is empty.
    """
    path, notes = output.path, []
    complete = complete_lines(path)  # without a line that is being written, or was cut off
    heading = _heading(path, complete)
    rows = [words for line in complete if not line.lstrip().startswith(b"#") and (words := line.split())]
    if not heading or not rows:
        raise TrajectoryError(f"`{path}`: expected properties of i-PI, with a heading and rows, got none")
    width = max(column.last for column in heading)
    steps = [column.first - 1 for column in heading if column.quantity == "step"]
    regular = [numbers for words in rows if (numbers := row_of(words, width)) is not None]
    regular = [numbers for numbers in regular if all(is_count(numbers[step]) for step in steps)]
    if not regular:
        raise TrajectoryError(f"`{path}`: expected rows of {width} numbers, got others")
    if len(regular) < len(rows):
        notes.append(f"{len(rows) - len(regular)} of {len(rows)} rows in `{path.name}` are damaged and left out.")
    table = np.array(regular)
    columns: dict[str, Array] = {}
    for column in heading:
        name = column.quantity if column.arguments is None else f"{column.quantity}({column.arguments})"
        values = table[:, column.first - 1]
        if column.first < column.last:
            values = table[:, column.first - 1 : column.last]
        # A run that explodes may write numbers close to the largest float.
        with np.errstate(over="ignore"):
            values = values * factor_of(column.quantity, column.unit, name)
        columns.setdefault(name, values)
    if "step" not in columns:
        columns["step"] = _steps(output, columns, len(table), timestep, notes)
    keep = continuing(columns["step"])
    return {name: values[keep] for name, values in columns.items()}, notes


def column_of(line: str) -> Column | None:
    """Return the property that a line of a heading describes; None for another line."""
    match = _COLUMN.match(line)
    if match is None:
        return None
    unit, arguments = _UNIT.search(match[4]), _ARGUMENTS.search(match[4])
    return Column(
        first=int(match[1]),
        last=int(match[2] or match[1]),
        quantity=match[3],
        unit=None if unit is None else unit[1],
        arguments=None if arguments is None else arguments[1],
    )


def factor_of(quantity: str, unit: str | None, name: str) -> float:
    """Return the factor from the unit of a file to Tumble's; 1 for quantities that aren't converted.

    Args:
        quantity: Name of the property.
        unit: Name of its unit; None for atomic units.
        name: Name in messages.

    Raises:
        TrajectoryError: If the unit is unknown.
    """
    if quantity in _ENERGIES:
        return factor(ENERGY, unit, name)
    if quantity == "temperature":
        return factor(TEMPERATURE, unit, name)
    if quantity == "time":
        return factor(TIME, unit, name)
    if quantity.startswith("pressure"):
        return factor(PRESSURE, unit, name)
    return 1.0


def _heading(path: Path, lines: Sequence[bytes]) -> list[Column]:
    """Return the properties in the heading.

    Raises:
        TrajectoryError: If headings differ, or a column number is impossible.
    """
    found: dict[int, Column] = {}
    for line in lines:
        column = column_of(line.decode(errors="replace"))
        if column is None:
            continue
        if not 1 <= column.first <= column.last or found.setdefault(column.first, column) != column:
            raise TrajectoryError(
                f"`{path}`: expected one heading for all rows, got `{column.quantity[:40]}` in column {column.first}"
            )
    return list(found.values())


def _steps(
    output: PropertiesOutput, columns: dict[str, Array], rows: int, timestep: float | None, notes: list[str]
) -> Array:
    """Return the steps of a file without a column `step`, from its times or counted from 0."""
    if "time" in columns and timestep is not None:
        return np.rint(columns["time"] / timestep)
    notes.append(f"Without `step` or `time` in `{output.path.name}`, its rows are counted from step 0.")
    return np.arange(rows, dtype=np.float64) * output.stride
