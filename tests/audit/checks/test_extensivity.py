"""Two copies."""

from __future__ import annotations

import pytest
from support.faulty_potentials import Crowded, absolute, drifting
from support.systems import systems

from tumble.audit.checks.extensivity import Extensivity


@pytest.mark.parametrize("name", ["two_hop", "pet"])
@pytest.mark.parametrize("system", ["molecule", "triclinic", "small", "slab", "wire"])
def test_toys_are_exact(case_of, name, system):
    assert all(value.exact for value in Extensivity().run(case_of(name, system)).values.values())


@pytest.mark.parametrize("system", ["molecule", "triclinic"])
def test_an_energy_that_is_divided_by_the_number_of_atoms(faulty_case, system):
    case = faulty_case(Crowded(), system)
    found = Extensivity().run(case).values
    symbols = list(case.atoms.symbols)
    free = -3.0 * symbols.count("O") + 1.5 * symbols.count("H")
    assert found["extensivity-energy"].value == pytest.approx(0.5 * abs(case.energy - free) / len(symbols), rel=1e-9)


def test_calculators(emt_case):
    assert all(value.exact for value in Extensivity().run(emt_case(drifting)).values.values())
    atoms = systems()["molecule"]
    assert all(value.exact for value in Extensivity().run(emt_case(drifting, atoms)).values.values())
    assert not Extensivity().run(emt_case(absolute, atoms)).values["extensivity-energy"].exact
