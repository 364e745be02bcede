"""LAMMPS' own account of where its time went, at the end of a run in its log."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from typing_extensions import override

from tumble.launch.speed import MUCH, Timing

_SECTION = re.compile(r"^(Pair|Neigh|Comm|Output|Modify|Kspace|Bond|Other)\s*\|.*\|\s*([\d.]+)\s*$", re.MULTILINE)
_COUNT = re.compile(r"^(Nlocal|Nghost):\s+([\d.e+]+) ave", re.MULTILINE)
_BREAKDOWN = "MPI task timing breakdown"
_NAMES = {"Pair": "model", "Neigh": "neighbor lists", "Comm": "communication", "Modify": "fixes"}
_GHOSTS = 3.0  # per atom, above which ranks compute much twice
_LEAST = 0.005  # share that is shown


@dataclass(frozen=True)
class LammpsTiming(Timing):
    """Where the time of LAMMPS went.

    Attributes:
        shares: Share of each part, by LAMMPS' name for it.
        ghosts: Ghost atoms per atom; None if unknown.
    """

    shares: dict[str, float] = field(default_factory=dict)
    ghosts: float | None = None

    more_cores = "set `threads` in simulation.yaml higher, or `ranks` for a box much wider than the range of the model"

    @override
    def sentences(self) -> list[str]:
        parts = [
            f"{_NAMES.get(name, name.lower())} {share:.0%}" for name, share in self.shares.items() if share > _LEAST
        ]
        found = [f"time: {', '.join(parts)}"] if parts else []
        return [*found, f"ghosts: {self.ghosts:.2g} for each atom"] if self.ghosts else found

    @override
    def advice(self) -> list[str]:
        advice = []
        if self.shares.get("Neigh", 0.0) > MUCH:
            advice.append("neighbor lists take much of the time: a thicker skin (`neighbor`) builds them less often")
        if self.shares.get("Output", 0.0) > MUCH:
            advice.append("output takes much of the time: write fewer rows or frames")
        if self.ghosts is not None and self.ghosts > _GHOSTS and self.shares.get("Comm", 0.0) > MUCH:
            advice.append("ranks exchange many ghosts: fewer ranks with more threads each may be faster")
        return advice


def read_timing(log: Path) -> LammpsTiming:
    """Return the account of the last run in a log; nothing without one."""
    text = log.read_text(errors="replace") if log.is_file() else ""
    _, found, last = text.rpartition(_BREAKDOWN)
    if not found:
        return LammpsTiming()
    counts = {name: float(number) for name, number in _COUNT.findall(last)}
    ghosts = counts["Nghost"] / counts["Nlocal"] if counts.get("Nlocal") and "Nghost" in counts else None
    return LammpsTiming({name: float(share) / 100 for name, share in _SECTION.findall(last)}, ghosts)
