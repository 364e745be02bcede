"""One `run` or `minimize` of LAMMPS, from its log."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tumble.runs.lammps.settings import Settings
from tumble.runs.lammps.table import BANNER, END, Table
from tumble.types import Array

_LENGTH = re.compile(END + r" \S+ on \d+ procs for (\d{1,18}) steps")
_SPEED = re.compile(r"Performance: (\d+\.\d+) ns/day, \S+ hours/ns, (\d+\.\d+) timesteps/s")
_SUMMARY = 60  # lines after a table that hold the summary of LAMMPS
_DIGIT = 0.0006  # rounding error of the printed speeds, with a margin
_DAY = 86400.0  # s


@dataclass(frozen=True)
class Stage:
    """One `run` or `minimize`.

    Attributes:
        settings: Settings at its start.
        kind: Command; None if unknown.
        columns: Thermo output, [T] each.
        speed: Bounds of the time step that follow from the printed speed, ps; None without a speed.
        length: Number of steps according to LAMMPS; None if unfinished.
    """

    settings: Settings
    kind: str | None
    columns: Mapping[str, Array]
    speed: tuple[float, float] | None = None
    length: int | None = None

    @property
    def dynamics(self) -> bool:
        """Whether it was a `run`, or an unknown command."""
        return self.kind in ("run", None)

    @property
    def steps(self) -> Array:
        """Steps of the rows, [T]; empty if the log has none."""
        return self.columns.get("Step", np.empty(0))

    @property
    def last_step(self) -> int | None:
        """Step at which it ended; None if unfinished or unknown."""
        if self.length is None or len(self.steps) == 0:
            return None
        # LAMMPS counts frames in a `rerun`, and may stop between two rows at a time limit.
        return max(int(self.steps[-1]), int(self.steps[0]) + self.length)


def stage_of(table: Table, lines: Sequence[str], settings: Settings, kind: str | None) -> Stage:
    """Return the stage with this thermo output and the summary that follows it.

    Args:
        table: The thermo output.
        lines: Lines of the log.
        settings: Settings at the start of the stage.
        kind: Command; None if unknown.
    """
    speed: tuple[float, float] | None = None
    ended = _LENGTH.match(lines[table.stop]) if table.stop < len(lines) else None
    for line in lines[table.stop + 1 : table.stop + _SUMMARY]:
        if line.startswith(END) or BANNER.match(line):
            break
        found = _SPEED.match(line)
        if found is not None and float(found[2]) > _DIGIT:
            days, rate = float(found[1]), float(found[2])
            low, high = (1e3 * (days + sign * _DIGIT) / (_DAY * (rate - sign * _DIGIT)) for sign in (-1, 1))
            speed = low, high
        elif line.startswith("Minimization stats:") and kind is None:
            kind = "minimize"
    return Stage(settings, kind, table.columns, speed, None if ended is None else int(ended[1]))
