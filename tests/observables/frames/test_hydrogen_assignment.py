"""Molecules of water in the first frame."""

from __future__ import annotations

import MDAnalysis
import numpy as np
import pytest
from MDAnalysis.coordinates.memory import MemoryReader

from tumble.errors import NotApplicableError
from tumble.observables.frames.hydrogen_assignment import assign_hydrogens

BOX = np.array([6.0, 6.0, 6.0, 90.0, 90.0, 90.0])
# O H H O H H; the second molecule reaches through the boundary of the box.
START = np.array(
    [[1.0, 1.0, 1.0], [1.96, 1.0, 1.0], [1.0, 1.98, 1.0], [3.7, 1.0, 0.2], [3.7, 1.9, 0.2], [3.7, 1.0, 5.24]]
)
PROTON = 1  # of the first molecule, on the way to the oxygen of the second


def universe(*frames: np.ndarray, elements: str = "OHHOHH") -> MDAnalysis.Universe:
    made = MDAnalysis.Universe.empty(len(elements), trajectory=True)
    made.add_TopologyAttr("elements", list(elements))
    made.load_new(np.array(frames, dtype=np.float32), format=MemoryReader, dimensions=BOX)
    return made


def moved(distance: float) -> np.ndarray:
    """The proton at this distance from its oxygen."""
    frame = START.copy()
    frame[PROTON] = START[0] + distance * np.array([1.0, 0.0, 0.0])
    return frame


def test_hydrogens_belong_to_the_nearest_oxygen_through_the_boundary() -> None:
    np.testing.assert_array_equal(assign_hydrogens(universe(START)), [[0, 1, 2], [3, 4, 5]])


def test_what_is_no_water_is_refused() -> None:
    with pytest.raises(NotApplicableError, match="two H for each O, got 3 H and 3 O"):
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
