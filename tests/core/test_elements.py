"""Masses of the elements against ASE's table (IUPAC 2016)."""

from __future__ import annotations

import itertools

import pytest
from ase.data import atomic_masses, chemical_symbols

from tumble import _core

KNOWN = range(1, 97)


def test_weights_are_those_of_ase() -> None:
    for number in KNOWN:
        weight = _core.atomic_weight(chemical_symbols[number])
        assert weight == pytest.approx(atomic_masses[number], rel=1e-5)
        assert _core.may_have_mass(chemical_symbols[number], atomic_masses[number])
        assert _core.may_have_mass(chemical_symbols[number], round(atomic_masses[number], 1))
        assert _core.element_of_weight(weight) == chemical_symbols[number]
    for unknown in ("", "Og", "Ow", "h"):
        assert _core.atomic_weight(unknown) == 0
        assert _core.may_have_mass(unknown, 17.3)
    assert _core.element_of_weight(3.0) == ""


# Masses of isotopes: AME2020.
@pytest.mark.parametrize(
    ("symbol", "masses"),
    [
        ("H", [1, 1.00783, 2.01410, 3.01605]),
        ("C", [12, 13.00335, 14.00324]),
        ("O", [16, 17.99916]),
        ("Cl", [35, 34.96885, 36.96590, 35.5]),
        ("Fe", [55.93494]),
        ("U", [235.04393, 238.05079]),
    ],
)
def test_isotopes_fit(symbol: str, masses: list[float]) -> None:
    assert all(_core.may_have_mass(symbol, mass) for mass in masses)


@pytest.mark.parametrize(
    ("symbol", "mass"), [("H", 4.032), ("H", 1.5), ("O", 1.008), ("H", 15.999), ("N", 12.011), ("Co", 58.693)]
)
def test_other_masses_do_not_fit(symbol: str, mass: float) -> None:
    assert not _core.may_have_mass(symbol, mass)


def test_elements_in_each_other_s_place() -> None:
    """One of the two at least has a mass that doesn't fit, but for a few with isotopes at each other's weight."""
    weights = {chemical_symbols[number]: _core.atomic_weight(chemical_symbols[number]) for number in KNOWN}
    pairs = [
        {one, other}
        for one, other in itertools.combinations(weights, 2)
        if _core.may_have_mass(one, weights[other]) and _core.may_have_mass(other, weights[one])
    ]
    assert pairs == [{"Ar", "K"}, {"Ar", "Ca"}, {"Se", "Br"}, {"Bi", "Po"}, {"Po", "At"}]
