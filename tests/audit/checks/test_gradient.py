"""Forces against energies: exact toys, and forces that are off by a known vector."""

from __future__ import annotations

import numpy as np
import pytest
from support.faulty_potentials import NET, drifting, stressed

from tumble.audit.checks.gradient import Gradient


@pytest.mark.parametrize("name", ["pair", "harmonic", "two_hop", "pet"])
@pytest.mark.parametrize("system", ["molecule", "triclinic"])
def test_gradients_are_exact(case_of, name, system):
    (found,) = Gradient().run(case_of(name, system)).values.values()
    assert found.exact
    assert found.value < 1e-6


def test_a_constant_force(emt_case):
    """Three random directions give its rms to a factor; over seeds the mean square is that of NET in x."""
    squares = []
    for seed in range(20):
        case = emt_case(drifting, seed=seed)
        squares.append(Gradient().run(case).values["gradient-forces"].value ** 2)
    assert np.sqrt(np.mean(squares)) == pytest.approx(NET / np.sqrt(3.0), rel=0.3)
    assert not Gradient().run(emt_case(drifting)).values["gradient-forces"].exact
    assert Gradient().run(emt_case(stressed)).values["gradient-forces"].exact
