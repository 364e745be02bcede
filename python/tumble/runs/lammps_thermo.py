"""Thermo output of a LAMMPS run as one table, in our units and under our names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tumble.analysis.constants import EV_IN_KJ_PER_MOL, KCAL_IN_KJ
from tumble.analysis.reading.frames import continuing
from tumble.analysis.statistics.cells import Array
from tumble.runs.lammps_log import LammpsLog, Settings, Stage
from tumble.runs.run import PATH_INTEGRAL


@dataclass(frozen=True)
class Units:
    """Factors of a style of units, and what it sets.

    Attributes:
        energy: To eV.
        time: To ps.
        pressure: To bar.
        timestep: Default, ps.
    """

    energy: float
    time: float
    pressure: float
    timestep: float


UNITS = {
    "metal": Units(1.0, 1.0, 1.0, 0.001),
    "real": Units(KCAL_IN_KJ / EV_IN_KJ_PER_MOL, 1e-3, 1.01325, 0.001),
}
_ENERGIES = {"PotEng": "potential", "KinEng": "kinetic"}


@dataclass(frozen=True)
class Thermo:
    """Thermo output.

    Attributes:
        columns: [T] each, under the names of LAMMPS and, in our units, under ours (`tumble.runs.Run`).
        notes: What is left out.
    """

    columns: dict[str, Array]
    notes: tuple[str, ...]


def thermo_of(log: LammpsLog, settings: Settings, units: str, ensemble: str) -> Thermo:
    """That of the last `run`, with those before it that it continues under the same settings."""
    columns = _joined(log.stages)
    if not columns:
        return Thermo({}, ())
    regular = _regular(columns["Step"])
    notes = []
    if not regular.all():
        notes.append(f"{np.sum(~regular)} lines of the log, between the regular ones, are left out.")
    columns = {key: values[regular] for key, values in columns.items()}
    scale = UNITS[units].energy
    if settings.normalized and log.atoms is None:
        notes.append("Energies in the log are per atom, and the number of atoms isn't told: they aren't used.")
    else:
        columns |= _energies(columns, ensemble, scale * (log.atoms or 1) if settings.normalized else scale)
    if "Temp" in columns and ensemble != PATH_INTEGRAL:
        columns["temperature"] = columns["Temp"]
    if "Press" in columns:
        columns["pressure"] = columns["Press"] * UNITS[units].pressure
    return Thermo(columns, tuple(notes))


def timestep_of(columns: Mapping[str, Array], settings: Settings, units: str) -> float | None:
    """ps, from the times in the table, the command, or the default; None where a restart file had its own."""
    if "Time" in columns and len(columns["Step"]) > 1:
        passed = columns["Step"][-1] - columns["Step"][0]
        return float((columns["Time"][-1] - columns["Time"][0]) / passed * UNITS[units].time)
    if settings.timestep is None:
        return UNITS[units].timestep
    return None if np.isnan(settings.timestep) else settings.timestep * UNITS[units].time


def _joined(stages: Sequence[Stage]) -> dict[str, Array]:
    runs = [stage for stage in stages if stage.dynamics and len(stage.columns.get("Step", ())) > 0]
    if not runs:
        return {}
    parts = [runs[-1]]
    for stage in reversed(runs[:-1]):
        if not _continues(stage, parts[0]):
            break
        parts.insert(0, stage)
    columns = {key: np.concatenate([part.columns[key] for part in parts]) for key in parts[0].columns}
    keep = continuing(columns["Step"])
    return {key: values[keep] for key, values in columns.items()}


def _continues(stage: Stage, after: Stage) -> bool:
    """Whether the next stage goes on from this one under the same settings."""
    return (
        stage.columns.keys() == after.columns.keys()
        and stage.settings.fixes == after.settings.fixes
        and stage.settings.timestep == after.settings.timestep
        and stage.columns["Step"][-1] == after.columns["Step"][0]
    )


def _regular(steps: Array) -> NDArray[np.bool_]:
    """Which steps are at the distance that most are: the ends of runs needn't be."""
    if len(steps) < 3:
        return np.ones(len(steps), dtype=bool)
    distances, counts = np.unique(np.diff(steps), return_counts=True)
    interval = distances[np.argmax(counts)]
    rests, counts = np.unique(steps % interval, return_counts=True)
    return np.asarray(steps % interval == rests[np.argmax(counts)])


def _energies(columns: Mapping[str, Array], ensemble: str, scale: float) -> dict[str, Array]:
    found = {ours: columns[name] * scale for name, ours in _ENERGIES.items() if name in columns}
    # Without a thermostat the total energy is conserved; with one, only what LAMMPS calls `econserve`.
    conserved = "Econserve" if "Econserve" in columns else "TotEng" if ensemble == "NVE" else None
    if conserved is not None and conserved in columns:
        found["conserved"] = columns[conserved] * scale
    if ensemble == PATH_INTEGRAL:
        # Those of one bead in normal modes are none of atoms, and only all beads together conserve theirs.
        found.pop("kinetic", None)
        found.pop("conserved", None)
    return found
