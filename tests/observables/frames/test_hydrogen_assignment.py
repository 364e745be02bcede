"""Molecules of water in the first frame."""

from __future__ import annotations

import numpy as np
import pytest
from support.two_waters import START, moved, universe

from tumble.errors import NotApplicableError
from tumble.observables.frames.hydrogen_assignment import assign_hydrogens


def test_hydrogens_belong_to_the_nearest_oxygen_through_the_boundary() -> None:
    np.testing.assert_array_equal(assign_hydrogens(universe(START)), [[0, 1, 2], [3, 4, 5]])


def test_what_is_no_water_is_refused() -> None:
    with pytest.raises(NotApplicableError, match=r"two H .*, got 3 H and 3 O"):
        assign_hydrogens(universe(START, elements="OHOOHH"))
    message = r"whole molecules .*got 1 H .*index 0$"
    with pytest.raises(NotApplicableError, match=message):
        assign_hydrogens(universe(moved(1.4)))


def test_molecules_with_three_hydrogens_are_refused() -> None:
    shared = START.copy()
    shared[3:] = shared[:3] + np.array([1.96, 0.1, 0.0])
    shared[4] = shared[3] + np.array([3.0, 0.0, 0.0])
    with pytest.raises(NotApplicableError, match=r"got 3 H .*index 0"):
        assign_hydrogens(universe(shared))
