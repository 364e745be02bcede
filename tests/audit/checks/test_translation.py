"""Translations, wrapping and images."""

from __future__ import annotations

import numpy as np
import pytest
from support.faulty_potentials import absolute, drifting

from tumble.audit.checks.translation import Translation


@pytest.mark.parametrize("name", ["harmonic", "two_hop"])
@pytest.mark.parametrize("system", ["molecule", "triclinic", "small", "slab"])
def test_toys_are_exact(case_of, name, system):
    assert all(value.exact for value in Translation().run(case_of(name, system)).values.values())


def test_an_energy_that_depends_on_the_place(emt_case):
    assert all(value.exact for value in Translation().run(emt_case(drifting)).values.values())
    found = Translation().run(emt_case(absolute)).values
    assert not found["translation-energy"].exact
    assert found["translation-energy"].value < 1e-3 * 40.0  # 1 meV per atom and Å
    assert found["translation-forces"].exact


def test_open_structures_move_alone(emt_case):
    atoms = emt_case(absolute).atoms
    atoms.pbc = False
    case = emt_case(absolute, atoms)
    moved = 10.0 * case.random("translation").standard_normal(3)[0]
    assert Translation().run(case).values["translation-energy"].value == pytest.approx(1e-3 * np.abs(moved), rel=1e-6)
