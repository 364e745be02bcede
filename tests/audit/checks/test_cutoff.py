"""Jumps at the cutoff, which are known for planted ones and for Lennard-Jones."""

from __future__ import annotations

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk
from ase.calculators.lj import LennardJones
from support.faulty_potentials import JUMP, Abrupt, Bent, Kinked
from support.systems import systems

from tumble.audit.calculator_subject import CalculatorSubject
from tumble.audit.case import Case
from tumble.audit.checks.cutoff import Cutoff
from tumble.audit.options import Options
from tumble.errors import NotApplicableError


@pytest.mark.parametrize("system", ["molecule", "triclinic"])
def test_jumps_of_the_energy(faulty_case, system):
    found = Cutoff().run(faulty_case(Abrupt(), system)).values
    assert found["cutoff-energy"].value == pytest.approx(2 * JUMP, rel=1e-3)  # both edges of the pair
    assert found["cutoff-forces"].value < 1e-6


def test_jumps_of_the_force(faulty_case):
    """Of two atoms along (0.48, 0.6, 0.64), the largest component."""
    found = Cutoff().run(faulty_case(Kinked(), "molecule")).values
    assert found["cutoff-forces"].value == pytest.approx(2.0 * 0.64, rel=1e-6)
    assert found["cutoff-energy"].value < 1e-3


def test_a_bend_of_the_force_is_no_jump(faulty_case):
    """From one step of 3e-5 Å alone, the bend would look like a jump of 1e-6 eV/Å, twenty times what is allowed."""
    found = Cutoff().run(faulty_case(Bent(), "molecule")).values
    assert all(value.exact for value in found.values())


@pytest.mark.parametrize("name", ["pair", "harmonic", "two_hop"])
@pytest.mark.parametrize("system", ["molecule", "triclinic"])
def test_smooth_toys(case_of, name, system):
    assert all(value.exact for value in Cutoff().run(case_of(name, system)).values.values())


def test_lennard_jones():
    """ASE's is shifted, so its force alone jumps, by 24 eps / sigma (2 s^13 - s^7) with s = sigma / r."""
    calculator = LennardJones(sigma=1.0, epsilon=1.0, rc=2.5)
    atoms = bulk("Ar", "sc", a=1.1, cubic=True) * (5, 5, 5)  # no two images at once
    atoms.rattle(0.02, seed=3)
    found = Cutoff().run(Case(CalculatorSubject(calculator, "lj", cutoff=2.5), atoms, 0, Options())).values
    s = 1.0 / 2.5
    assert 0.4 < found["cutoff-forces"].value / abs(24.0 * (2.0 * s**13 - s**7)) <= 1.001
    assert found["cutoff-energy"].value < 1e-3
    smooth = LennardJones(sigma=1.0, epsilon=1.0, rc=2.5, ro=2.0, smooth=True)
    case = Case(CalculatorSubject(smooth, "lj", cutoff=2.5), atoms, 0, Options())
    assert all(value.exact for value in Cutoff().run(case).values.values())


def test_an_unknown_cutoff():
    with pytest.raises(NotApplicableError, match="--cutoff"):
        Cutoff().run(Case(CalculatorSubject(LennardJones(), "lj"), Atoms("Ar"), 0, Options()))


def test_no_pair_is_close(case_of):
    assert len(systems()["molecule"]) == 3
    assert np.isfinite(Cutoff().run(case_of("pair", "molecule")).values["cutoff-energy"].value)
