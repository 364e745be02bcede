"""The speed verdict: how fast a run was, where its time went, and what would make it faster.

Advice is given only where a measured number supports it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tumble.launch.driver_line import DriverLine
from tumble.launch.report import Report

_SHORTEST = 2.0  # s, of a run whose speed is stated
_DAY = 86400.0  # s
_SECTION = re.compile(r"^(Pair|Neigh|Comm|Output|Modify|Kspace|Bond|Other)\s*\|.*\|\s*([\d.]+)\s*$", re.MULTILINE)
_COUNT = re.compile(r"^(Nlocal|Nghost):\s+([\d.e+]+) ave", re.MULTILINE)
_BREAKDOWN = "MPI task timing breakdown"
# Thresholds of advice: shares of the time, and structures per place.
_MUCH, _FULL, _IDLE = 0.2, 0.8, 0.5
_GHOSTS = 3.0  # per atom


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
        shares: Share of each part of LAMMPS' time, by LAMMPS' name for it.
        ghosts: Ghost atoms per atom; None if unknown.
        drivers: What the drivers measured.
        batch: Number of structures that a server sends together.
    """

    seconds: float
    steps: int
    timestep: float | None
    atoms: int | None
    beads: int = 1
    cores: int = 1
    idle: int = 0
    cpu: dict[str, float] = field(default_factory=dict)
    shares: dict[str, float] = field(default_factory=dict)
    ghosts: float | None = None
    drivers: Sequence[DriverLine] = ()
    batch: int = 1

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
        found = []
        if self.shares:
            names = {"Pair": "model", "Neigh": "neighbor lists", "Comm": "communication", "Modify": "fixes"}
            parts = [
                f"{names.get(name, name.lower())} {share:.0%}" for name, share in self.shares.items() if share > 0.005
            ]
            found.append(f"time: {', '.join(parts)}")
        if self.ghosts:
            found.append(f"ghosts: {self.ghosts:.2g} for each atom")
        for number, line in enumerate(self.drivers, 1):
            name = "driver" if len(self.drivers) == 1 else f"driver {number}"
            parts = [f"{part} {share:.0%}" for part, share in line.shares.items()]
            if line.together is not None:
                of = "" if line.occupancy is None else f" ({line.occupancy:.0%} of the places)"
                parts.append(f"{line.together:.3g} beads per batch{of}")
            found.append(f"{name}: {', '.join(parts)}")
        busy = {name: seconds / self.seconds for name, seconds in self.cpu.items()}
        if busy and not self.shares:
            found.append(f"cores in use: {', '.join(f'{name} {share:.2g}' for name, share in busy.items())}")
        return found

    def _advice(self) -> list[str]:
        advice = []
        if self.shares.get("Neigh", 0.0) > _MUCH:
            advice.append("neighbor lists take much of the time: a thicker skin (`neighbor`) builds them less often")
        if self.shares.get("Output", 0.0) > _MUCH:
            advice.append("output takes much of the time: write fewer rows or frames")
        if self.ghosts is not None and self.ghosts > _GHOSTS and self.shares.get("Comm", 0.0) > _MUCH:
            advice.append("ranks exchange many ghosts: fewer ranks with more threads each may be faster")
        together = [line.together for line in self.drivers if line.together is not None]
        full = [line.occupancy for line in self.drivers if line.occupancy is not None]
        if full and self.batch > 1 and min(full) < _FULL:
            advice.append(f"batches are {min(full):.0%} full: choose a `batch_size` that divides the number of beads")
        if together and self.beads > 1 and self.batch == 1 and max(together) < _FULL * self.beads / len(self.drivers):
            advice.append(
                f"a driver evaluates {max(together):.3g} of {self.beads} beads at a time: `<batch_size> {self.beads} "
                f"</batch_size>` in the `ffsocket`, or `connections: {self.beads}` in simulation.yaml, makes one batch "
                "of them"
            )
        engine = self.cpu.get("i-PI", 0.0) / self.seconds
        if engine > _IDLE:
            advice.append(f"i-PI itself computes during {engine:.0%} of the time: larger strides of its outputs help")
        used = sum(self.cpu.values()) / self.seconds
        if self.cpu and self.idle > 0 and used < _IDLE * self.cores:
            ranks = ", or `ranks` for a box much wider than the range of the model" if self.shares else ""
            advice.append(
                f"{used:.2g} of {self.cores} cores are in use: set `threads` in simulation.yaml higher{ranks}"
            )
        return [f"faster: {each}" for each in advice]


def lammps_parts(log: Path) -> tuple[dict[str, float], float | None]:
    """Return the shares of LAMMPS' time in the last run of a log, and the ghosts per atom."""
    text = log.read_text(errors="replace") if log.is_file() else ""
    _, found, last = text.rpartition(_BREAKDOWN)
    if not found:
        return {}, None
    counts = {name: float(number) for name, number in _COUNT.findall(last)}
    ghosts = counts["Nghost"] / counts["Nlocal"] if counts.get("Nlocal") and "Nghost" in counts else None
    return {name: float(share) / 100 for name, share in _SECTION.findall(last)}, ghosts


def speed_of(report: Report, beads: int, cores: int) -> Speed:
    """Return the numbers that don't depend on the engine."""
    now = report.reading
    return Speed(report.seconds, report.steps, now.timestep, now.atoms, beads, cores, report.idle, dict(report.cpu))
