"""Inversion, apart from rotations."""

from __future__ import annotations

import ase.build
import pytest
from ase import Atoms
from support.faulty_potentials import Chiral, faulty_model

from tumble.audit.case import Case
from tumble.audit.checks.inversion import Inversion
from tumble.audit.options import Options
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


@pytest.mark.parametrize(
    "atoms",
    [
        Atoms("OH4", ase.build.molecule("CH4").positions),
        ase.build.bulk("OH", "rocksalt", a=4.0),
        ase.build.bulk("O", "fcc", a=3.0),  # one atom in a cell
    ],
    ids=str,
)
def test_symmetric_structures_do_not_hide_a_broken_parity(model_file, tmp_path, atoms):
    """They have mirror planes, so a rotation turns each into its inverse; distorted ones don't."""
    case = Case(faulty_model(model_file("pair"), tmp_path, Chiral()), atoms, 0, Options(rotations=2))
    assert all(value.exact for value in Inversion().differences(case).values.values())
    assert not any(value.exact for value in Inversion().run(case).values.values())


def test_three_atoms_do_not_count_as_proof(faulty_case, case_of):
    with pytest.raises(NotApplicableError, match="mirror image"):
        Inversion().run(faulty_case(Chiral(), "molecule"))
    found = Inversion().run(case_of("harmonic_5", "molecule")).values  # what they do show is shown
    assert not found["inversion-energy"].exact
