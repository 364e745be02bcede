from __future__ import annotations

import numpy as np
import pytest
from ase import Atoms
from ase.data import chemical_symbols, covalent_radii
from ase.neighborlist import neighbor_list

from tumble.convert.references import reference_structures

NAMES = ["dense box", "cluster", "small triclinic box", "isolated atom"]
ELEMENTS = {
    "one": ["H"],
    "two": ["H", "O"],
    "sizes": ["Cs", "F"],
    "metals": ["Fe", "Ni", "Cr"],
    "many": chemical_symbols[1:90],
}
FOUND = {key: reference_structures(symbols, 5.0) for key, symbols in ELEMENTS.items()}


def closest(atoms: Atoms) -> float:
    """Smallest distance of two atoms or images, over the sum of their covalent radii."""
    radii = covalent_radii[atoms.numbers]
    i, j, d = neighbor_list("ijd", atoms, 6.0)
    return float((d / (radii[i] + radii[j])).min())


@pytest.mark.parametrize("key", ELEMENTS)
def test_structures_have_all_elements_and_no_overlaps(key: str) -> None:
    assert [atoms.info["name"] for atoms in FOUND[key]] == NAMES
    *several, atom = FOUND[key]
    assert len(atom) == 1
    for atoms in several:
        assert set(atoms.symbols) == set(ELEMENTS[key][:4])
        assert closest(atoms) > 0.95 - 1e-12


@pytest.mark.parametrize("key", ELEMENTS)
def test_boxes_demand_what_conversions_get_wrong(key: str) -> None:
    box, cluster, triclinic, atom = FOUND[key]
    assert (box.pbc.all(), cluster.pbc.any(), triclinic.pbc.all(), atom.pbc.any()) == (True, False, True, False)
    angles = triclinic.cell.angles()
    assert np.abs(angles - 90.0).min() > 5.0
    # atoms within the cutoff of their own images
    i, j = neighbor_list("ij", triclinic, 5.0)
    assert (i == j).any()
    # a dense phase, even if one element is large
    assert len(neighbor_list("i", box, 5.0)) > 5 * len(box)


def test_structures_are_the_same_at_each_call() -> None:
    for first, second in zip(reference_structures(["H", "O"], 5.0), FOUND["two"], strict=True):
        assert first == second
