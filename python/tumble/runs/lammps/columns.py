"""Columns of a LAMMPS log with the results of Tumble's computes: the frame torque and the symmetry error.

They are energies, or derivatives of energies with respect to an angle, in the units of the run. With
`thermo_modify norm yes`, thermo output divides them by the number of atoms. A column is a compute (`c_ID[1]`), a
variable that equals it, or a `fix ave/time` that copies it without averaging.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tumble.runs.lammps.settings import Settings
from tumble.types import Array

# Keywords of `thermo_style custom`, and the headings of their columns.
_NAMES = {
    "step": "Step",
    "time": "Time",
    "dt": "Dt",
    "temp": "Temp",
    "press": "Press",
    "pe": "PotEng",
    "ke": "KinEng",
    "etotal": "TotEng",
    "econserve": "Econserve",
}


def original_names(columns: Mapping[str, Array], renamed: Mapping[str, str]) -> dict[str, Array]:
    """Return columns under their default names, undoing `thermo_modify colname`.

    Args:
        columns: [T] each.
        renamed: New names, by keyword or default name.
    """
    names = {given: _NAMES.get(keyword, keyword) for keyword, given in renamed.items()}
    return {names.get(name, name): values for name, values in columns.items()}


@dataclass(frozen=True)
class EnergyColumns:
    """Columns of thermo output that are energies, or derivatives of energies with respect to an angle.

    Attributes:
        columns: [T] each, under their default names.
        settings: Settings of the run.
        energy: Factor to eV for an energy of the system, including `thermo_modify norm`; None if unknown.
        unit: Factor to eV for an energy that LAMMPS doesn't normalize.
    """

    columns: Mapping[str, Array]
    settings: Settings
    energy: float | None
    unit: float

    def torque(self) -> Array | None:
        """Return the frame torque [T,1,3] of `compute ID all pair tumble`, eV/rad, if thermo output has it."""
        for identity, words in self.settings.computes.items():
            if words[3:5] == ["pair", "tumble"]:
                found = [self._extensive(f"c_{identity}[{index}]") for index in (1, 2, 3)]
                known = [values for values in found if values is not None]
                if len(known) == 3:
                    return np.stack(known, axis=1)[:, None, :]
        return None

    def symmetry(self) -> dict[str, Array]:
        """Return the columns [T] of `compute ID all tumble/symmetry`, under the names of `Run.symmetry`."""
        for identity, words in self.settings.computes.items():
            if words[3:4] != ["tumble/symmetry"]:
                continue
            bare, mean, spread = (self._extensive(f"c_{identity}[{index}]") for index in (1, 2, 3))
            force = self._intensive(f"c_{identity}[4]")
            found = {
                "energy_std": self._extensive(f"c_{identity}") if spread is None else spread,
                "force_rms": None if force is None else force * self.unit,
                "energy_shift": None if bare is None or mean is None else mean - bare,
            }
            known = {name: values for name, values in found.items() if values is not None}
            if known:
                return known
        return {}

    def _extensive(self, name: str) -> Array | None:
        """Return an extensive value of a compute, in eV for the whole system; None if no column has it."""
        for column in (name, *self._averages(name)):
            if column in self.columns and self.energy is not None:
                return self.columns[column] * self.energy
        # LAMMPS doesn't normalize variables.
        variable = next((f"v_{alias}" for alias in self._variables(name) if f"v_{alias}" in self.columns), None)
        return None if variable is None else self.columns[variable] * self.unit

    def _intensive(self, name: str) -> Array | None:
        """Return an intensive value of a compute, in units of the run; None if no column has it."""
        names = (name, *self._averages(name), *(f"v_{alias}" for alias in self._variables(name)))
        return next((self.columns[column] for column in names if column in self.columns), None)

    def _variables(self, name: str) -> list[str]:
        """Return the names of variables that equal a value of a compute."""
        variables = self.settings.variables.items()
        return [alias for alias, words in variables if words[2] == "equal" and "".join(words[3:]) == name]

    def _averages(self, name: str) -> list[str]:
        """Return the columns of `fix ave/time` that copy a value of a compute from single steps."""
        found = []
        for identity, words in self.settings.fixes.items():
            if words[3] != "ave/time" or words[5] != "1" or "mode" in words or "ave" in words[7:]:
                continue
            sources = [word for word in words[7:] if re.match(r"[cfv]_", word)]
            places = [place for place, source in enumerate(sources, 1) if source == name]
            # The fix gives a scalar for a single value, a vector for several.
            found += [f"f_{identity}[{place}]" if len(sources) > 1 else f"f_{identity}" for place in places]
        return found
