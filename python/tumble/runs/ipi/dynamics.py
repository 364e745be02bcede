"""How i-PI integrates the equations of motion: time steps, thermostats and barostat of each element `dynamics`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tumble.errors import TrajectoryError
from tumble.runs.ipi.elements import integers_of, quantity_of, word_of
from tumble.runs.ipi.motion import CONSTANT_ENERGY, dynamics_in, thermostats_in
from tumble.units.ipi import TIME

_CONSTANT_PRESSURE = ("npt", "nst", "scnpt")


@dataclass(frozen=True)
class Thermostat:
    """A thermostat.

    Attributes:
        mode: Its name in i-PI.
        tau: Its time constant, ps; None if it has none.
        colored: Whether it has a drift matrix, as those with colored noise.
        quantum: Whether it also has a covariance, as quantum thermostats and PIGLET.
    """

    mode: str
    tau: float | None
    colored: bool
    quantum: bool


@dataclass(frozen=True)
class Dynamics:
    """An element `dynamics`, or one with the same subelements.

    Attributes:
        mode: The ensemble, such as `nvt`.
        splitting: `obabo` or `baoab`.
        timestep: ps.
        levels: Number of repetitions at each level of multiple time stepping, from the outermost.
        thermostats: Thermostats of the atoms.
        barostat: Name of the barostat in i-PI; empty without one.
        barostat_thermostats: Thermostats of the cell.
    """

    mode: str
    splitting: str
    timestep: float
    levels: tuple[int, ...]
    thermostats: tuple[Thermostat, ...]
    barostat: str
    barostat_thermostats: tuple[Thermostat, ...]

    def repetitions(self, level: int) -> int:
        """Return how often a level is passed in one step; the outermost has the number 0."""
        return math.prod(self.levels[: level + 1])

    def step_at(self, level: int) -> float:
        """Return the time step of a level, ps."""
        return self.timestep / self.repetitions(level)

    @property
    def constant_pressure(self) -> bool:
        """Whether the cell changes."""
        return self.mode in _CONSTANT_PRESSURE

    @property
    def constant_energy(self) -> bool:
        """Whether i-PI uses no thermostat, even if there is one."""
        return self.mode in CONSTANT_ENERGY


def dynamics_of(system: Any) -> Sequence[Dynamics]:
    """Return all dynamics of a system, in the order in which they follow each other.

    Raises:
        TrajectoryError: If there are unknown words or units, or impossible numbers.
    """
    motion = system.find("motion")
    return [] if motion is None else [_dynamics(element) for element in dynamics_in(motion)]


def modes_of(system: Any) -> Sequence[str]:
    """Return the modes of all motions of a system, such as `dynamics` or `minimize`."""
    element = system.find("motion")
    if element is None:
        return ["dummy"]
    mode = word_of(element, "mode", "dummy")
    return [word_of(each, "mode", "dummy") for each in element.findall("motion")] if mode == "multi" else [mode]


def _dynamics(element: Any) -> Dynamics:
    barostat = element.find("barostat")
    step = quantity_of(element.find("timestep"), TIME, default=1.0, positive=True)
    assert step is not None  # it has a default
    levels = tuple(integers_of(element.find("nmts"))) or (1,)
    if min(levels) < 1:
        raise TrajectoryError(f"`nmts`: expected numbers from 1, got {', '.join(map(str, levels))}")
    mode = "" if barostat is None else word_of(barostat, "mode", "dummy")
    return Dynamics(
        mode=word_of(element, "mode", "nve"),
        splitting=word_of(element, "splitting", "obabo"),
        timestep=step,
        levels=levels,
        thermostats=_thermostats(element),
        barostat="" if mode == "dummy" else mode,
        barostat_thermostats=() if barostat is None else _thermostats(barostat),
    )


def _thermostats(element: Any) -> tuple[Thermostat, ...]:
    return tuple(
        Thermostat(
            mode=word_of(each, "mode", ""),
            tau=quantity_of(each.find("tau"), TIME),
            colored=_filled(each.find("A")),
            quantum=_filled(each.find("C")),
        )
        for each in thermostats_in(element.find("thermostat"))
    )


def _filled(element: Any) -> bool:
    return element is not None and bool((element.text or "").strip(" []\n\t"))
