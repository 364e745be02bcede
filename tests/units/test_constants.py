"""Constants of the analysis, against SciPy's, ASE's and those of the core."""

from __future__ import annotations

import ase.units
import pytest
from scipy import constants as scipy_constants

from tumble import _core
from tumble.units import constants


def test_constants_are_those_of_codata() -> None:
    """SciPy has CODATA 2022 from 1.15 on; ASE has 2014."""
    known = scipy_constants.physical_constants
    expected = {
        "SI_CHARGE": (scipy_constants.e, ase.units._e),
        "SI_AVOGADRO": (scipy_constants.N_A, ase.units._Nav),
        "SI_HBAR": (scipy_constants.hbar, ase.units._hbar),
        "SI_BOLTZMANN": (scipy_constants.k, ase.units._k),
        "SI_LIGHT": (scipy_constants.c, ase.units._c),
        "SI_ATOMIC_MASS": (scipy_constants.atomic_mass, ase.units._amu),
        "SI_ELECTRIC": (scipy_constants.epsilon_0, ase.units._eps0),
        "SI_ANGSTROM": (scipy_constants.angstrom, ase.units.Ang / ase.units.m),
        "SI_PICOSECOND": (scipy_constants.pico, 1e3 * ase.units.fs / ase.units.second),
        "HARTREE": (known["Hartree energy in eV"][0], ase.units.Hartree),
        "BOHR": (known["Bohr radius"][0] * 1e10, ase.units.Bohr),
        "BOLTZMANN": (known["Boltzmann constant in eV/K"][0], ase.units.kB),
        "EV_IN_KJ_PER_MOL": (scipy_constants.eV * scipy_constants.N_A / 1000, ase.units.mol / ase.units.kJ),
        "KCAL_IN_KJ": (scipy_constants.calorie, ase.units.kcal / ase.units.kJ),
        "EV_PER_CUBIC_ANGSTROM_IN_BAR": (scipy_constants.eV * 1e30 / scipy_constants.bar, 1 / ase.units.bar),
    }
    assert set(expected) == {name for name in vars(constants) if name.isupper() and not name.startswith("_")}
    for name, (scipy_value, ase_value) in expected.items():
        assert getattr(constants, name) == pytest.approx(scipy_value, rel=1e-9), name
        assert getattr(constants, name) == pytest.approx(ase_value, rel=2e-6), name


def test_constants_are_those_of_the_core() -> None:
    ours = {
        "hartree_in_ev": constants.HARTREE,
        "bohr_in_angstrom": constants.BOHR,
        "ev_per_cubic_angstrom_in_bar": constants.EV_PER_CUBIC_ANGSTROM_IN_BAR,
        "ev_in_kcal_per_mol": constants.EV_IN_KJ_PER_MOL / constants.KCAL_IN_KJ,
    }
    assert ours == pytest.approx(_core.units, rel=1e-15)
