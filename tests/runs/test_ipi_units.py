"""Units of i-PI, against its own table."""

from __future__ import annotations

from collections.abc import Mapping

import ase.units
import pytest

from tumble.analysis import TrajectoryError
from tumble.runs.ipi_units import ENERGY, PRESSURE, TEMPERATURE, TIME, factor

UNITS = {
    "energy": (ENERGY, "electronvolt"),
    "temperature": (TEMPERATURE, "kelvin"),
    "time": (TIME, "picosecond"),
    "pressure": (PRESSURE, "bar"),
}
NAMES = [(kind, name) for kind, (units, _) in UNITS.items() for name in units]


@pytest.mark.parametrize(("kind", "name"), [*NAMES, ("energy", "millielectronvolt"), ("pressure", "gigapascal")])
def test_factors_are_those_of_ipi(kind: str, name: str) -> None:
    units = pytest.importorskip("ipi.utils.units")
    table, ours = UNITS[kind]
    expected = units.unit_to_user(kind, ours, units.unit_to_internal(kind, name, 1.0))
    assert factor(table, name, "column") == pytest.approx(expected, rel=4e-5 if kind == "pressure" else 2e-6)


@pytest.mark.parametrize("name", [None, "", "automatic", "atomic_unit", " 'atomic_unit' "])
def test_without_a_name_units_are_atomic(name: str | None) -> None:
    assert factor(ENERGY, name, "potential") == ase.units.Hartree


@pytest.mark.parametrize("units", [ENERGY, TIME])
def test_unknown_unit_is_named(units: Mapping[str, float]) -> None:
    with pytest.raises(TrajectoryError, match=r"`column`: expected one of the units atomic_unit, .*, got `fortnight`"):
        factor(units, "fortnight", "column")
