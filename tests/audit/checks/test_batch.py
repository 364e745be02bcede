"""Batches."""

from __future__ import annotations

import pytest
from support.faulty_potentials import Crowded, drifting

from tumble.audit.checks.batch import Batch
from tumble.errors import NotApplicableError


@pytest.mark.parametrize("system", ["isolated", "triclinic"])
def test_toys_are_exact(case_of, system):
    assert all(value.exact for value in Batch().run(case_of("pet", system)).values.values())


def test_structures_that_see_each_other(faulty_case):
    assert not any(value.exact for value in Batch().run(faulty_case(Crowded())).values.values())


def test_calculators(emt_case):
    with pytest.raises(NotApplicableError):
        Batch().run(emt_case(drifting))
