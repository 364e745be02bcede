"""The speed verdict: how fast a run was, where its time went, and what would make it faster.

Advice is given only where a measured number supports it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from tumble.launch.report import Report

_SHORTEST = 2.0  # s, of a run whose speed is stated
_DAY = 86400.0  # s
#: Thresholds of advice: shares of the time, and of the cores.
MUCH, IDLE = 0.2, 0.5


class Timing:
    """What an engine says about its time; without an engine, nothing."""

    #: How to use more cores.
    more_cores: ClassVar[str] = "set `threads` in simulation.yaml higher"

    def sentences(self) -> list[str]:
        """Return where the time went."""
        return []

    def advice(self) -> list[str]:
        """Return what would make it faster."""
        return []


@dataclass(frozen=True)
class Speed:
    """Measured numbers of a run.

    Attributes:
        seconds: Time of the steps, s.
        steps: Number of steps.
        timestep: ps; None if unknown.
        atoms: Number of atoms; None if unknown.
        beads: Number of beads.
        cores: Number of cores that the run may use.
        idle: Number of cores that nothing used shortly before the end.
        cpu: Time that each program computed, s, by its name.
        timing: What the engine says about its time.
    """

    seconds: float
    steps: int
    timestep: float | None
    atoms: int | None
    beads: int = 1
    cores: int = 1
    idle: int = 0
    cpu: Mapping[str, float] = field(default_factory=dict)
    timing: Timing = field(default_factory=Timing)

    def sentences(self) -> list[str]:
        """Return the verdict."""
        if self.steps < 1 or self.seconds < _SHORTEST:
            return ["speed: the run was too short to judge"]
        step = self.seconds / self.steps
        words = [f"{1000 * step:.4g} ms/step"]
        if self.timestep is not None:
            words.insert(0, f"{_DAY * self.timestep / 1000 / step:.4g} ns/day")
        if self.atoms:
            words.append(f"{1e6 * step / (self.atoms * self.beads):.4g} µs/atom/step")
            if self.beads > 1:
                words[-1] += f" for each of {self.beads} beads"
        return [f"speed: {', '.join(words)}", *self._parts(), *self._advice()]

    def _parts(self) -> list[str]:
        found = self.timing.sentences()
        if len(self.cpu) > 1:
            busy = [f"{name} {seconds / self.seconds:.2g}" for name, seconds in self.cpu.items()]
            found.append(f"cores in use: {', '.join(busy)}")
        return found

    def _advice(self) -> list[str]:
        advice = self.timing.advice()
        used = sum(self.cpu.values()) / self.seconds
        if self.cpu and self.idle > 0 and used < IDLE * self.cores:
            advice.append(f"{used:.2g} of {self.cores} cores are in use: {self.timing.more_cores}")
        return [f"faster: {each}" for each in advice]


def speed_of(report: Report, beads: int, cores: int) -> Speed:
    """Return the numbers that don't depend on the engine."""
    now = report.reading
    return Speed(report.seconds, report.steps, now.timestep, now.atoms, beads, cores, report.idle, dict(report.cpu))
