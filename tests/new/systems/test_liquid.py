"""The liquid and the slab, with a short run of the classical model."""

from __future__ import annotations

import numpy as np
import pytest

from tumble.new.systems.registry import build_system
from tumble.new.systems.system import Choices, System


@pytest.fixture(scope="module")
def systems() -> tuple[System, System]:
    short = Choices(density=0.9, equilibration=0.1)
    return build_system("liquid:40", short), build_system("slab:40", short)


def test_liquid(systems: tuple[System, System]) -> None:
    atoms = systems[0].atoms
    assert list(atoms.symbols) == ["O", "H", "H"] * 40
    assert 40 * 18.01528 / 0.602214 / atoms.get_volume() == pytest.approx(0.9, abs=1e-4)
    distances = atoms.get_all_distances(mic=True)
    for oxygen in range(0, 120, 3):
        np.testing.assert_allclose(distances[oxygen, oxygen + 1 : oxygen + 3], 0.98, atol=1e-6)
        assert np.sum(distances[oxygen] < 1.3) == 3
    assert distances[::3, ::3][np.triu_indices(40, 1)].min() > 2.3


def test_slab_has_two_surfaces(systems: tuple[System, System]) -> None:
    liquid, slab = (system.atoms for system in systems)
    assert slab.cell[2, 2] == pytest.approx(liquid.cell[2, 2] + 30.0)
    heights = np.sort(slab.positions[:, 2])
    gap = slab.cell[2, 2] - heights[-1] + heights[0]
    assert gap > 27.0
    assert systems[1].barostat is None
