"""Units of i-PI, against its own table and SciPy's constants."""

from __future__ import annotations

import pytest
from scipy import constants

from tumble.analysis import TrajectoryError
from tumble.units.constants import EV_IN_KJ_PER_MOL
from tumble.units.ipi import (
    ENERGY,
    FORCE,
    FREQUENCY,
    LENGTH,
    PRESSURE,
    TEMPERATURE,
    TIME,
    VELOCITY,
    Units,
    factor,
)

TABLES = {
    "energy": ENERGY,
    "temperature": TEMPERATURE,
    "time": TIME,
    "frequency": FREQUENCY,
    "pressure": PRESSURE,
    "length": LENGTH,
    "velocity": VELOCITY,
    "force": FORCE,
}
NAMES = [(kind, name) for kind, units in TABLES.items() for name in units.known]


def _codata(name: str) -> float:
    return constants.physical_constants[name][0]


# An atomic unit in ours, from CODATA 2022 (SciPy 1.15; older editions differ in the tenth digit).
DRIVEN = {
    "energy": _codata("Hartree energy in eV"),
    "force": _codata("Hartree energy in eV") / _codata("Bohr radius") * constants.angstrom * EV_IN_KJ_PER_MOL,
}
# Units that the input of a user has, and what these are in ours.
GIVEN = {
    "temperature": ("kelvin", 1.0),
    "time": ("picosecond", 1.0),
    "frequency": ("inversecm", 1.0),
    "pressure": ("bar", 1.0),
    "length": ("angstrom", 1.0),
    "velocity": ("m/s", 0.01),
}


@pytest.mark.parametrize(("kind", "name"), [*NAMES, ("energy", "millielectronvolt"), ("pressure", "gigapascal")])
def test_factors_go_back_the_way_of_ipi(kind: str, name: str) -> None:
    """By i-PI's table to atomic units, from there by CODATA or, for what users give, by i-PI's table as well."""
    units = pytest.importorskip("ipi.utils.units")
    atomic = units.unit_to_internal(kind, name, 1.0)
    if kind in DRIVEN:
        expected = atomic * DRIVEN[kind]
        precision = 1e-9
    else:
        theirs, size = GIVEN[kind]
        expected = units.unit_to_user(kind, theirs, atomic) * size
        precision = 1e-14
    assert factor(TABLES[kind], name, "column") == pytest.approx(expected, rel=precision)


def test_what_users_give_comes_back_as_it_was() -> None:
    assert factor(TIME, "femtosecond", "timestep") == pytest.approx(1e-3, rel=1e-15)
    assert factor(TEMPERATURE, "kelvin", "temperature") == pytest.approx(1.0, rel=1e-15)
    assert factor(LENGTH, "angstrom", "positions") == pytest.approx(1.0, rel=1e-15)


def test_tables_have_all_units_of_ipi() -> None:
    units = pytest.importorskip("ipi.utils.units")
    for kind, ours in TABLES.items():
        assert set(ours.known) == set(units.UnitMap[kind]) - {"", "automatic", "radian", "degree"}


@pytest.mark.parametrize("name", [None, "", "automatic", "atomic_unit", " 'atomic_unit' "])
def test_without_a_name_units_are_atomic(name: str | None) -> None:
    assert factor(ENERGY, name, "potential") == ENERGY.ours


@pytest.mark.parametrize("units", [ENERGY, TIME])
def test_unknown_unit_is_named(units: Units) -> None:
    with pytest.raises(TrajectoryError, match=r"`column`: .*got `fortnight`"):
        factor(units, "fortnight", "column")
