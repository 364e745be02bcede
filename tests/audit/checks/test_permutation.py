"""Orders of atoms."""

from __future__ import annotations

import pytest
from ase import Atoms
from support.faulty_potentials import Ordered, drifting

from tumble.audit.checks.permutation import Permutation
from tumble.errors import NotApplicableError


@pytest.mark.parametrize("name", ["pair", "harmonic", "two_hop", "pet"])
def test_toys_are_exact(case_of, name):
    assert all(value.exact for value in Permutation().run(case_of(name)).values.values())


def test_an_order_that_counts(faulty_case):
    assert not any(value.exact for value in Permutation().run(faulty_case(Ordered())).values.values())


def test_calculators(emt_case):
    assert all(value.exact for value in Permutation().run(emt_case(drifting)).values.values())
    with pytest.raises(NotApplicableError):
        Permutation().run(emt_case(drifting, Atoms("Cu")))
