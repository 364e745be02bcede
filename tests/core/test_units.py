"""The table of constants against SciPy's."""

from __future__ import annotations

import pytest

from tumble import _core


def test_units_are_those_of_scipy() -> None:
    """CODATA 2022, as SciPy from 1.15 on; older editions differ in the eleventh digit."""
    from scipy import constants

    joule_per_ev = constants.physical_constants["electron volt"][0]
    expected = {
        "hartree_in_ev": constants.physical_constants["Hartree energy in eV"][0],
        "bohr_in_angstrom": constants.physical_constants["Bohr radius"][0] * 1e10,
        "ev_per_cubic_angstrom_in_bar": joule_per_ev * 1e30 / constants.bar,
        "ev_in_kcal_per_mol": joule_per_ev * constants.N_A / (1000 * constants.calorie),
    }
    assert set(_core.units) == set(expected)
    for name, value in expected.items():
        assert _core.units[name] == pytest.approx(value, rel=1e-9), name
