"""Water molecules in any order of atoms, wrapped or not, and the count of broken ones."""

from __future__ import annotations

import numpy as np
import pytest
from support.rotors import BISECTOR, Array, atoms, directions, universe

from tumble.errors import NotApplicableError
from tumble.observables.frames.water import BrokenMolecules, Water

GENERATOR = np.random.default_rng(1)
BOX = [10.0, 10.0, 10.0, 90.0, 90.0, 90.0]
SUMS = BISECTOR * directions(GENERATOR, 1, 3)
POSITIONS = atoms(np.array([[[1.0, 1.0, 1.0], [4.0, 5.0, 6.0], [9.8, 9.7, 0.1]]]), SUMS)


def summed(made: object, positions: Array) -> Array:
    water = Water(made)
    return water.bonds(positions, np.array(BOX, dtype=np.float32)).sum(axis=-2)


def test_bonds_of_wrapped_molecules_and_of_beads() -> None:
    made = universe(POSITIONS, BOX)
    assert summed(made, POSITIONS[0]) == pytest.approx(SUMS[0], abs=1e-5)
    beads = np.stack([POSITIONS[0], np.mod(POSITIONS[0], 10.0)])
    assert summed(made, beads) == pytest.approx(np.stack([SUMS[0], SUMS[0]]), abs=1e-5)


def test_any_order_of_atoms() -> None:
    order = GENERATOR.permutation(9)
    made = universe(POSITIONS[:, order], BOX)
    made.atoms.elements = np.array(["O", "H", "H"] * 3)[order]
    oxygens = np.flatnonzero(made.atoms.elements == "O")
    assert np.all(Water(made).atoms[:, 0] == oxygens)
    assert summed(made, POSITIONS[0, order]) == pytest.approx(SUMS[0, order[oxygens] // 3], abs=1e-5)


def test_count_of_broken_molecules() -> None:
    water = Water(universe(POSITIONS, BOX))
    bonds = water.bonds(POSITIONS[0], None)
    longer = bonds.copy()
    longer[[0, 2]] *= 1.6
    longer[1, 0] = np.nan
    early, late = BrokenMolecules(), BrokenMolecules()
    late.count(water, longer, 7)
    late.count(water, longer, 8)
    early.count(water, bonds, 3)
    assert (late.number, late.first_frame) == (6, 7)
    assert early.notes(water, 1) == ()
    early.count(water, longer, 4)
    total = BrokenMolecules.joined([late, early])
    assert (total.number, total.first_frame) == (9, 4)
    assert BrokenMolecules.joined([BrokenMolecules()]).first_frame is None
    (note,) = total.notes(water, 10)
    assert note.startswith("9 of 30 molecules (summed over frames) were broken, with an O-H distance of the centroid")


def test_not_water() -> None:
    made = universe(POSITIONS, BOX)
    made.atoms.elements = ["O", "H", "O"] * 3
    with pytest.raises(NotApplicableError, match=r"two H .*, got 3 H and 6 O"):
        Water(made)
