"""Reader of the logs of LAMMPS while they grow: thermo output in the styles `one` and `custom`."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from typing_extensions import override

from tumble.launch.checks.check import target_of
from tumble.launch.checks.temperature import highest_while_running
from tumble.launch.growing_file import GrowingFile
from tumble.launch.reading import Details, Monitor, Reading
from tumble.runs.lammps.columns import EnergyColumns, original_names
from tumble.runs.lammps.ensemble import PATH_INTEGRAL, ensemble_of, temperature_of
from tumble.runs.lammps.settings import Settings, command_of
from tumble.runs.lammps.table import BANNER, END
from tumble.runs.text_rows import row_of
from tumble.simulation_file import Expect
from tumble.units.lammps import STYLES

_ATOMS = re.compile(r"\bwith (\d{1,18}) atoms$|^\s+(\d{1,18}) atoms$")
_STEPS = re.compile(r"run\s+(\d+)(\s+upto)?\b")
_WATCHED = ("Temp", "PotEng", "KinEng", "TotEng", "Econserve", "Press")


class LammpsMonitor(Monitor):
    """Reader of the log of one start.

    Args:
        log: The log.
        skip: Bytes of an earlier start.
        expect: What the run is checked for.
    """

    def __init__(self, log: Path, skip: int, expect: Expect) -> None:
        self._file = GrowingFile(log, skip)
        self._expect = expect
        self._settings = Settings()
        self._atoms: int | None = None
        self._names: list[str] | None = None
        self._begins_table = False
        self._steps: tuple[int, bool] | None = None  # of the running `run`, and whether it is the last step
        self._last: int | None = None
        self._first: tuple[float, float] | None = None
        self._first_temperature: float | None = None  # of the running `run`
        self._row: dict[str, float] = {}
        self._broken: str | None = None

    @override
    def read(self) -> Reading:
        for line in self._file.new_lines():
            self._take(line)
        units, row, settings = STYLES.get(self._settings.units or ""), self._row, self._settings
        timestep = None if units is None or settings.timestep is None else settings.timestep * units.time
        energy = self._energy()
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
            atoms=self._atoms,
            temperature=None if self._is_bead else row.get("Temp"),
            highest=self._highest(),
            conserved=conserved if energy is not None else None,
            drift=drift,
            broken=self._broken,
        )

    @override
    def details(self) -> Details:
        units, energy = STYLES.get(self._settings.units or ""), self._energy()
        return Details(torque=None if energy is None or units is None else self._torque(energy, units.energy))

    @property
    def _is_bead(self) -> bool:
        """Whether it is a bead of a path integral, whose log has the temperature of the ring polymer."""
        return ensemble_of(self._settings.fixes)[0] == PATH_INTEGRAL

    def _energy(self) -> float | None:
        """Return the factor to eV for energies of the whole system; None if unknown."""
        units, per = STYLES.get(self._settings.units or ""), (self._atoms or 0) if self._settings.normalized else 1
        return None if units is None or not per else units.energy * per

    def _highest(self) -> float | None:
        """Return the temperature above which the running `run` counts as exploded, K; None if unknown."""
        if self._first_temperature is None:
            return None
        ensemble, thermostat = ensemble_of(self._settings.fixes)
        target = target_of(self._expect, thermostat, temperature_of(self._settings.fixes, None, ensemble))
        return highest_while_running(self._expect, target, self._first_temperature, self._atoms, 1)

    def _conserved(self) -> float | None:
        if self._is_bead:
            return None  # only the energy of all beads together is conserved
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
        if self._first_temperature is None:
            self._first_temperature = self._row.get("Temp")
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
                self._first_temperature = None


class PartitionsMonitor(Monitor):
    """Reader of the logs of all partitions; values are those of the first.

    Args:
        monitors: Readers of their logs.
    """

    def __init__(self, monitors: Sequence[LammpsMonitor]) -> None:
        self._monitors = monitors

    @override
    def read(self) -> Reading:
        first, *others = [monitor.read() for monitor in self._monitors]
        broken = [(number, each.broken) for number, each in enumerate(others, 1) if each.broken is not None]
        if first.broken is not None or not broken:
            return first
        return replace(first, broken=f"{broken[0][1]} of partition {broken[0][0]}")

    @override
    def details(self) -> Details:
        return self._monitors[0].details()
