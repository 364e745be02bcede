"""Molecules that stay whole, that cross the faces of the cell, and that dissociate."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from tests.launch.checks.conftest import WATER

from tumble.errors import NotApplicableError
from tumble.launch.checks.check import Outcome
from tumble.launch.checks.molecules import Molecules
from tumble.simulation_file import Expect, Limits

TWO = np.concatenate([WATER, WATER + np.array([4.0, 4.0, 0.0])])


def stretched(length: float) -> np.ndarray:
    """Two molecules, whose last bond has `length` times its length."""
    positions = TWO.copy()
    positions[5] = positions[3] + length * (positions[5] - positions[3])
    return positions


def test_whole_molecules(outcome: Callable[..., Outcome]) -> None:
    assert Molecules().failure(outcome(frames=[(0, TWO), (10, stretched(1.9)), (20, TWO)])) is None


def test_molecules_may_cross_faces_of_the_cell(outcome: Callable[..., Outcome]) -> None:
    moved = TWO.copy()
    moved[1] -= [9.0, 0.0, 0.0]
    assert Molecules().failure(outcome(frames=[(0, TWO), (10, moved)])) is None


def test_dissociation(outcome: Callable[..., Outcome]) -> None:
    failure = Molecules().failure(outcome(frames=[(0, TWO), (10, TWO), (20, stretched(2.5))]))
    assert failure is not None
    assert "1 of 4 bonds" in failure
    assert "in frame 2 (t = 0.02 ps), the longest between atoms 4 (O) and 6 (H)" in failure


def test_settings_of_the_user(outcome: Callable[..., Outcome]) -> None:
    frames = [(0, TWO), (10, stretched(2.5))]
    assert Molecules().failure(outcome(frames=frames, expect=Expect(limits=Limits(stretch=3.0)))) is None
    with pytest.raises(NotApplicableError, match="turns it off"):
        Molecules().failure(outcome(frames=frames, expect=Expect(molecules=False)))


def test_a_network_is_not_watched(outcome: Callable[..., Outcome]) -> None:
    """A net of atoms through the whole cell has bonds that a melt breaks."""
    net = np.array([[0.7 * (number % 10), 0.7 * (number // 10), 0.0] for number in range(20)])
    frames = [(0, net), (10, 3 * net)]
    with pytest.raises(NotApplicableError, match="one network"):
        Molecules().failure(outcome(frames=frames))
    assert Molecules().failure(outcome(frames=frames, expect=Expect(molecules=True))) is not None
