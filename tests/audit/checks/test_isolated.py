"""Atoms without neighbors."""

from __future__ import annotations

import pytest
from support.faulty_potentials import NET, Lonely, drifting

from tumble.audit.checks.isolated import Isolated
from tumble.errors import EvaluationError


@pytest.mark.parametrize("system", ["molecule", "triclinic"])
def test_energies_are_those_of_the_metadata(case_of, system):
    found = Isolated().run(case_of("two_hop", system))
    assert found.details["energies"] == {"H": pytest.approx(1.5), "O": pytest.approx(-3.0)}
    assert found.values["isolated-forces"].value == 0.0


def test_a_force_on_an_isolated_atom(emt_case):
    assert Isolated().run(emt_case(drifting)).values["isolated-forces"].value == pytest.approx(NET)


def test_a_model_that_fails(faulty_case):
    with pytest.raises(EvaluationError, match="no edges"):
        Isolated().run(faulty_case(Lonely()))
