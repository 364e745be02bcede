"""Time step of a LAMMPS run, and the time of each row of thermo output."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from tumble.runs.lammps.part import Part
from tumble.types import Array

_SAME = 1e-6  # relative tolerance of time steps, and of times, which a log has with eight digits


@dataclass(frozen=True)
class Clock:
    """Times in a run.

    Attributes:
        timestep: ps; None if unknown or changing.
        time: Times of the rows of thermo output, [T] in ps; empty if unknown.
        notes: Sentences about the time step.
        changes: Whether the time step changes.
    """

    timestep: float | None
    time: Array
    notes: tuple[str, ...] = ()
    changes: bool = False


def clock_of(part: Part, columns: Mapping[str, Array], unit: float, given: float | None) -> Clock:
    """Return the clock of a part of a run.

    Args:
        part: The part.
        columns: Thermo output of the part, [T] each.
        unit: The unit of time, ps.
        given: Time step that the user gives, ps; it replaces that of the log.
    """
    steps = columns.get("Step", np.empty(0))
    logged = _clock_in_log(part, columns, unit)
    if given is None:
        return logged if part.dynamics else Clock(None, np.empty(0))
    clock = Clock(given, steps * given)
    if not part.dynamics:
        return clock
    if logged.changes:
        note = f"The time step changes in this run, but times assume the given one of {1e3 * given:.6g} fs."
        return replace(clock, notes=(note,))
    if logged.timestep is not None and abs(logged.timestep - given) > _SAME * given:
        note = f"The time step is {1e3 * given:.6g} fs, as given; that of the log is {1e3 * logged.timestep:.6g} fs."
        return replace(clock, notes=(note,))
    low, high = _speed(part) or (given, given)
    if not low <= given <= high:
        note = (
            f"The time step is {1e3 * given:.6g} fs, as given; the speed in the log corresponds to "
            f"{500 * (low + high):.3g} fs."
        )
        return replace(clock, notes=(note,))
    return clock


def _clock_in_log(part: Part, columns: Mapping[str, Array], unit: float) -> Clock:
    """Return the clock of the log, from the times or time steps in its table, its fixes, or its commands."""
    steps, times, sizes = (_finite(columns, name) for name in ("Step", "Time", "Dt"))
    if _changes(part, steps, times, sizes):
        how = "times are those in the log" if len(times) > 0 else "the log has no times: add `time` to `thermo_style`"
        note = f"The time step changes in this run, and {how}. Frames need `dump_modify ID units yes time yes`."
        return Clock(None, times * unit, (note,), changes=True)
    timestep = part.settings.timestep
    if len(times) > 1:
        timestep = float((times[-1] - times[0]) / (steps[-1] - steps[0]))
    elif len(sizes) > 0:
        timestep = float(sizes[0])
    if timestep is not None:
        return Clock(timestep * unit, steps * (timestep * unit))
    speed = _speed(part)
    hint = "" if speed is None else f", about {500 * sum(speed):.3g} fs by its speed"
    return Clock(None, np.empty(0), (f"The log doesn't give the time step{hint}: give `--timestep`.",))


def _finite(columns: Mapping[str, Array], name: str) -> Array:
    """Return a column; empty if it is missing or has values that aren't finite."""
    values = columns.get(name, np.empty(0))
    return values if np.isfinite(values).all() else np.empty(0)


def _changes(part: Part, steps: Array, times: Array, sizes: Array) -> bool:
    """Return whether the time step changes, as in `fix dt/reset`."""
    if np.any(np.abs(sizes - sizes[:1]) > _SAME * sizes[:1]):
        return True
    if len(times) < 3:
        return any(words[3] == "dt/reset" for words in part.settings.fixes.values())
    line = times[0] + (steps - steps[0]) * (times[-1] - times[0]) / (steps[-1] - steps[0])
    return bool(np.abs(times - line).max() > _SAME * np.abs(times).max())


def _speed(part: Part) -> tuple[float, float] | None:
    """Return lower and upper bound of the time step from the speeds of the stages, ps; None without consistent ones."""
    speeds = [stage.speed for stage in part.stages if stage.speed is not None]
    if not speeds:
        return None
    low, high = max(speed[0] for speed in speeds), min(speed[1] for speed in speeds)
    return (low, high) if low <= high else None
