"""The frame torque, from a virial and from energies."""

from __future__ import annotations

import numpy as np
import pytest
from support.faulty_potentials import stressed
from support.systems import systems

import tumble
from tumble.audit.calculator_subject import CalculatorSubject
from tumble.audit.case import Case
from tumble.audit.checks.torque import Torque
from tumble.audit.options import Options


def test_model_and_calculator_agree(case_of, model_file):
    calculator = tumble.Calculator(model_file("harmonic"), device="cpu")
    atoms = systems()["triclinic"]
    (model,) = Torque().run(case_of("harmonic")).values.values()
    turned = Case(CalculatorSubject(calculator, "harmonic"), atoms, 0, Options())
    (energies,) = Torque().run(turned).values.values()
    atoms.calc = calculator
    atoms.get_potential_energy()
    assert model.value == pytest.approx(float(np.linalg.norm(calculator.torque)), rel=1e-9)
    assert energies.value == pytest.approx(model.value, abs=5 * energies.rounding)
    assert not model.exact
    assert not energies.exact


def test_invariant_potentials(case_of, emt_case):
    for case in (case_of("pair"), emt_case(stressed)):
        assert all(value.exact for value in Torque().run(case).values.values())
