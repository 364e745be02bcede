"""Styles of units of LAMMPS, as factors to the units of MDAnalysis (https://docs.lammps.org/units.html)."""

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
    """

    style: str
    time: float
    velocity: float
    force: float


_STYLES = {
    "metal": LammpsUnits("metal", 1.0, 1.0, EV_IN_KJ_PER_MOL),
    "real": LammpsUnits("real", 1e-3, 1e3, KCAL_IN_KJ),
}


def lammps_units(style: str) -> LammpsUnits:
    """Return the units of a style.

    Raises:
        ConfigurationError: If it isn't `metal` or `real`.
    """
    if style not in _STYLES:
        raise ConfigurationError(f"`units`: expected the style `metal` or `real`, got `{style}`")
    return _STYLES[style]
