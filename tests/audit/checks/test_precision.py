"""float32 against float64, with the shipped model."""

from __future__ import annotations

import pytest
from ase.calculators.emt import EMT
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


def test_where_there_is_one_precision(case_of):
    with pytest.raises(NotApplicableError, match="float64"):
        Precision().run(case_of("pair"))
    with pytest.raises(NotApplicableError, match="calculator"):
        Precision().run(Case(CalculatorSubject(EMT(), "emt"), systems()["molecule"], 0, Options()))
