"""Thermo output of a LAMMPS run as one table, in Tumble's units and under its names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tumble.runs.lammps.columns import original_names
from tumble.runs.lammps.ensemble import PATH_INTEGRAL
from tumble.runs.lammps.part import Part
from tumble.types import Array
from tumble.units.constants import BOLTZMANN
from tumble.units.lammps import LammpsUnits

_SEVERAL = 1.5  # freely moving atoms, above which energies can't be per atom
_CONSTRAINED = 0.2  # fraction of an atom's degrees of freedom; constraints leave more
# Notes for logs that don't echo `thermo_modify norm`, by whether energies are per atom.
_NORMALIZATION_NOTES = {
    None: "The log doesn't say whether energies are per atom (`thermo_modify norm`): they are taken as total energies.",
    True: "Energies in the log are per atom, according to its kinetic energy and temperature.",
    False: "",
}
_ENERGIES = {"PotEng": "potential", "KinEng": "kinetic"}


@dataclass(frozen=True)
class Thermo:
    """Thermo output.

    Attributes:
        columns: [T] each, under the names of LAMMPS and, in Tumble's units, under the names of `tumble.runs.Run.log`.
        energy: Factor to eV for an energy of the whole system, or its derivative with respect to an angle; None if
            unknown.
        notes: Sentences about assumptions and omissions.
    """

    columns: dict[str, Array]
    energy: float | None
    notes: tuple[str, ...]


def thermo_of(part: Part, atoms: int | None, units: LammpsUnits, ensemble: str) -> Thermo:
    """Return the thermo output of a part of a run.

    Args:
        part: The part.
        atoms: Number of atoms, if the log gives it.
        units: Units of the log.
        ensemble: Result of `ensemble_of`.
    """
    columns = original_names(part.columns, part.settings.renamed)
    if not columns:
        return Thermo({}, None, ())
    regular = _regular(columns["Step"])
    notes = []
    if not regular.all():
        notes.append(f"{np.sum(~regular)} rows of the log at irregular steps are left out.")
    columns = {key: values[regular] for key, values in columns.items()}
    exploded = np.flatnonzero(~np.all([np.isfinite(values) for values in columns.values()], axis=0))
    if len(exploded) > 0:
        step = columns["Step"][exploded[0]]
        notes.append(f"Thermo output has values that are infinite or NaN, the first at step {step:.0f}.")
    energy: float | None = units.energy
    normalized: bool | None = part.settings.normalized
    if not part.settings.echoed:
        normalized = _normalized(columns, atoms, units.energy)
        notes.append(_NORMALIZATION_NOTES[normalized])
    if normalized:
        energy = None if atoms is None else units.energy * atoms
    if energy is None:
        notes.append("Energies in the log are per atom and the number of atoms is unknown: they aren't used.")
    else:
        columns |= _energies(columns, ensemble, energy)
    if "Temp" in columns and ensemble != PATH_INTEGRAL:
        columns["temperature"] = columns["Temp"]
    if "Press" in columns:
        columns["pressure"] = columns["Press"] * units.pressure
    return Thermo(columns, energy, tuple(filter(None, notes)))


def _normalized(columns: Mapping[str, Array], atoms: int | None, energy: float) -> bool | None:
    """Return whether energies are per atom, from the kinetic energy and the temperature; None if undecided.

    In LAMMPS the kinetic energy is f/2 kT with f = 3N - 3 degrees of freedom for N atoms, fewer with constraints
    (https://docs.lammps.org/compute_temp.html).
    """
    if "Temp" not in columns or atoms is None:
        return None
    if "KinEng" in columns:
        kinetic = columns["KinEng"]
    elif "TotEng" in columns and ("PotEng" in columns or "E_pair" in columns):
        parts = ("PotEng",) if "PotEng" in columns else ("E_pair", "E_mol")
        kinetic = columns["TotEng"] - sum(columns[part] for part in parts if part in columns)
    else:
        return None
    moving = np.isfinite(kinetic) & np.isfinite(columns["Temp"]) & (columns["Temp"] > 0)
    if not moving.any():
        return None
    # Number of freely moving atoms: 1 - 1/N if energies are per atom, N - 1 otherwise.
    free = float(np.mean(kinetic[moving]) * energy / (1.5 * BOLTZMANN * np.mean(columns["Temp"][moving])))
    if free > _SEVERAL:
        return False
    return True if _CONSTRAINED < free < 1 - 0.5 / atoms else None


def _regular(steps: Array) -> NDArray[np.bool_]:
    """Return which steps lie at the most frequent interval; the last steps of runs may not."""
    if len(steps) < 3:
        return np.ones(len(steps), dtype=bool)
    distances, counts = np.unique(np.diff(steps), return_counts=True)
    interval = distances[np.argmax(counts)]
    rests, counts = np.unique(steps % interval, return_counts=True)
    return np.asarray(steps % interval == rests[np.argmax(counts)])


def _energies(columns: Mapping[str, Array], ensemble: str, scale: float) -> dict[str, Array]:
    found = {ours: columns[name] * scale for name, ours in _ENERGIES.items() if name in columns}
    # The total energy is conserved without a thermostat; with one, only `econserve` is.
    conserved = "Econserve" if "Econserve" in columns else "TotEng" if ensemble == "NVE" else None
    if conserved is not None and conserved in columns:
        found["conserved"] = columns[conserved] * scale
    if ensemble == PATH_INTEGRAL:
        # One bead has the kinetic energy of normal modes, and only the energy of all beads together is conserved.
        found.pop("kinetic", None)
        found.pop("conserved", None)
    return found
