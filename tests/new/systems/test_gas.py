"""The gas."""

from __future__ import annotations

import numpy as np
import pytest

from tumble.new.systems.registry import build_system
from tumble.new.systems.system import Choices


@pytest.mark.parametrize("count", [1, 5, 27])
def test_molecules_are_apart(count: int) -> None:
    system = build_system(f"gas:{count}", Choices(spacing=15.0))
    assert len(system.atoms) == 3 * count
    distances = system.atoms[::3].get_all_distances(mic=True)[np.triu_indices(count, 1)]
    assert (distances > 14.9).all()
    assert system.isolated


def test_seeds_give_other_orientations() -> None:
    one, same, other = (build_system("gas:2", Choices(seed=seed)).atoms.positions for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert np.abs(one - other).max() > 0.1
