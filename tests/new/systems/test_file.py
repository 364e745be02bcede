"""Structures from files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk, molecule
from ase.io import write

from tumble.errors import ConfigurationError
from tumble.new.systems.file import in_standard_cell, is_water
from tumble.new.systems.registry import build_system
from tumble.new.systems.system import Choices, System


def from_file(path: Path, atoms: Atoms) -> System:
    write(path, atoms)
    return build_system("file", Choices(structure=path))


def test_a_crystal_is_turned_without_changing_distances(tmp_path: Path) -> None:
    atoms = bulk("NaCl", "rocksalt", a=5.64)
    system = from_file(tmp_path / "salt.cif", atoms)
    assert np.abs(np.triu(system.atoms.cell.array, 1)).max() < 1e-9
    np.testing.assert_allclose(system.atoms.get_all_distances(mic=True), atoms.get_all_distances(mic=True), atol=1e-6)
    assert (system.name, system.barostat, system.water) == ("salt", "flexible", False)
    assert system.elements == ["Na", "Cl"]


def test_a_molecule_is_open(tmp_path: Path) -> None:
    system = from_file(tmp_path / "a b.xyz", molecule("H2O"))
    assert system.open
    assert system.water
    assert system.barostat is None
    assert system.name == "a-b"


def test_a_layer_gets_room_along_its_normal() -> None:
    layer = Atoms(
        "C2", [[0, 0, 0], [1.2, 0.7, 0]], cell=[[2.4, 0, 0], [1.2, 2.1, 0], [0, 0, 0]], pbc=[True, True, False]
    )
    found = in_standard_cell(layer)
    assert found.cell[2, 2] == pytest.approx(20.0)
    np.testing.assert_allclose(found.get_all_distances(mic=True), layer.get_all_distances(mic=True), atol=1e-9)


def test_left_handed_cells_are_refused() -> None:
    atoms = Atoms("H", cell=[[3, 0, 0], [0, 3, 0], [0, 0, -3]], pbc=True)
    with pytest.raises(ConfigurationError, match=r"`structure`: .*right-handed"):
        in_standard_cell(atoms)


def test_water_is_recognized() -> None:
    assert is_water(molecule("H2O"))
    assert not is_water(Atoms("HOH", molecule("H2O").positions[[1, 0, 2]]))
    far = molecule("H2O")
    far.positions[1] += 5.0
    assert not is_water(far)
