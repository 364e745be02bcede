"""Styles of units of LAMMPS (https://docs.lammps.org/units.html), as factors to Tumble's units.

Velocities and forces are converted to the units of MDAnalysis.
"""

from __future__ import annotations

from typing import NamedTuple

from tumble.errors import ConfigurationError
from tumble.units.constants import EV_IN_KJ_PER_MOL, KCAL_IN_KJ


class LammpsUnits(NamedTuple):
    """Factors of a style of units; all styles have lengths in Å.

    Attributes:
        style: Name of the style.
        time: Factor to ps.
        velocity: Factor to Å/ps.
        force: Factor to kJ/(mol Å).
        energy: Factor to eV.
        pressure: Factor to bar.
    """

    style: str
    time: float
    velocity: float
    force: float
    energy: float
    pressure: float


#: Units of each style that can be read.
STYLES = {
    "metal": LammpsUnits("metal", 1.0, 1.0, EV_IN_KJ_PER_MOL, 1.0, 1.0),
    "real": LammpsUnits("real", 1e-3, 1e3, KCAL_IN_KJ, KCAL_IN_KJ / EV_IN_KJ_PER_MOL, 1.01325),
}


def lammps_units(style: str) -> LammpsUnits:
    """Return the units of a style.

    Raises:
        ConfigurationError: If it isn't `metal` or `real`.
    """
    if style not in STYLES:
        raise ConfigurationError(f"`units`: expected the style `metal` or `real`, got `{style}`")
    return STYLES[style]
