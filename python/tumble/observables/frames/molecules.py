"""Molecules of any kind, whole across the boundaries of the cell, and sums over their atoms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from MDAnalysis.lib.distances import minimize_vectors
from numpy.typing import NDArray

from tumble.errors import ConfigurationError, NotApplicableError
from tumble.observables.frames.water import Water
from tumble.trajectories.masses import masses_of
from tumble.types import Array


class Molecules:
    """The molecules of a trajectory.

    Args:
        universe: A `MDAnalysis.Universe`.
        molecules: Indices of the atoms of each molecule. If not given, the bonds of the Universe define the molecules,
            or, for water without bonds, the distances.
        masses: [N] in amu; the default is the masses of the Universe, or else of the elements.

    Attributes:
        atoms: Indices of the atoms, one molecule after the other, [A].
        masses: Masses of these atoms, [A] in amu.
        sizes: Number of atoms of each molecule, [M].

    Raises:
        ConfigurationError: If an atom is in several molecules.
        NotApplicableError: If molecules aren't known.
    """

    def __init__(
        self, universe: Any, molecules: Sequence[Sequence[int]] | NDArray[np.intp] | None = None, masses: Any = None
    ) -> None:
        found = _found(universe) if molecules is None else [np.asarray(one, dtype=np.intp) for one in molecules]
        self.sizes = np.array([len(one) for one in found], dtype=np.intp)
        if len(found) == 0 or self.sizes.min() == 0:
            raise ConfigurationError("`molecules`: expected the indices of the atoms of each molecule, got none")
        self.atoms = np.concatenate(found)
        if len(np.unique(self.atoms)) < len(self.atoms):
            raise ConfigurationError("`molecules`: expected each atom in one molecule, got one in several")
        self.masses = masses_of(universe, masses)[self.atoms]
        self._starts = np.append(0, np.cumsum(self.sizes)[:-1])
        self._owners = np.repeat(np.arange(len(self.sizes)), self.sizes)
        self.molecular_masses = self.sums(self.masses)

    def __len__(self) -> int:
        """Return the number of molecules."""
        return len(self.sizes)

    def sums(self, values: Array) -> Array:
        """Return the sums [M,...] of values [A,...] over the atoms of each molecule."""
        return np.asarray(np.add.reduceat(values, self._starts, axis=0))

    def spread(self, values: Array) -> Array:
        """Return for each atom the value of its molecule, [A,...] from [M,...]."""
        return np.asarray(values[self._owners])

    def centers(self, values: Array) -> Array:
        """Return the center of mass of each molecule, or its velocity, [M,3], from values [A,3] of the atoms."""
        return self.sums(self.masses[:, None] * values) / self.molecular_masses[:, None]

    def whole(self, positions: Array, dimensions: Any) -> Array:
        """Return the positions [A,3] from those of all atoms [N,3], with each molecule whole around its first atom."""
        mine = np.asarray(positions[self.atoms], dtype=np.float64)
        if dimensions is None or not np.all(np.asarray(dimensions[:3]) > 0):
            return mine
        first = mine[self._starts][self._owners]
        return np.asarray(first + minimize_vectors(mine - first, dimensions), dtype=np.float64)


def _found(universe: Any) -> list[NDArray[np.intp]]:
    if hasattr(universe, "bonds") and len(universe.bonds) > 0:
        return [np.asarray(fragment.indices) for fragment in universe.atoms.fragments]
    if hasattr(universe.atoms, "elements") and set(universe.atoms.elements) == {"O", "H"}:
        return list(Water(universe).atoms)
    raise NotApplicableError(
        "`molecules`: expected water, or bonds in the trajectory that define molecules, got neither; give the indices "
        "of the atoms of each molecule"
    )
