"""Orders of atoms: the right one is never refused, whatever has moved; another one is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk, molecule
from ase.collections import g2
from ase.io import read
from ase.spacegroup import crystal
from ase.units import Bohr
from numpy.typing import NDArray

from tumble.atom_order import check_order, elements_in_order
from tumble.errors import StructureError
from tumble.structures import to_structure

WATER_FILE = Path(__file__).parents[1] / "inputs" / "ipi" / "water64.xyz"


def water() -> Atoms:
    atoms = read(WATER_FILE)
    assert isinstance(atoms, Atoms)
    atoms.set_cell([12.42] * 3)
    atoms.pbc = True
    return atoms


def perovskite() -> Atoms:
    scaled = [[0, 0, 0], [0.5, 0.5, 0.5], [0.5, 0.5, 0], [0.5, 0, 0.5], [0, 0.5, 0.5]]
    return Atoms("SrTiO3", scaled_positions=scaled, cell=[3.9] * 3, pbc=True) * (3, 3, 3)


def quartz() -> Atoms:
    sites = [(0.47, 0, 2 / 3), (0.41, 0.27, 0.78)]
    return crystal(["Si", "O"], sites, spacegroup=154, cellpar=[4.91, 4.91, 5.40, 90, 90, 120]) * (2, 2, 2)


def molecular(name: str) -> Atoms:
    atoms = molecule(name)
    atoms.set_cell([20.0] * 3)
    return atoms


def salt() -> Atoms:
    return bulk("NaCl", "rocksalt", a=5.64, cubic=True) * (2, 2, 2)


def alloy() -> Atoms:
    atoms = bulk("Cu", "fcc", a=3.7, cubic=True) * (3, 3, 3)
    atoms.symbols[np.random.default_rng(1).permutation(len(atoms))[:54]] = "Au"
    return atoms


STRUCTURES = {
    "water": water,
    "perovskite": perovskite,
    "quartz": quartz,
    "ethanol": lambda: molecular("CH3CH2OH"),
    "ammonia": lambda: molecular("NH3"),
    "salt": salt,
    "alloy": alloy,
}


def thermal(atoms: Atoms, seed: int) -> Atoms:
    """Displaced by 0.07 Å along each axis."""
    moved = atoms.copy()
    moved.positions += 0.07 * np.random.default_rng(seed).normal(size=moved.positions.shape)
    return moved


def elsewhere(atoms: Atoms, seed: int) -> Atoms:
    """Thermal, turned with its cell and moved, so that no atom is near where it was."""
    moved = thermal(atoms, seed)
    moved.rotate(40, (1, 2, 3), rotate_cell=True)
    moved.positions += [1.3, -7.0, 2.9]
    return moved


def orders(atoms: Atoms) -> list[NDArray[np.int64]]:
    """By element, backwards, shifted by one, and at random.

    Only those in which some elements stay: rock salt in which all change places is the same crystal, shifted, and its
    energies are right.
    """
    symbols = np.array(list(atoms.symbols))
    sort = np.argsort(symbols, kind="stable")
    found = [sort, sort[::-1], np.roll(np.arange(len(atoms)), 1), np.random.default_rng(3).permutation(len(atoms))]
    return [order for order in found if (symbols[order] != symbols).any() and (symbols[order] == symbols).any()]


def refused(atoms: Atoms, came: Atoms) -> bool:
    try:
        check_order(atoms, to_structure(came, sorted(set(came.symbols))))
    except StructureError:
        return True
    return False


@pytest.mark.parametrize("name", STRUCTURES)
@pytest.mark.parametrize("move", [lambda atoms, seed: atoms, thermal, elsewhere], ids=["start", "thermal", "elsewhere"])
def test_right_order_passes(name: str, move) -> None:
    atoms = STRUCTURES[name]()
    assert not any(refused(atoms, move(atoms, seed)) for seed in range(5))


@pytest.mark.parametrize("name", STRUCTURES)
def test_displaced_and_shifted_starts_pass(name: str) -> None:
    """By 0.1 Å along each axis, as i-PI's thermalized starts, and all atoms alike, as by half a lattice constant."""
    atoms = STRUCTURES[name]()
    random = np.random.default_rng(7)
    for shift in ([0.0, 0.0, 0.0], [2.82, 0.0, 0.0], [1.95, 1.95, 1.95], [0.3, -5.1, 40.0]):
        came = atoms.copy()
        came.positions += shift
        assert not refused(atoms, came)
        for _ in range(3):
            came.positions = atoms.positions + shift + 0.1 * random.normal(size=(len(atoms), 3))
            came.wrap()
            assert not refused(atoms, came)


def test_displaced_molecules_pass() -> None:
    """Of 300 with 0.1 Å along each axis, whose surroundings alone are those of other elements now and then."""
    random = np.random.default_rng(11)
    for name in g2.names:
        atoms = molecular(name)
        for _ in range(3):
            came = atoms.copy()
            came.positions += 0.1 * random.normal(size=came.positions.shape)
            assert not refused(atoms, came)


def test_shifted_crystal_of_many_atoms_passes_and_in_another_order_does_not() -> None:
    atoms = salt() * (3, 3, 3)
    came = thermal(atoms, 0)
    came.positions += [2.82, 0.0, 0.0]
    assert len(atoms) > 1000
    assert not refused(atoms, came)
    assert all(refused(atoms, thermal(atoms, 0)[order]) for order in orders(atoms))


@pytest.mark.parametrize("name", STRUCTURES)
def test_another_order_at_the_start_is_refused(name: str) -> None:
    atoms = STRUCTURES[name]()
    wrapped = atoms.copy()
    wrapped.positions += atoms.cell.array.T @ [1, -2, 0]
    wrapped.wrap()
    for came in (atoms, wrapped):
        assert all(refused(atoms, came[order]) for order in orders(atoms))


@pytest.mark.parametrize("name", ["water", "perovskite"])
@pytest.mark.parametrize("move", [thermal, elsewhere])
def test_another_order_of_moved_atoms_is_refused_where_surroundings_tell(name: str, move) -> None:
    atoms = STRUCTURES[name]()
    assert all(refused(atoms, move(atoms, 0)[order]) for order in orders(atoms))


@pytest.mark.parametrize("name", ["salt", "alloy"])
def test_crystal_in_another_order_is_refused_by_its_sites(name: str) -> None:
    atoms = STRUCTURES[name]()
    assert all(refused(atoms, thermal(atoms, 0)[order]) for order in orders(atoms))


def test_single_ions_may_exchange_places_in_a_moved_crystal_but_not_at_the_start() -> None:
    atoms = salt()
    order = np.arange(len(atoms))
    order[[0, 1]] = order[[1, 0]]
    assert refused(atoms, atoms[order])
    assert not refused(atoms, thermal(atoms, 0)[order])


def test_molecules_that_diffused_far_pass_and_beads_that_spread() -> None:
    """Molecules in each other's places, each turned its own way, with the spread of a path integral at 300 K."""
    atoms, random = water(), np.random.default_rng(5)
    moved = atoms.copy()
    molecules = moved.positions.reshape(-1, 3, 3)
    centers = molecules[random.permutation(64), 0].copy()
    for k in range(64):
        one = Atoms("OH2", molecules[k] - molecules[k, 0])
        one.rotate(360 * random.random(), random.normal(size=3))
        molecules[k] = one.positions + centers[k]
    moved.positions = molecules.reshape(-1, 3)
    moved.positions += np.where(moved.numbers == 1, 0.09, 0.03)[:, None] * random.normal(size=(192, 3))
    assert not refused(atoms, moved)
    assert all(refused(atoms, moved[order]) for order in orders(atoms))


def test_file_may_be_in_bohr_and_without_a_cell() -> None:
    file = water()
    file.positions /= Bohr
    file.set_cell(None)
    file.pbc = False
    for came in (water(), elsewhere(water(), 1)):
        assert not refused(file, came)
        assert all(refused(file, came[order]) for order in orders(came))


def test_what_says_nothing_passes() -> None:
    """A file of elements alone, one element, cells and positions that an evaluation will refuse."""
    atoms, order = water(), orders(water())[0]
    assert not refused(Atoms(atoms.symbols, np.zeros((192, 3))), atoms[order])
    assert not refused(Atoms("Ar4", np.eye(4, 3)), Atoms("Ar4", np.eye(4, 3)[::-1]))
    for value in (np.nan, np.inf, 1e300):
        broken = atoms[order]
        broken.positions[5] = value
        assert not refused(atoms, broken)
    for cell in (np.zeros((3, 3)), np.full((3, 3), np.nan), 1e300 * np.eye(3)):
        check_order(atoms, to_structure(Atoms(atoms.symbols, atoms.positions, cell=cell, pbc=True), ["H", "O"]))


def test_message() -> None:
    atoms = water()
    message = r"`structure`: .* 64 × \(O H H\), got .* 2 of 192 atoms .*\(atom 1, .*O, .* H\)"
    with pytest.raises(StructureError, match=message):
        check_order(atoms, to_structure(atoms[[1, 0, *range(2, 192)]], ["O", "H"]))


@pytest.mark.parametrize(
    ("symbols", "text"),
    [
        (["O", "H", "H"], "O, 2 × H"),
        (["O", "H", "H"] * 64 + ["Na", "Cl"], "64 × (O H H), Na, Cl"),
        (["O"] * 64 + ["H"] * 128, "64 × O, 128 × H"),
        (["Ti", "O", "O"] * 2 + ["O"], "2 × (Ti O O), O"),
        (["Ar"], "Ar"),
        ([], ""),
    ],
)
def test_elements_in_order(symbols: list[str], text: str) -> None:
    assert elements_in_order(symbols) == text
