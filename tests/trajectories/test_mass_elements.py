"""Elements from masses."""

from __future__ import annotations

import pytest
from ase.data import atomic_masses, chemical_symbols

from tumble.trajectories.mass_elements import element_named, elements_of_mass, is_natural


def test_each_stable_element_is_known_by_its_mass() -> None:
    """ASE's masses (IUPAC 2016), and those rounded."""
    for number in {*range(1, 84), 90, 92} - {43, 61}:
        symbol = chemical_symbols[number]
        for digits in (1, 2, 5):
            assert elements_of_mass(round(float(atomic_masses[number]), digits)) == [symbol], symbol


@pytest.mark.parametrize(
    ("mass", "elements"),
    [
        *[(1.0, "H"), (1.00794, "H"), (1.00797, "H"), (12.0, "C"), (14.0, "N"), (16.0, "O"), (32.0, "S"), (35.5, "Cl")],
        *[(2.0, "H"), (2.014, "H"), (3.016, "H"), (17.999, "O"), (18.0, "O"), (13.003, "C"), (15.0, "N"), (19.0, "F")],
        *[(40.0, "Ar Ca"), (39.95, "Ar"), (40.08, "Ca"), (59.0, "Co Ni"), (58.7, "Ni"), (65.39, "Zn")],
        # united atoms CH, CH2, CH3, CH4; coarse water; repartitioned H; reduced units of a mixture
        *[(mass, "") for mass in (13.019, 14.027, 15.035, 16.043, 18.015, 72.0, 3.024, 0.0, -1.0, 1.5, float("nan"))],
    ],
)
def test_rounded_masses_and_isotopes(mass: float, elements: str) -> None:
    assert elements_of_mass(mass) == elements.split()


def test_names_beside_masses() -> None:
    assert element_named("H", 3.024) == "H"
    assert element_named("D", 2.014) == "H"
    assert element_named("O", 11.967) == "O"
    assert element_named("W", 72.0) == ""  # coarse water, not tungsten
    assert element_named("N", 15.9994) == ""  # a name of a type, since the mass is that of O
    assert element_named("HO", 1.008) == ""
    assert is_natural(1.00794, "H")
    assert not is_natural(1.0, "H")
