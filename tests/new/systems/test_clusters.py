"""Clusters as built."""

from __future__ import annotations

import numpy as np
import pytest

from tumble.errors import ConfigurationError
from tumble.new.systems.registry import build_system
from tumble.new.systems.system import Choices


@pytest.mark.parametrize(("name", "count", "bonds"), [("monomer", 1, 0), ("dimer", 2, 1), ("hexamer", 6, 6)])
def test_hydrogen_bonds(name: str, count: int, bonds: int) -> None:
    """A hydrogen bond: an H of one molecule within 2.1 Å of the O of another."""
    system = build_system(name, Choices())
    assert list(system.atoms.symbols) == ["O", "H", "H"] * count
    positions = system.atoms.positions
    owner = np.arange(len(positions)) // 3
    hydrogens = np.flatnonzero(system.atoms.symbols == "H")
    distances = np.linalg.norm(positions[hydrogens][:, None] - positions[::3][None], axis=2)
    own = owner[hydrogens][:, None] == np.arange(count)[None]
    assert np.sum((distances < 2.1) & ~own) == bonds
    np.testing.assert_allclose(distances[own], 0.965, atol=0.01)
    assert system.open
    assert system.single == (count == 1)


def test_no_argument() -> None:
    with pytest.raises(ConfigurationError, match=r"`system`: .*`dimer`.* got `3`"):
        build_system("dimer:3", Choices())
