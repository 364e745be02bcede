"""The noise as a finding."""

from __future__ import annotations

from tumble.audit.checks.rounding import Rounding


def test_values_are_their_own_yardstick(case_of):
    case = case_of("two_hop")
    found = Rounding().run(case).values
    assert found["rounding-forces"].value == found["rounding-forces"].rounding == case.noise.forces
    assert found["rounding-energy"].value == case.noise.energy / len(case.atoms)
    assert all(measure.noise for measure in Rounding.measures)
