"""Structures that equal their mirror images, by what crystallography says about them."""

from __future__ import annotations

import ase.build
import pytest
from ase import Atoms
from ase.spacegroup import crystal
from support.systems import systems

from tumble.audit.handedness import handed

# The middle of a tetrahedron and four of its corners, which distances alone can't distinguish.
CORNERS = [[0, 0, 0], [0.6, 0.6, 0.6], [-0.6, -0.6, 0.6], [-0.6, 0.6, -0.6], [0.6, -0.6, -0.6]]


def turned(atoms: Atoms) -> Atoms:
    atoms.rotate(33.0, (1, 2, 3))
    return atoms


@pytest.mark.parametrize("name", ["H2O", "CH4", "NH3", "CH3OH", "C6H6", "CO2"])
def test_molecules_with_a_mirror_plane(name: str) -> None:
    atoms = turned(ase.build.molecule(name))
    assert not handed(atoms)
    atoms.positions = atoms.positions.round(4)  # as in many files
    assert not handed(atoms)


def test_crystals_with_an_inversion_center() -> None:
    assert not handed(ase.build.bulk("Cu"))
    assert not handed(ase.build.bulk("NaCl", "rocksalt", a=5.64, cubic=True))
    assert not handed(Atoms("H"))


def test_chiral_structures() -> None:
    """Hydrogen peroxide, four different atoms around a carbon, quartz (P 31 2 1), and a liquid."""
    quartz = crystal(
        ["Si", "O"],
        [(0.4697, 0, 0), (0.4135, 0.2669, 0.1191)],
        spacegroup=152,
        cellpar=[4.916, 4.916, 5.4054, 90, 90, 120],
    )
    for atoms in (turned(ase.build.molecule("H2O2")), turned(Atoms("CHFClBr", CORNERS)), quartz, systems()["liquid"]):
        assert handed(atoms)


def test_a_chiral_molecule_with_its_mirror_image_far_away() -> None:
    one = Atoms("CHFClBr", CORNERS)
    other = one.copy()
    other.positions *= -1.0
    turned(other).positions += 20.0
    assert not handed(one + other)
