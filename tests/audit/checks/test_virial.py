"""Virials against strain."""

from __future__ import annotations

import numpy as np
import pytest
from support.faulty_potentials import drifting, stressed
from support.systems import systems

from tumble.audit.checks.virial import VirialCheck, strained
from tumble.errors import NotApplicableError


@pytest.mark.parametrize("name", ["pair", "harmonic", "two_hop"])
@pytest.mark.parametrize("system", ["molecule", "triclinic", "slab"])
def test_all_nine_components_of_models(case_of, name, system):
    assert VirialCheck().run(case_of(name, system)).values["virial"].exact


def test_a_stress_that_is_too_large(emt_case):
    assert VirialCheck().run(emt_case(drifting)).values["virial"].exact  # its stress is right
    case = emt_case(stressed)
    found = VirialCheck().run(case).values["virial"]
    tenth = np.linalg.norm(case.subject.virial(case.atoms).values) / 11.0 / 3.0 / len(case.atoms)
    assert 0.2 * tenth < found.value < 3.0 * tenth
    assert not found.exact


def test_open_structures_of_calculators_have_none(emt_case):
    atoms = systems()["molecule"]
    with pytest.raises(NotApplicableError, match="stress"):
        VirialCheck().run(emt_case(stressed, atoms))


def test_strain():
    atoms = systems()["triclinic"]
    strain = np.array([[0.0, 0.1, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
    found = strained(atoms, strain)
    np.testing.assert_allclose(found.positions[:, 1], atoms.positions[:, 1] + 0.1 * atoms.positions[:, 0])
    np.testing.assert_allclose(found.get_scaled_positions(), atoms.get_scaled_positions())
