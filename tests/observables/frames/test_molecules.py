"""Molecules of different sizes, and what is summed over their atoms."""

from __future__ import annotations

import numpy as np
import pytest
from support.motions import MASSES, motion

from tumble.errors import ConfigurationError, NotApplicableError
from tumble.observables.frames.molecules import Molecules

ELEMENTS = "HOHNHHH"
BOX = np.array([10.0, 10, 10, 90, 90, 90])
PLACES = np.array([[9.8, 5, 5], [0.4, 5, 5], [0.4, 6, 5], [5, 5, 5], [5.9, 5, 5], [5, 5.9, 5], [5, 5, 5.9]])


def test_sums_over_molecules_of_any_size() -> None:
    molecules = Molecules(motion(ELEMENTS, PLACES[None], dimensions=BOX), [[1, 0, 2], [3, 4, 5, 6]])
    assert len(molecules) == 2
    assert list(molecules.sizes) == [3, 4]
    masses = [MASSES["O"] + 2 * MASSES["H"], MASSES["N"] + 3 * MASSES["H"]]
    assert molecules.molecular_masses == pytest.approx(masses)
    whole = molecules.whole(PLACES, BOX)
    # The first hydrogen of the water is on the other side of the cell.
    assert whole[1] == pytest.approx([-0.2, 5, 5])
    expected = (MASSES["O"] * PLACES[1] + MASSES["H"] * (PLACES[0] - [10, 0, 0] + PLACES[2])) / masses[0]
    assert molecules.centers(whole)[0] == pytest.approx(expected)
    assert molecules.spread(np.array([1.0, 2.0])) == pytest.approx([1, 1, 1, 2, 2, 2, 2])


def test_water_and_bonds_are_found() -> None:
    water = Molecules(motion("HOH", PLACES[None, :3], dimensions=BOX))
    assert list(water.atoms) == [1, 0, 2]
    bonded = motion("HOHNHHH", PLACES[None])
    bonded.add_TopologyAttr("bonds", [(0, 1), (1, 2), (3, 4), (3, 5), (3, 6)])
    assert list(Molecules(bonded).sizes) == [3, 4]


def test_bad_molecules_are_refused() -> None:
    universe = motion(ELEMENTS, PLACES[None])
    with pytest.raises(NotApplicableError, match="water, or bonds"):
        Molecules(universe)
    with pytest.raises(ConfigurationError, match=r"one molecule, got .*several"):
        Molecules(universe, [[0, 1], [1, 2]])
    with pytest.raises(ConfigurationError, match=r"indices.*got none"):
        Molecules(universe, [])
