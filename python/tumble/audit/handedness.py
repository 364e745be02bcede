"""Whether a structure differs from its mirror image: one that doesn't can't show a broken parity.

With three sums of vectors to the neighbors of an atom, whose weights depend on distance and element,

    a_p = sum_j w_p(r_j, Z_j) r_j / |r_j|        chi = a_1 . (a_2 x a_3)

keeps its value in rotations and changes its sign in the mirror image. If a structure is its own mirror image, the
chi of its atoms of each element come in pairs of opposite signs, or are zero.
"""

from __future__ import annotations

import numpy as np
from ase import Atoms
from numpy.typing import NDArray

from tumble.structures import to_graph

_REACH = 6.0  # Å
_POWERS = (1.0, 2.0, 3.0)  # radians per Å: weights that have no symmetry of their own
# Atoms of liquid water have 1, those of a crystal at 300 K 1e-3. Positions in files have few digits.
_ABSOLUTE, _RELATIVE = 1e-5, 1e-3


def handed(atoms: Atoms) -> bool:
    """Return whether a structure differs from its mirror image in the surroundings of its atoms, up to 6 Å.

    False also for a few crystals of high symmetry that do differ, since all sums of vectors of an atom are parallel.
    """
    elements = sorted(set(atoms.symbols))
    graph = to_graph([atoms], elements, _REACH)
    values = _triple_products(graph.vectors, graph.edge_index, graph.species)
    tolerance = _ABSOLUTE + _RELATIVE * np.abs(values).max(initial=0.0)
    of_each = (np.sort(values[graph.species == index]) for index in range(len(elements)))
    return any(bool(np.any(np.abs(found + found[::-1]) > tolerance)) for found in of_each)


def _triple_products(
    vectors: NDArray[np.float64], edge_index: NDArray[np.int64], species: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return chi of each atom, [N]."""
    centers, neighbors = edge_index
    lengths = np.linalg.norm(vectors, axis=1)
    near = (1.0 - (lengths / _REACH) ** 2) ** 2
    sums = np.zeros((len(_POWERS), len(species), 3))
    for row, power in zip(sums, _POWERS, strict=True):
        weights = near * np.cos(power * (lengths + species[neighbors]))
        np.add.at(row, centers, weights[:, None] * vectors / lengths[:, None])
    products: NDArray[np.float64] = np.einsum("ni,ni->n", sums[0], np.cross(sums[1], sums[2]))
    return products
