"""float32 against float64, with the shipped model."""

from __future__ import annotations

import pytest
from ase import Atoms
from ase.calculators.emt import EMT
from support.faulty_potentials import Lonely, faulty_model
from support.systems import systems

from tumble.audit.calculator_subject import CalculatorSubject
from tumble.audit.case import Case
from tumble.audit.checks.precision import Precision
from tumble.audit.model_subject import ModelSubject
from tumble.audit.options import Options
from tumble.errors import NotApplicableError


def test_float32_is_its_rounding():
    case = Case(ModelSubject("water", device="cpu", check=False), systems()["molecule"], 0, Options())
    found = Precision().run(case).values
    assert 0.0 < found["precision-forces"].value < 1e-4
    assert 0.1 < found["precision-forces"].value / case.noise.forces < 10.0


def test_a_copy_that_does_not_run(model_file, tmp_path):
    single = ModelSubject("water", device="cpu", check=False)
    single.in_double = lambda: faulty_model(model_file("pair"), tmp_path, Lonely())
    with pytest.raises(NotApplicableError, match="no edges"):
        Precision().run(Case(single, Atoms("O"), 0, Options()))


def test_where_there_is_one_precision(case_of):
    with pytest.raises(NotApplicableError, match="float64"):
        Precision().run(case_of("pair"))
    with pytest.raises(NotApplicableError, match="calculator"):
        Precision().run(Case(CalculatorSubject(EMT(), "emt"), systems()["molecule"], 0, Options()))
