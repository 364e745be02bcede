"""Structures of water for audits of many potentials: a molecule, a droplet of eight, and eight in a triclinic box.

The molecule and the droplet are those of `inputs/make_inputs.py`. The box has the density of the liquid, is smaller
than twice the usual cutoffs, and is made here: molecules on a lattice, turned at random until none touches another;
then all atoms are displaced, so that forces aren't small.
"""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
from ase import Atoms
from ase.build import molecule
from ase.io import read
from ase.neighborlist import neighbor_list

INPUTS = Path(__file__).parents[1] / "inputs/lammps"
CELL = np.array([[6.4, 0.0, 0.0], [1.1, 6.2, 0.0], [-0.9, 0.7, 6.1]])  # Å; 242 Å^3 for eight molecules
CONTACT = 1.6  # Å, the shortest distance of atoms of two molecules
DISPLACEMENT = 0.03  # Å, of each coordinate


def structures(seed: int) -> list[Atoms]:
    return [_open("water1"), _open("water8"), box(seed)]


def box(seed: int) -> Atoms:
    random = np.random.default_rng(seed)
    atoms = Atoms(cell=CELL, pbc=True)
    for place in itertools.product([0.25, 0.75], repeat=3):
        atoms += _placed(atoms, np.array(place) @ CELL, random)
    atoms.positions += DISPLACEMENT * random.standard_normal(atoms.positions.shape)
    return atoms


def _placed(others: Atoms, center: np.ndarray, random: np.random.Generator) -> Atoms:
    """Return a molecule in the first random orientation in which it touches no other."""
    while True:
        found = molecule("H2O")
        found.euler_rotate(*(360.0 * random.random(3)))
        found.positions += center - found.positions.mean(axis=0)
        together = others + found
        first, second = neighbor_list("ij", together, CONTACT)
        if np.array_equal(first // 3, second // 3):
            return found


def _open(name: str) -> Atoms:
    found = read(INPUTS / f"{name}.data", format="lammps-data", atom_style="atomic")
    return Atoms(found.symbols, found.positions)
