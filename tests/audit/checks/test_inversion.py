"""Inversion, apart from rotations."""

from __future__ import annotations

import pytest
from support.faulty_potentials import Chiral

from tumble.audit.checks.inversion import Inversion
from tumble.errors import NotApplicableError


def test_a_chiral_energy_changes_its_sign(faulty_case):
    case = faulty_case(Chiral())
    found = Inversion().run(case).values
    assert found["inversion-energy"].value == pytest.approx(2.0 * abs(case.energy - _baseline(case)) / 24, rel=1e-9)
    assert not found["inversion-forces"].exact


def _baseline(case) -> float:
    """8 O and 16 H with the toys' energies of free atoms."""
    assert case.atoms.symbols.formula.count() == {"O": 8, "H": 16}
    return 8 * -3.0 + 16 * 1.5


@pytest.mark.parametrize("name", ["pair", "harmonic"])
def test_even_energies_are_exact(case_of, name):
    assert all(value.exact for value in Inversion().run(case_of(name)).values.values())


def test_odd_harmonics_are_not(case_of):
    """EdgeHarmonic weighs center and neighbor differently, so edges of both directions don't cancel."""
    assert not Inversion().run(case_of("harmonic_5")).values["inversion-energy"].exact


def test_a_planar_molecule_does_not_count_as_proof(faulty_case, case_of):
    with pytest.raises(NotApplicableError, match="mirror image"):
        Inversion().run(faulty_case(Chiral(), "molecule"))
    found = Inversion().run(case_of("harmonic_5", "molecule")).values  # what it does show is shown
    assert not found["inversion-energy"].exact
