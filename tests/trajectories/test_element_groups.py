"""Groups of atoms by element."""

from __future__ import annotations

import MDAnalysis
import numpy as np
import pytest
from support.motions import motion

from tumble.errors import NotApplicableError
from tumble.trajectories.element_groups import atoms_by_element


def test_groups_in_the_order_of_the_alphabet() -> None:
    groups = atoms_by_element(motion("OHNHO", np.zeros((1, 5, 3))))
    assert {symbol: members.tolist() for symbol, members in groups.items()} == {"H": [1, 3], "N": [2], "O": [0, 4]}
    assert list(groups) == ["H", "N", "O"]


def test_no_elements_are_refused() -> None:
    with pytest.raises(NotApplicableError, match=r"`universe`: .*elements .*got none"):
        atoms_by_element(MDAnalysis.Universe.empty(2, trajectory=True))
