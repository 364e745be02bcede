"""Structures that make demands on a conversion, for any elements.

A dense periodic box, an open cluster, a triclinic box that is smaller than the cutoff, and an isolated atom: together
they have edges to images of the same atom, centers without edges, and pairs that show a wrong sign or a wrong order of
center and neighbor.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from ase import Atoms
from ase.data import atomic_numbers, covalent_radii
from ase.geometry import get_distances
from numpy.typing import NDArray

_CLOSEST = 0.95  # of the sum of the covalent radii
_SPACE = 2.2  # volume per atom, in spheres of its covalent radius: a liquid metal has 2
_SMALLEST = 10.0  # volume per atom in Å³: that of water
_TRIES = 2000
_GROWTH = 1.02


def reference_structures(elements: Sequence[str], cutoff: float) -> list[Atoms]:
    """Return random structures of a model's elements: dense box, cluster, small triclinic box, isolated atom.

    Args:
        elements: Chemical symbols; the structures have up to four of them.
        cutoff: Å.
    """
    draw = np.random.default_rng(0)
    few = list(elements)[:4]
    box = _packed(_composition(few, 24), np.eye(3), draw)
    cluster = _packed(_composition(few, 6), np.eye(3), draw)
    cluster = Atoms(cluster.symbols, positions=cluster.positions)
    # With 2 to 4 atoms, all edges between images are shorter than usual cutoffs.
    triclinic = _packed(
        _composition(few, max(2, len(few))), np.array([[1, 0, 0], [0.3, 0.9, 0], [-0.2, 0.4, 1.1]]), draw
    )
    isolated = Atoms(few[:1], positions=[[0.1, 0.2, 0.3]])
    named = {"dense box": box, "cluster": cluster, "small triclinic box": triclinic, "isolated atom": isolated}
    for name, atoms in named.items():
        atoms.info["name"] = name
    return list(named.values())


def _composition(elements: Sequence[str], count: int) -> list[str]:
    return [elements[i % len(elements)] for i in range(count)]


def _packed(symbols: Sequence[str], shape: NDArray[np.float64], draw: np.random.Generator) -> Atoms:
    """Return a periodic structure without overlaps, in a box of a given shape that grows until all atoms fit."""
    radii = np.array([covalent_radii[atomic_numbers[symbol]] for symbol in symbols])
    volume = float(np.sum(np.maximum(_SPACE * 4.0 / 3.0 * np.pi * radii**3, _SMALLEST)))
    cell = shape * (volume / np.linalg.det(shape)) ** (1.0 / 3.0)
    while True:
        positions = _positions(radii, cell, draw)
        if positions is not None:
            return Atoms(list(symbols), positions=positions, cell=cell, pbc=True)
        cell = cell * _GROWTH


def _positions(
    radii: NDArray[np.float64], cell: NDArray[np.float64], draw: np.random.Generator
) -> NDArray[np.float64] | None:
    """Return random positions, or None if some atom finds no place."""
    images = np.array(np.meshgrid(*[[-1, 0, 1]] * 3)).reshape(3, -1).T @ cell
    own = np.linalg.norm(images[np.any(images != 0.0, axis=1)], axis=1).min()
    if own < _CLOSEST * 2.0 * radii.max():
        return None
    placed = np.zeros((0, 3))
    for i, radius in enumerate(radii):
        for _ in range(_TRIES):
            position = draw.random(3) @ cell
            if i == 0 or np.all(_distances(position, placed, cell) > _CLOSEST * (radius + radii[:i])):
                placed = np.vstack([placed, position])
                break
        else:
            return None
    return placed


def _distances(
    position: NDArray[np.float64], others: NDArray[np.float64], cell: NDArray[np.float64]
) -> NDArray[np.float64]:
    _, lengths = get_distances(position[None], others, cell=cell, pbc=True)  # type: ignore[no-untyped-call]
    return np.asarray(lengths[0])
