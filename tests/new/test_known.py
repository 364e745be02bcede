"""Which results are shown for which simulation."""

from __future__ import annotations

from typing import Any

import pytest
from ase import Atoms

from tumble.new.ensembles import ENSEMBLES
from tumble.new.known import KNOWN, density_of
from tumble.new.setup import Setup
from tumble.new.systems.system import System


def liquid(molecules: int, ensemble: str = "nvt", **options: Any) -> Setup:
    """Water of 1 g/cm³, for which 64 molecules are in a cube of 12.42 Å."""
    atoms = Atoms(["O", "H", "H"] * molecules, cell=[12.42 * (molecules / 64) ** (1 / 3)] * 3, pbc=True)
    system = System("a", "a", atoms, kind="liquid", barostat="isotropic")
    return Setup("a", system, ENSEMBLES[ensemble], **options)


def quantities(setup: Setup) -> str:
    return ", ".join(each.quantity for each in KNOWN if each.holds(setup))


def test_density() -> None:
    assert density_of(liquid(64)) == pytest.approx(0.9995, abs=1e-3)
    assert density_of(Setup("a", System("a", "a", Atoms("O")), ENSEMBLES["nvt"])) == 0.0


def test_structure_of_the_liquid() -> None:
    assert "g_OO" in quantities(liquid(216))
    for other in (liquid(64, temperature=350.0), liquid(64, beads=8), liquid(64, "nve"), liquid(64, model="other")):
        assert "g_OO" not in quantities(other)


def test_torques_are_those_of_as_many_molecules() -> None:
    assert "frame torque of 64" in quantities(liquid(64))
    assert "frame torque" not in quantities(liquid(216))
    assert "frame torque" not in quantities(liquid(64, symmetrize="octahedral"))


def test_density_at_the_same_pressure() -> None:
    assert "density" in quantities(liquid(64, "npt", pressure=1.0))
    assert "density" not in quantities(liquid(64, "npt", pressure=3000.0))
