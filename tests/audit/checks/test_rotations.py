"""Spread over rotations: of a toy with one degree, and of invariant toys."""

from __future__ import annotations

import numpy as np
import pytest
from support.faulty_potentials import Chiral, drifting, oriented

from tumble.audit.checks.rotations import Rotations
from tumble.audit.checks.spectrum import SpectrumCheck


def test_spread_is_that_of_a_quadrature(case_of):
    """Over 1000 random rotations, whose standard deviation has an error of some percent."""
    case = case_of("harmonic", rotations=1000, spectrum=3)
    value = Rotations().run(case).values["rotation-energy"]
    quadrature = SpectrumCheck().run(case).details["even_total"]
    assert len(case.atoms) * value.value == pytest.approx(np.sqrt(quadrature), rel=0.1)
    assert not value.exact


@pytest.mark.parametrize("system", ["molecule", "triclinic", "slab"])
def test_invariant_toys_are_exact(case_of, system):
    assert all(value.exact for value in Rotations().run(case_of("pair", system)).values.values())


def test_a_chiral_toy_is_exact(faulty_case):
    assert all(value.exact for value in Rotations().run(faulty_case(Chiral())).values.values())


def test_calculators(emt_case):
    found = Rotations().run(emt_case(drifting)).values
    assert found["rotation-energy"].exact
    assert not found["rotation-forces"].exact  # the constant force turns
    assert not Rotations().run(emt_case(oriented)).values["rotation-energy"].exact
