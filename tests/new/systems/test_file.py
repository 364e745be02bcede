"""Structures from files."""

from __future__ import annotations

import itertools
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


def distances(atoms: Atoms) -> np.ndarray:
    """Distances of nearest images, of all within nine cells; ASE's depend on the vectors that aren't periodic."""
    images = itertools.product(*[range(-9, 10) if periodic else [0] for periodic in atoms.pbc])
    shifts = np.array(list(images)) @ atoms.cell.array
    vectors = atoms.positions[None, :, None] - atoms.positions[:, None, None] + shifts
    return np.linalg.norm(vectors, axis=-1).min(axis=-1)


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


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_open_axes_are_normal_to_the_others_and_hold_all_atoms(axis: int) -> None:
    """LAMMPS refuses tilts along an open axis, and atoms outside of the box."""
    generator = np.random.default_rng(axis)
    pbc = np.arange(3) != axis
    atoms = Atoms("C4", generator.uniform(-9, 0, (4, 3)), cell=3 * np.eye(3) + generator.normal(size=(3, 3)), pbc=pbc)
    found = in_standard_cell(atoms)
    normal = np.eye(3)[axis]
    np.testing.assert_allclose(found.cell.array[pbc] @ normal, 0.0, atol=1e-9)
    np.testing.assert_allclose(found.cell[axis], normal * found.cell[axis, axis], atol=1e-9)
    assert (found.positions[:, axis] > 9.0).all()
    assert (found.positions[:, axis] < found.cell[axis, axis] - 9.0).all()
    np.testing.assert_allclose(distances(found), distances(atoms), atol=1e-9)


def test_left_handed_cells_become_right_handed() -> None:
    generator = np.random.default_rng(5)
    cell = np.diag([6.0, 7.0, -8.0]) + generator.normal(scale=0.2, size=(3, 3))
    atoms = Atoms("CO", generator.uniform(-9, 9, (2, 3)), cell=cell, pbc=True)
    found = in_standard_cell(atoms)
    assert found.cell.volume == pytest.approx(abs(np.linalg.det(cell)))
    assert np.linalg.det(found.cell.array) > 0.0
    np.testing.assert_allclose(found.get_all_distances(mic=True), atoms.get_all_distances(mic=True), atol=1e-9)


def test_one_atom_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"`structure`: .*two atoms.*one\.xyz"):
        from_file(tmp_path / "one.xyz", Atoms("O"))


def test_water_is_recognized() -> None:
    assert is_water(molecule("H2O"))
    assert not is_water(Atoms("HOH", molecule("H2O").positions[[1, 0, 2]]))
    far = molecule("H2O")
    far.positions[1] += 5.0
    assert not is_water(far)
