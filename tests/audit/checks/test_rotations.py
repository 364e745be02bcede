"""Spread over rotations: of a toy with one degree, and of invariant toys."""

from __future__ import annotations

import numpy as np
import pytest
from support.faulty_potentials import Chiral
from support.systems import systems

from tumble.audit.checks.rotations import Rotations


def test_spread_is_that_of_the_harmonic(case_of):
    """The energy has l = 2 alone, so all its variance over rotations is that power; its estimate has 1/K errors."""
    case = case_of("harmonic", rotations=2000)
    value = Rotations().run(case).values["rotation-energy"]
    atoms = len(systems()["triclinic"])
    expected = float(np.std(case.subject.evaluate(case.atoms, case.proper).energies, ddof=1)) / atoms
    assert value.value == pytest.approx(expected, rel=1e-6)
    assert not value.exact
    other = case_of("harmonic", rotations=2000, seed=7)
    assert Rotations().run(other).values["rotation-energy"].value == pytest.approx(value.value, rel=0.1)


@pytest.mark.parametrize("system", ["molecule", "triclinic", "slab"])
def test_invariant_toys_are_exact(case_of, system):
    assert all(value.exact for value in Rotations().run(case_of("pair", system)).values.values())


def test_a_chiral_toy_is_exact(faulty_case):
    assert all(value.exact for value in Rotations().run(faulty_case(Chiral())).values.values())


def test_calculators(emt_case):
    from support.faulty_potentials import drifting, oriented

    found = Rotations().run(emt_case(drifting)).values
    assert found["rotation-energy"].exact
    assert not found["rotation-forces"].exact  # the constant force turns
    assert not Rotations().run(emt_case(oriented)).values["rotation-energy"].exact
