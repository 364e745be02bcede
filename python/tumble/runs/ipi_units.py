"""Units that i-PI may name in its input and outputs, as factors to those of `Run`: eV, K, ps, bar.

As in i-PI (`ipi.utils.units`), a name is a base unit behind a prefix such as `milli`; no name is atomic units. Values
are those of `ase.units`, with which i-PI's own table agrees to 2e-6, for pressures to 4e-5; its calorie is that of the
International Table.
"""

from __future__ import annotations

from collections.abc import Mapping

import ase.units
import scipy.constants

from tumble.analysis.trajectory_error import TrajectoryError

_PREFIXES = {"": 1.0, "yotta": 1e24, "zetta": 1e21, "exa": 1e18, "peta": 1e15, "tera": 1e12, "giga": 1e9, "mega": 1e6}
_PREFIXES |= {"kilo": 1e3, "milli": 1e-3, "micro": 1e-6, "nano": 1e-9, "pico": 1e-12, "femto": 1e-15, "atto": 1e-18}
_PREFIXES |= {"zepto": 1e-21, "yocto": 1e-24}

ENERGY = {"atomic_unit": ase.units.Hartree, "electronvolt": 1.0, "kelvin": ase.units.kB, "ase": 1.0}
ENERGY |= {"j/mol": ase.units.J / ase.units.mol, "cal/mol": scipy.constants.calorie_IT * ase.units.J / ase.units.mol}
TEMPERATURE = {"atomic_unit": ase.units.Hartree / ase.units.kB, "kelvin": 1.0, "ase": 1.0}
TIME = {"atomic_unit": 1e12 * ase.units._aut, "second": 1e12, "ase": 1e-3 / ase.units.fs}
PRESSURE = {"atomic_unit": ase.units.Hartree / ase.units.Bohr**3 / ase.units.bar, "bar": 1.0, "pascal": 1e-5}
PRESSURE |= {"atmosphere": 1.01325, "ev/ang3": 1.0 / ase.units.bar, "ase": 1.0 / ase.units.bar}


def factor(units: Mapping[str, float], name: str | None, what: str) -> float:
    """Factor from a unit to ours.

    Args:
        units: One of the tables above.
        name: As i-PI has it; atomic units if there is none.
        what: Whose unit it is, for the error.

    Raises:
        TrajectoryError: If i-PI has no such unit.
    """
    unit = (name or "").strip().strip("'\"").strip()
    if unit in ("", "automatic"):
        return units["atomic_unit"]
    for prefix, power in _PREFIXES.items():
        base = unit.removeprefix(prefix).lower()
        if unit.startswith(prefix) and base in units:
            return power * units[base]
    raise TrajectoryError(
        f"`{what}`: expected one of the units {', '.join(units)}, perhaps with a prefix as in `milli`, got `{unit}`"
    )
