"""Molecules stay whole: the bonds of the first frame are there in later ones."""

from __future__ import annotations

import numpy as np
from ase import Atoms
from ase.geometry import find_mic
from ase.neighborlist import natural_cutoffs, neighbor_list
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from typing_extensions import override

from tumble.errors import NotApplicableError, TrajectoryError
from tumble.launch.checks.check import Check, Outcome
from tumble.types import Array

#: Largest length of a bond, in its length in the first frame.
STRETCH = 2.0
_BOND = 1.2  # in sums of covalent radii
_FRAMES = 50  # that are looked at, with the last
_LARGEST = 0.5  # of all atoms in one molecule; a crystal or a melt is one network


class Molecules(Check):
    """No molecule dissociates; with beads, their centroids count."""

    name = "molecules"

    @override
    def failure(self, outcome: Outcome) -> str | None:
        wanted = outcome.expect.molecules
        if wanted is False:
            raise NotApplicableError("`molecules: no` turns it off")
        try:
            universe = outcome.run.universe()
        except TrajectoryError as error:
            return str(error)
        trajectory = universe.trajectory
        first = _atoms(universe, trajectory[0])
        i, j = _bonds(first)
        if len(i) == 0:
            raise NotApplicableError("the first frame has no bonds")
        if wanted is None and not _is_molecular(len(first), i, j):
            raise NotApplicableError("the first frame is one network of bonds; `molecules: yes` watches it")
        limit, length = outcome.expect.limits.stretch or STRETCH, _lengths(first, i, j)
        for frame in np.unique(np.linspace(0, len(trajectory) - 1, _FRAMES).astype(int)):
            atoms = _atoms(universe, trajectory[int(frame)])
            stretch = _lengths(atoms, i, j) / length
            broken = int(np.sum(~(stretch <= limit)))
            if broken > 0:
                worst = int(np.argmax(stretch))
                return (
                    f"molecules dissociate: {broken} of {len(i)} bonds of the first frame are longer than {limit:g} "
                    f"times their first length in frame {frame} (t = {trajectory.ts.time:.4g} ps), the longest between "
                    f"atoms {i[worst] + 1} ({first.symbols[i[worst]]}) and {j[worst] + 1} ({first.symbols[j[worst]]}); "
                    "for reactions, put `expect: {molecules: no}` into simulation.yaml"
                )
        return None


def _atoms(universe: object, ts: object) -> Atoms:
    """Return a frame; atoms of a ring polymer are at their centroids."""
    elements = list(universe.atoms.elements)  # type: ignore[attr-defined]  # MDAnalysis has no types
    dimensions = ts.dimensions  # type: ignore[attr-defined]  # same
    positions = np.array(ts.positions, dtype=np.float64)  # type: ignore[attr-defined]  # same
    if dimensions is None or not np.all(dimensions[:3] > 0):
        return Atoms(elements, positions=positions)
    return Atoms(elements, positions=positions, cell=dimensions, pbc=True)


def _bonds(atoms: Atoms) -> tuple[Array, Array]:
    """Return the indices of bonded atoms, each pair once."""
    cutoffs = natural_cutoffs(atoms, mult=_BOND)  # type: ignore[no-untyped-call]  # ASE has no types
    i, j = neighbor_list("ij", atoms, cutoffs)  # type: ignore[no-untyped-call]  # same
    once = i < j
    return i[once], j[once]


def _lengths(atoms: Atoms, i: Array, j: Array) -> Array:
    """Return distances, of nearest images in a periodic cell, Å."""
    vectors = atoms.positions[j] - atoms.positions[i]
    if not np.all(np.isfinite(vectors)):
        return np.full(len(i), np.inf)
    if not atoms.pbc.any():
        return np.asarray(np.linalg.norm(vectors, axis=1))
    _, lengths = find_mic(vectors, atoms.cell, atoms.pbc)  # type: ignore[no-untyped-call]  # ASE has no types
    return np.asarray(lengths)


def _is_molecular(atoms: int, i: Array, j: Array) -> bool:
    """Return whether the bonds form molecules, rather than one network."""
    graph = coo_array((np.ones(len(i)), (i, j)), shape=(atoms, atoms))
    _, labels = connected_components(graph, directed=False)
    return bool(np.bincount(labels).max() <= max(_LARGEST * atoms, 10))
