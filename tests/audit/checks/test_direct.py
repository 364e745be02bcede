"""Direct forces, and forces that aren't a gradient."""

from __future__ import annotations

import numpy as np
import pytest
from support.faulty_potentials import SWIRL, Direct, drifting, swirling

from tumble.audit.checks.direct import Direct as DirectCheck
from tumble.errors import NotApplicableError


def test_direct_forces_of_a_model(faulty_case):
    case = faulty_case(Direct(), outputs=("energy", "forces"))
    found = DirectCheck().run(case).values
    difference = case.subject.direct_forces(case.atoms) - case.forces
    assert found["direct-forces"].value == pytest.approx(np.sqrt(np.mean(difference**2)), rel=1e-12)
    assert not found["curl"].exact


def test_gradients_have_no_curl(case_of):
    with pytest.raises(NotApplicableError, match="gradient"):
        DirectCheck().run(case_of("pair"))


def test_a_swirl_of_a_calculator(emt_case):
    """dF_y/dx = -dF_x/dy = SWIRL for each atom: |J - J^T|^2 / 3N = 8 SWIRL^2 / 3, on average over directions."""
    squares = []
    for seed in range(20):
        case = emt_case(swirling, seed=seed)
        squares.append(DirectCheck().run(case).values["curl"].value ** 2)
    assert np.sqrt(np.mean(squares)) == pytest.approx(np.sqrt(8.0 / 3.0) * SWIRL, rel=0.3)


def test_a_constant_force_has_no_curl(emt_case):
    found = DirectCheck().run(emt_case(drifting)).values
    assert found["curl"].value < 1e-4
