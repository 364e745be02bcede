"""Ice from GenIce2: density, ice rules and proton orderings."""

from __future__ import annotations

import builtins
import random
from typing import Any

import numpy as np
import pytest

from tumble.errors import ConfigurationError
from tumble.new.systems.registry import build_system
from tumble.new.systems.system import Choices, System


@pytest.fixture
def genice() -> None:
    pytest.importorskip("genice2")


def hydrogen_bonds(system: System) -> np.ndarray:
    """Bonds of each molecule as an acceptor: H of others within 2.2 Å."""
    distances = system.atoms.get_all_distances(mic=True)[::3]
    hydrogens = np.flatnonzero(system.atoms.symbols == "H")
    return ((distances[:, hydrogens] > 1.2) & (distances[:, hydrogens] < 2.2)).sum(axis=1)


@pytest.mark.usefixtures("genice")
@pytest.mark.parametrize(("phase", "density"), [("Ih", 0.92), ("II", 1.18), ("VI", 1.37)])
def test_phases(phase: str, density: float) -> None:
    """Densities at the phases' own conditions (Petrenko and Whitworth, Physics of Ice, table 11.1), and two accepted
    hydrogen bonds of each molecule."""
    system = build_system(f"ice:{phase}", Choices(molecules=40))
    count = len(system.atoms) // 3
    assert count >= 40
    assert count * 18.01528 / 0.602214 / system.atoms.get_volume() == pytest.approx(density, rel=0.02)
    assert list(system.atoms.symbols) == ["O", "H", "H"] * count
    assert np.abs(np.triu(system.atoms.cell.array, 1)).max() < 1e-9
    assert (hydrogen_bonds(system) == 2).all()


@pytest.mark.usefixtures("genice")
def test_seeds_are_proton_orderings() -> None:
    state = random.getstate()
    one, same, other = (build_system("ice:Ih", Choices(seed=seed, molecules=16)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.atoms.positions, same.atoms.positions)
    assert np.abs(one.atoms.positions - other.atoms.positions).max() > 0.5
    assert random.getstate() == state


@pytest.mark.usefixtures("genice")
def test_density() -> None:
    system = build_system("ice", Choices(density=0.95, molecules=16))
    assert len(system.atoms) // 3 * 18.01528 / 0.602214 / system.atoms.get_volume() == pytest.approx(0.95, abs=1e-4)


def test_unknown_phase() -> None:
    with pytest.raises(ConfigurationError, match=r"`system`: .*Ih, .* got `nine`"):
        build_system("ice:nine", Choices())


def test_without_genice(monkeypatch: pytest.MonkeyPatch) -> None:
    imported = builtins.__import__

    def without(name: str, *arguments: Any, **options: Any) -> Any:
        if name.startswith("genice2"):
            raise ImportError(name)
        return imported(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ConfigurationError, match=r"`system`: .*genice2"):
        build_system("ice", Choices())
