"""Reader of the log of LAMMPS while it grows: thermo output in the styles `one` and `custom`."""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np
from typing_extensions import override

from tumble.launch.growing_file import GrowingFile
from tumble.launch.reading import Monitor, Reading
from tumble.runs.lammps.columns import EnergyColumns, original_names
from tumble.runs.lammps.ensemble import ensemble_of
from tumble.runs.lammps.settings import Settings, command_of
from tumble.runs.lammps.table import BANNER, END
from tumble.runs.text_rows import row_of
from tumble.units.lammps import STYLES

_ATOMS = re.compile(r"\bwith (\d{1,18}) atoms$|^\s+(\d{1,18}) atoms$")
_STEPS = re.compile(r"run\s+(\d+)(\s+upto)?\b")
_WATCHED = ("Temp", "PotEng", "KinEng", "TotEng", "Econserve", "Press")


class LammpsMonitor(Monitor):
    """Reader of the log of one start.

    Args:
        log: The log.
        skip: Bytes of an earlier start.
    """

    def __init__(self, log: Path, skip: int) -> None:
        self._file = GrowingFile(log, skip)
        self._settings = Settings()
        self._atoms: int | None = None
        self._names: list[str] | None = None
        self._begins_table = False
        self._steps: tuple[int, bool] | None = None  # of the running `run`, and whether it is the last step
        self._last: int | None = None
        self._first: tuple[float, float] | None = None
        self._row: dict[str, float] = {}
        self._broken: str | None = None

    @override
    def read(self) -> Reading:
        for line in self._file.new_lines():
            self._take(line)
        units, row, settings = STYLES.get(self._settings.units or ""), self._row, self._settings
        timestep = None if units is None or settings.timestep is None else settings.timestep * units.time
        per = (self._atoms or 0) if settings.normalized else 1
        energy = None if units is None or not per else units.energy * per
        step, drift = row.get("Step"), None
        conserved = self._conserved()
        if conserved is not None and energy is not None and step is not None:
            conserved *= energy
            if self._first is None:
                self._first = step, conserved
            time = (step - self._first[0]) * (timestep or 0.0)
            drift = 1000 * (conserved - self._first[1]) / (time * self._atoms) if time > 0 and self._atoms else None
        return Reading(
            step=None if step is None else int(step),
            last=self._last,
            timestep=timestep,
            temperature=row.get("Temp"),
            conserved=conserved if energy is not None else None,
            drift=drift,
            torque=None if energy is None or units is None else self._torque(energy, units.energy),
            broken=self._broken,
        )

    def _conserved(self) -> float | None:
        if "Econserve" in self._row:
            return self._row["Econserve"]
        is_nve = ensemble_of(self._settings.fixes)[0] == "NVE"
        return self._row.get("TotEng") if is_nve else None

    def _torque(self, energy: float, unit: float) -> float | None:
        columns = {name: np.array([value]) for name, value in self._row.items()}
        torque = EnergyColumns(columns, self._settings, energy, unit).torque()
        return None if torque is None else float(np.linalg.norm(torque[0, 0]))

    def _take(self, line: str) -> None:
        if self._begins_table:
            self._names, self._begins_table = line.split(), False
            return
        if BANNER.match(line):
            self._begins_table = True
        elif line.startswith(END):
            self._names = None
        elif self._names is not None:
            self._take_row(line, self._names)
        else:
            self._take_other(line)

    def _take_row(self, line: str, names: list[str]) -> None:
        row = row_of(line.encode().split(), len(names))
        if row is None or "Step" not in names:
            return
        columns = original_names(dict(zip(names, map(np.array, row), strict=True)), self._settings.renamed)
        self._row = {name: float(value) for name, value in columns.items()}
        if self._steps is not None:
            steps, is_last = self._steps
            self._last = steps if is_last else int(self._row["Step"]) + steps
            self._steps = None
        if self._broken is None:
            self._broken = next((name for name in _WATCHED if not math.isfinite(self._row.get(name, 0.0))), None)

    def _take_other(self, line: str) -> None:
        atoms, words = _ATOMS.search(line), command_of(line)
        if atoms is not None:
            self._atoms = int(atoms[1] or atoms[2])
        elif words:
            self._settings.carry_out(words, 0)
            if (run := _STEPS.match(line)) is not None:
                self._steps, self._first = (int(run[1]), run[2] is not None), None
