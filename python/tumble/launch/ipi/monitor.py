"""Reader of the outputs of i-PI while they grow: properties, the frame torque among the extras, reports of drivers."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from typing_extensions import override

from tumble.launch.driver_line import DriverLine
from tumble.launch.growing_file import GrowingFile, size_of, tail_of
from tumble.launch.reading import Details, Monitor, Reading
from tumble.runs.ipi.input import IpiInput
from tumble.runs.ipi.properties import column_of, factor_of
from tumble.runs.ipi.trajectory import files_of_beads
from tumble.runs.text_rows import row_of

_WANTED = ("step", "temperature", "potential", "conserved")
_TORQUE = 3  # numbers
_TAIL = 1 << 12  # bytes at the end of a file of extras


class IpiMonitor(Monitor):
    """Reader of the outputs of one i-PI run.

    Args:
        found: The input.
        last: Step at which the run ends.
        highest: Returns the temperature above which it counts as exploded, K, from that of the first row.
        drivers: Returns what the drivers have reported.
        continued: Whether the outputs of an earlier start are continued.
    """

    def __init__(
        self,
        found: IpiInput,
        last: int,
        highest: Callable[[float], float | None],
        drivers: Callable[[], Sequence[DriverLine]],
        *,
        continued: bool,
    ) -> None:
        self._input = found
        self._last = last
        self._atoms = sum(found.atoms.values())
        self._highest_of, self._drivers = highest, drivers
        self._highest: float | None = None
        self._torques: list[Path] = []
        self._tables = [_Table(each.path, continued) for each in found.properties]
        self._first: tuple[float, float] | None = None
        self._values: dict[str, float] = {}
        self._broken: str | None = None

    @override
    def read(self) -> Reading:
        for table in self._tables:
            for row in table.new_rows():
                self._take(row)
        timestep, values = self._input.motion.timestep, self._values
        step, conserved = values.get("step"), values.get("conserved")
        drift: float | None = None
        if self._first is not None and conserved is not None and step is not None and timestep and self._atoms:
            time = (step - self._first[0]) * timestep
            if time > 0:
                drift = 1000 * (conserved - self._first[1]) / (time * self._atoms * self._input.beads)
        return Reading(
            step=None if step is None else int(step),
            last=self._last,
            timestep=timestep,
            atoms=self._atoms or None,
            temperature=values.get("temperature"),
            highest=self._highest,
            conserved=conserved,
            drift=drift,
            broken=self._broken,
        )

    @override
    def details(self) -> Details:
        full = [line.occupancy for line in self._drivers() if line.occupancy is not None and line.places > 1]
        return Details(torque=self._torque(), occupancy=sum(full) / len(full) if full else None)

    def _take(self, row: dict[str, float]) -> None:
        if "temperature" in row and "temperature" not in self._values:
            self._highest = self._highest_of(row["temperature"])
        self._values |= row
        if self._first is None and "step" in row and "conserved" in row:
            self._first = row["step"], row["conserved"]
        if self._broken is None:
            self._broken = next((name for name, value in row.items() if not math.isfinite(value)), None)

    def _torque(self) -> float | None:
        """Return the mean length of the latest torques of the beads that have one."""
        if not self._values:
            return None
        if not self._torques:  # i-PI has opened its files before the first row
            self._torques = _torque_files(self._input)
        rows = [row for path in self._torques if (row := _last_row(path))]
        lengths = [float(np.linalg.norm(row[:_TORQUE])) for row in rows if len(row) >= _TORQUE]
        return sum(lengths) / len(lengths) if lengths else None


class _Table:
    """A file of properties that grows."""

    def __init__(self, path: Path, continued: bool) -> None:
        # Rows of an earlier start are read past, but its heading is needed.
        self._head = GrowingFile(path)
        self._file = GrowingFile(path, size_of(path)) if continued else self._head
        self._columns: dict[int, tuple[str, float]] = {}

    def new_rows(self) -> list[dict[str, float]]:
        """Return the wanted values of new rows, in our units."""
        lines = self._file.new_lines()
        for line in lines if self._file is self._head else self._head.new_lines() if not self._columns else []:
            self._read_heading(line)
        rows = []
        for line in lines:
            row = row_of(line.encode().split()) if not line.lstrip().startswith("#") else None
            if row is not None and self._columns and len(row) > max(self._columns):
                rows.append({name: row[place] * factor for place, (name, factor) in self._columns.items()})
        return rows

    def _read_heading(self, line: str) -> None:
        column = column_of(line)
        if column is not None and column.quantity in _WANTED and column.arguments is None:
            factor = factor_of(column.quantity, column.unit, column.quantity)
            self._columns[column.first - 1] = (column.quantity, factor)


def _torque_files(found: IpiInput) -> list[Path]:
    """Return the files of extras that begin with the torque, one for each bead that has one."""
    for output in found.trajectories:
        if output.quantity == "extras" and output.extra_keys[0] == "torque":
            return list(files_of_beads(output, found.beads, "").values())
    return []


def _last_row(path: Path) -> list[float] | None:
    """Return the numbers of the last complete row of a file of extras."""
    lines = tail_of(path, _TAIL).split(b"\n")[:-1]
    rows = [line for line in lines if re.match(rb"\s*[-+\d]", line)]
    return row_of(rows[-1].split()) if rows else None
