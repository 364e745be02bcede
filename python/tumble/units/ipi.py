"""Units in the input and outputs of i-PI, as factors to Tumble's units.

A name is a base unit after a prefix such as `milli`; without a name the unit is atomic. i-PI converts its output from
atomic units with its own constants, so it is converted back with the same ones (`ipi.utils.units`, i-PI 3.3.1, whose
numbers are from different editions of CODATA). From atomic units to Tumble's units there are two cases:

- Energies and forces come from a driver, which converted them with the constants of CODATA 2022. The same constants
  convert them to eV and eV/Å again, so that they equal the results of the model.
- Lengths, times, frequencies, velocities, temperatures and pressures are compared with the user's input, in Å, fs,
  cm⁻¹, K and bar. They are converted with the constants of i-PI, so that 0.5 fs, 300 K and 1000 bar are recovered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import ase.units

from tumble.errors import TrajectoryError
from tumble.units.constants import BOHR, EV_IN_KJ_PER_MOL, HARTREE

_PREFIXES = {"": 1.0, "yotta": 1e24, "zetta": 1e21, "exa": 1e18, "peta": 1e15, "tera": 1e12, "giga": 1e9, "mega": 1e6}
_PREFIXES |= {"kilo": 1e3, "milli": 1e-3, "micro": 1e-6, "nano": 1e-9, "pico": 1e-12, "femto": 1e-15, "atto": 1e-18}
_PREFIXES |= {"zepto": 1e-21, "yocto": 1e-24}

# Units of ASE, which i-PI takes from `ase.units`.
_ASE_ENERGY, _ASE_LENGTH = 1.0 / ase.units.Hartree, 1.0 / ase.units.Bohr
_ASE_TIME = _ASE_LENGTH * (1822.8885 / _ASE_ENERGY) ** 0.5


@dataclass(frozen=True)
class Units:
    """Units of one kind of quantity.

    Attributes:
        known: Factor from each unit to atomic units, by the names of i-PI.
        ours: Factor from atomic units to Tumble's unit.
    """

    known: Mapping[str, float]
    ours: float


#: In eV.
ENERGY = Units(
    {
        "atomic_unit": 1.0,
        "electronvolt": 0.036749326,
        "j/mol": 0.00000038087989,
        "cal/mol": 0.0000015946679,
        "kelvin": 3.1668152e-06,
        "ase": _ASE_ENERGY,
    },
    HARTREE,
)
#: In K.
TEMPERATURE = Units(
    {"atomic_unit": 1.0, "kelvin": 3.1668152e-06, "ase": ase.units.kB * _ASE_ENERGY}, 1.0 / 3.1668152e-06
)
#: In ps.
TIME = Units({"atomic_unit": 1.0, "second": 4.1341373e16, "ase": _ASE_TIME}, 1e12 / 4.1341373e16)
#: In cm⁻¹. Frequencies of i-PI are angular.
FREQUENCY = Units(
    {
        "atomic_unit": 1.0,
        "inversecm": 4.5563353e-06,
        "hertz*rad": 2.4188843e-17,
        "hertz": 1.5198298e-16,
        "hz": 1.5198298e-16,
        "thz": 1.5198298e-4,
        "ase": 1.0 / _ASE_TIME,
    },
    1.0 / 4.5563353e-06,
)
#: In bar.
PRESSURE = Units(
    {
        "atomic_unit": 1.0,
        "bar": 3.398827377e-9,
        "atmosphere": 3.44386184e-9,
        "pascal": 3.398827377e-14,
        "ev/ang3": 0.0054456877,
        "ase": _ASE_ENERGY / _ASE_LENGTH**3,
    },
    1.0 / 3.398827377e-9,
)
#: In Å.
LENGTH = Units({"atomic_unit": 1.0, "angstrom": 1.8897261, "meter": 1.8897261e10, "ase": _ASE_LENGTH}, 1.0 / 1.8897261)
#: In Å/ps.
VELOCITY = Units(
    {"atomic_unit": 1.0, "m/s": 4.5710289e-7, "ase": _ASE_LENGTH / _ASE_TIME}, ase.units.m * 1e-12 / 4.5710289e-7
)
#: In kJ/(mol Å), as in MDAnalysis.
FORCE = Units(
    {"atomic_unit": 1.0, "newton": 12137805.0, "ev/ang": 0.019446904, "ase": _ASE_ENERGY / _ASE_LENGTH},
    HARTREE / BOHR * EV_IN_KJ_PER_MOL,
)


def factor(units: Units, name: str | None, what: str) -> float:
    """Return the factor from a unit to Tumble's unit.

    Args:
        units: One of the tables above.
        name: Name in i-PI; None or empty for atomic units.
        what: Name of the quantity, for the error.

    Raises:
        TrajectoryError: If i-PI has no such unit.
    """
    unit = (name or "").strip().strip("'\"").strip()
    if unit in ("", "automatic"):
        return units.ours
    for prefix, power in _PREFIXES.items():
        base = unit.removeprefix(prefix).lower()
        if unit.startswith(prefix) and base in units.known:
            return power * units.known[base] * units.ours
    raise TrajectoryError(
        f"`{what}`: expected one of the units {', '.join(units.known)}, perhaps with a prefix as in `milli`, got "
        f"`{unit[:40]}`"
    )
