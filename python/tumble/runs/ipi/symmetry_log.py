"""Reader of the log of the symmetry error that `tumble drive --symmetry-log` writes next to an i-PI run.

A line holds the round through the beads, the bead, and seven numbers. The file of a continued run has several headings,
each with a line for programs (`tumble.runs.json_line`); those of earlier versions have a sentence in its place.
Below each heading rounds are counted from 1 again; the reader numbers them on, at the interval at which rounds are
logged. Beads at the same positions share one line, so that rounds may differ in their number of lines. Lines that a
full disk or a crash damaged are left out; a heading may follow on the same line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

import numpy as np

from tumble.errors import TrajectoryError
from tumble.runs.json_line import START, values_of
from tumble.runs.text_rows import is_count, is_file, row_of
from tumble.trajectories.trajectory_file import check_file
from tumble.types import Array

FORMAT = "tumble-symmetry-log-1"
_HEADING = f"# {START}"
_EARLIER_HEADING = re.compile(r"# tumble drive: symmetry error of .* over (.*); every (\d{1,15}) rounds", re.ASCII)
_MOST = 10**15  # rounds between two that are logged
_LARGEST = 1e100  # larger numbers are damage; the square of this one is still finite
_LINE = 10_000  # characters, longest heading
_PLACE = ("round", "bead", "energy", "averaged_energy")
_ERRORS = ("energy_std", "force_rms", "force_max", "torque", "averaged_torque")
_COLUMNS = (*_PLACE, *_ERRORS)


@dataclass(frozen=True)
class _Heading:
    """Values of a heading: where it starts in its line, the set of rotations, rounds between two logged ones."""

    start: int
    symmetry_set: str
    every: int


@dataclass(frozen=True)
class SymmetryLog:
    """Logged values of each round: root mean squares over its lines, and for `energy_shift` the mean.

    Attributes:
        rounds: Number of each logged round, counted from 1 through the whole file, [V].
        symmetry_set: Rotations over which the error was measured, such as `octahedral`, from the first heading.
        values: `energy_std` and `energy_shift` (average minus bare energy) in eV, `force_rms` and `force_max` in eV/Å,
            `torque` and `averaged_torque` in eV/rad, [V] each; see docs/driver.md.
        lines: Number of lines of each round, [V].
        parts: Number of headings, one for each start of the driver.
        notes: Sentences about what was left out.
    """

    rounds: Array
    symmetry_set: str
    values: dict[str, Array]
    lines: Array
    parts: int
    notes: tuple[str, ...] = ()


def is_symmetry_log(path: str | PathLike[str]) -> bool:
    """Return whether a file begins with the heading of a log of the symmetry error."""
    try:
        check_file(path)
        with Path(path).open(errors="replace") as file:
            return _first_heading(file.readline(_LINE)) is not None
    except (OSError, TrajectoryError):
        return False


def symmetry_logs_in(folder: Path) -> list[Path]:
    """Return the logs of the symmetry error in a folder, recognized by their heading."""
    return [path for path in sorted(folder.iterdir()) if is_file(path) and is_symmetry_log(path)]


def read_symmetry_log(path: str | PathLike[str]) -> SymmetryLog:
    """Read a log of the symmetry error.

    Damaged lines and a last line that was cut off are left out.

    Args:
        path: File that `tumble drive --symmetry-log` wrote.

    Raises:
        TrajectoryError: If the file is missing or isn't such a log.
    """
    try:
        check_file(path)
        lines = Path(path).read_bytes().split(b"\n")[:-1]
    except OSError as error:
        raise TrajectoryError(f"`path`: expected a log of the symmetry error, got {error}") from error
    texts = [line.decode(errors="replace") for line in lines]
    heading = _first_heading(texts[0]) if texts else None
    if heading is None:
        raise TrajectoryError(
            f"`path`: expected a log of `tumble drive --symmetry-log`, got something else in `{path}`"
        )
    rows, parts, damaged = _rows(texts)
    if not rows:
        raise TrajectoryError(f"`path`: expected lines of numbers, got none in `{path}`")
    table = np.array(rows)
    rounds, places = np.unique(table[:, 0], return_inverse=True)
    columns = dict(zip(_COLUMNS, table.T, strict=True))
    lines_of = np.bincount(places).astype(np.float64)

    def mean(values: Array) -> Array:
        return np.asarray(np.bincount(places, weights=values) / lines_of)

    values = {name: np.sqrt(mean(columns[name] ** 2)) for name in _ERRORS}
    values["energy_shift"] = mean(columns["averaged_energy"] - columns["energy"])
    notes: tuple[str, ...] = ()
    if damaged:
        notes = (f"{damaged} lines of the log of the symmetry error are damaged and left out.",)
    return SymmetryLog(rounds, heading.symmetry_set, values, lines_of, parts, notes)


def _first_heading(text: str) -> _Heading | None:
    """Return the heading with which a line starts; None if it doesn't."""
    heading = _heading(text)
    return heading if heading is not None and heading.start == 0 else None


def _heading(text: str) -> _Heading | None:
    """Return the heading in a line; it may follow on a line that was cut off. None if there is none."""
    start = text.find(_HEADING)
    if start < 0:
        earlier = _EARLIER_HEADING.search(text)
        return earlier and _Heading(earlier.start(), earlier[1].partition(",")[0], int(earlier[2]))
    values = values_of(text[start:].removeprefix("# "), FORMAT) or {}
    symmetry_set, every = values.get("symmetrize"), values.get("every")
    if not isinstance(symmetry_set, str) or not isinstance(every, int) or not 0 < every < _MOST:
        return None
    return _Heading(start, symmetry_set, every)


def _rows(texts: Sequence[str]) -> tuple[list[list[float]], int, int]:
    """Return rows with rounds numbered through the file, the number of headings and the number of damaged lines."""
    rows: list[list[float]] = []
    start, last, every, parts, damaged = 0.0, 0.0, 1.0, 0, 0
    for text in texts:
        heading = _heading(text)
        if heading is not None:
            parts += 1
            every = float(heading.every)
            start = last + every - 1.0 if last > 0 else 0.0
            damaged += heading.start > 0
        elif text.strip() and not text.startswith("#"):
            row = _row(text)
            if row is None:
                damaged += 1
                continue
            last = row[0] = start + row[0]
            rows.append(row)
    return rows, parts, damaged


def _row(text: str) -> list[float] | None:
    """Return the numbers of a line; None if it is damaged."""
    row = row_of(text.encode().split(), len(_COLUMNS))
    if row is None or not all(abs(number) < _LARGEST for number in row):
        return None
    return row if is_count(row[0]) and row[0] >= 1 and row[1] >= 0 else None
