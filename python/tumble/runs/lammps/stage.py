"""One `run` or `minimize` of LAMMPS, as its log has it."""

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
_SUMMARY = 60  # lines behind a table, in which LAMMPS says how it went
_DIGIT = 0.0006  # to which the numbers of its speed are rounded, and a little more
_DAY = 86400.0  # s


@dataclass(frozen=True)
class Stage:
    """One `run` or `minimize`.

    Attributes:
        settings: At its start.
        kind: The command; None if it isn't known.
        columns: Thermo output, [T] each.
        speed: Between which numbers the time step is, by the speed that LAMMPS wrote, ps; None if it wrote none.
        length: Number of steps that LAMMPS says it took; None if it isn't over.
    """

    settings: Settings
    kind: str | None
    columns: Mapping[str, Array]
    speed: tuple[float, float] | None = None
    length: int | None = None

    @property
    def dynamics(self) -> bool:
        """Whether it was a `run`, as far as it is known."""
        return self.kind in ("run", None)

    @property
    def steps(self) -> Array:
        """Steps of the rows, [T]; empty if the log doesn't have them."""
        return self.columns.get("Step", np.empty(0))

    @property
    def last_step(self) -> int | None:
        """Step at which it ended; None if it isn't over, or it isn't known."""
        if self.length is None or len(self.steps) == 0:
            return None
        # LAMMPS counts the frames of a `rerun`, and stops in between two rows where time is up.
        return max(int(self.steps[-1]), int(self.steps[0]) + self.length)


def stage_of(table: Table, lines: Sequence[str], settings: Settings, kind: str | None) -> Stage:
    """Return the stage of thermo output, with what LAMMPS says behind it.

    Args:
        table: The thermo output.
        lines: Of the log.
        settings: At its start.
        kind: The command; None if it isn't known.
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
