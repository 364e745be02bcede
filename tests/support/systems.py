"""Structures that every face must treat alike: one of each kind of box, seeded."""

from __future__ import annotations

import numpy as np
from ase import Atoms


def scattered(symbols: str, cell: np.ndarray, pbc: list[bool], seed: int, spacing: float = 0.9) -> Atoms:
    """Atoms at random places of a cell, at least `spacing` Å apart, periodic images included."""
    random = np.random.default_rng(seed)
    atoms = Atoms(cell=cell, pbc=pbc)
    for symbol in symbols:
        while True:
            candidate = atoms + Atoms(symbol, positions=[random.random(3) @ cell])
            distances = (
                candidate.get_distances(-1, range(len(candidate) - 1), mic=True) if len(atoms) else np.array([9.0])
            )
            if distances.min() > spacing:
                atoms = candidate
                break
    return atoms


def systems() -> dict[str, Atoms]:
    """Name and structure; all periodic directions have cell vectors that LAMMPS can take as they are."""
    molecule = Atoms("OHH", [[5.0, 5.0, 5.0], [5.76, 5.59, 5.0], [4.24, 5.59, 5.1]], cell=[10, 10, 10], pbc=False)
    isolated = Atoms("OHHO", [[1, 1, 1], [1.7, 1.6, 1], [0.3, 1.6, 1.2], [12, 12, 12]], cell=[14, 14, 14], pbc=False)
    triclinic = np.array([[7.2, 0.0, 0.0], [1.9, 6.8, 0.0], [-1.4, 2.1, 7.9]])
    small = np.array([[3.1, 0.0, 0.0], [0.7, 3.3, 0.0], [-0.6, 0.5, 2.9]])
    return {
        "molecule": molecule,
        "isolated": isolated,
        "liquid": scattered("OHH" * 32, np.diag([9.9, 9.9, 9.9]), [True] * 3, seed=1),
        "triclinic": scattered("OHH" * 8, triclinic, [True] * 3, seed=2),
        "small": scattered("OH", small, [True] * 3, seed=3),
        "slab": scattered("OHH" * 8, np.diag([7.0, 8.0, 9.0]), [True, True, False], seed=4),
        "wire": scattered("OHH" * 6, np.diag([7.0, 8.0, 9.0]), [False, False, True], seed=5),
    }
