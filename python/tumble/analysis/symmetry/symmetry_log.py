"""Reader of the log of the symmetry error that `tumble drive --symmetry-log` writes beside an i-PI run.

A line holds a round through the beads, the bead, and seven numbers. The file of a run that was continued has several
headings, below each of which rounds are counted from 1 again; they follow those before at the distance at which
rounds are logged. Where beads lay on top of each other one line stands for several, so that rounds may differ in
their number of lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

import numpy as np

from tumble.analysis.statistics.cells import Array
from tumble.analysis.trajectory_error import TrajectoryError

_HEADING = re.compile(r"# tumble drive: symmetry error of (.*) over (.*); every (\d+) rounds")
_LINE = 10_000  # characters, within which a heading ends
_PLACE = ("round", "bead", "energy", "averaged_energy")
_ERRORS = ("energy_std", "force_rms", "force_max", "torque", "averaged_torque")
_COLUMNS = (*_PLACE, *_ERRORS)


@dataclass(frozen=True)
class SymmetryLog:
    """What was logged, for each round: root mean squares over its lines, and for `energy_shift` the mean.

    Attributes:
        rounds: Number of each round that was logged, from 1 on through the whole file, [V].
        symmetry_set: Rotations over which the error was measured, as the first heading names them.
        values: `energy_std` and `energy_shift` (average less bare energy) in eV, `force_rms` and `force_max` in eV/Å,
            `torque` and `averaged_torque` in eV/rad, [V] each; see docs/driver.md.
        lines: Number of lines of each round, [V].
        parts: Number of headings, one for each start of the driver.
    """

    rounds: Array
    symmetry_set: str
    values: dict[str, Array]
    lines: Array
    parts: int


def is_symmetry_log(path: str | PathLike[str]) -> bool:
    """Whether a file begins as a log of the symmetry error does."""
    try:
        with Path(path).open(errors="replace") as file:
            return _HEADING.match(file.readline(_LINE)) is not None
    except OSError:
        return False


def read_symmetry_log(path: str | PathLike[str]) -> SymmetryLog:
    """Reads a log of the symmetry error.

    A last line that was cut off is left out.

    Args:
        path: File that `tumble drive --symmetry-log` wrote.

    Raises:
        TrajectoryError: If there is no such file, or something else is in it.
    """
    try:
        text = Path(path).read_text(errors="replace")
    except OSError as error:
        raise TrajectoryError(f"`path`: expected a log of the symmetry error, got {error}") from error
    heading = _HEADING.match(text)
    if heading is None:
        raise TrajectoryError(
            f"`path`: expected a log of `tumble drive --symmetry-log`, got something else in `{path}`"
        )
    table = np.array(list(_rows(text, str(path))), dtype=np.float64)
    if len(table) == 0:
        raise TrajectoryError(f"`path`: expected lines of numbers, got none in `{path}`")
    rounds, places = np.unique(table[:, 0], return_inverse=True)
    columns = dict(zip(_COLUMNS, table.T, strict=True))
    lines = np.bincount(places).astype(np.float64)

    def mean(values: Array) -> Array:
        return np.asarray(np.bincount(places, weights=values) / lines)

    values = {name: np.sqrt(mean(columns[name] ** 2)) for name in _ERRORS}
    values["energy_shift"] = mean(columns["averaged_energy"] - columns["energy"])
    parts = sum(_HEADING.match(line) is not None for line in text.splitlines())
    return SymmetryLog(rounds, heading.group(2), values, lines, parts)


def _rows(text: str, path: str) -> Iterator[list[float]]:
    """Lines of numbers, with rounds counted through the file."""
    start, last, every = 0.0, 0.0, 1.0
    complete = text[: text.rfind("\n") + 1]
    for number, line in enumerate(complete.splitlines(), start=1):
        heading = _HEADING.match(line)
        if heading is not None:
            every = float(heading.group(3))
            start = last + every - 1.0 if last > 0 else 0.0
        if line.startswith("#") or not line.strip():
            continue
        try:
            row = [float(word) for word in line.split()]
        except ValueError as error:
            raise TrajectoryError(f"`path`: expected numbers in line {number} of `{path}`, got {error}") from error
        if len(row) != len(_COLUMNS):
            raise TrajectoryError(
                f"`path`: expected {len(_COLUMNS)} numbers in line {number} of `{path}`, got {len(row)}"
            )
        last = row[0] = start + row[0]
        yield row
