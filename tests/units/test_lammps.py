"""Styles of units of LAMMPS, against those of ASE."""

from __future__ import annotations

import ase.units
import pytest
from ase.calculators.lammps import convert

from tumble.errors import ConfigurationError
from tumble.units.lammps import lammps_units


@pytest.mark.parametrize("style", ["metal", "real"])
def test_factors_are_those_of_ase(style: str) -> None:
    units = lammps_units(style)
    picosecond = 1000 * ase.units.fs
    assert units.style == style
    assert convert(1.0, "distance", style, "ASE") == 1.0
    assert units.time == pytest.approx(convert(1.0, "time", style, "ASE") / picosecond, rel=1e-9)
    assert units.velocity == pytest.approx(convert(1.0, "velocity", style, "ASE") * picosecond, rel=1e-9)
    force = convert(1.0, "force", style, "ASE") / (ase.units.kJ / ase.units.mol)
    assert units.force == pytest.approx(force, rel=2e-6)  # ASE has CODATA 2014
    assert units.energy == pytest.approx(convert(1.0, "energy", style, "ASE"), rel=2e-6)
    assert units.pressure == pytest.approx(convert(1.0, "pressure", style, "ASE") / ase.units.bar, rel=2e-6)


def test_other_styles_are_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"`units`: .*`metal` or `real`, got `lj`"):
        lammps_units("lj")
