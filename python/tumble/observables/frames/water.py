"""Water molecules of a trajectory: which hydrogens belong to which oxygen, and the vectors of each molecule.

Molecules are found in the first frame by distance, in whatever order the atoms are; see
`tumble.observables.frames.hydrogen_assignment`, which also follows them in time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from MDAnalysis.lib.distances import minimize_vectors
from numpy.typing import NDArray

from tumble.observables.frames.hydrogen_assignment import LIMIT, assign_hydrogens
from tumble.observables.frames.snapshot import Snapshot
from tumble.types import Array


class Water:
    """The molecules of a trajectory of water.

    Args:
        universe: A `MDAnalysis.Universe` with elements, of water alone; its first frame is looked at.
        limit: Longest distance of an oxygen and its own hydrogen in a whole molecule, Å.

    Raises:
        NotApplicableError: If the first frame doesn't consist of whole water molecules.
    """

    def __init__(self, universe: Any, limit: float = LIMIT) -> None:
        self.limit = limit
        #: Indices of the atoms O, H and H of each molecule, [M,3].
        self.atoms: NDArray[np.intp] = assign_hydrogens(universe, limit)
        #: Equal for those with the same molecules.
        self.key = self.atoms.tobytes()

    def __len__(self) -> int:
        """Return the number of molecules."""
        return len(self.atoms)

    def bonds(self, positions: Array, dimensions: Array | None) -> Array:
        """Return the vectors from each oxygen to its hydrogens, nearest images.

        Args:
            positions: [...,N,3] in Å.
            dimensions: Edges (Å) and angles (degrees) of the box; None without one.

        Returns:
            [...,M,2,3] in Å.
        """
        atoms = positions[..., self.atoms, :]
        bonds = atoms[..., 1:, :] - atoms[..., :1, :]
        if dimensions is not None:
            bonds = minimize_vectors(np.ascontiguousarray(bonds).reshape(-1, 3), dimensions).reshape(bonds.shape)
        return np.asarray(bonds, dtype=np.float64)

    def bonds_of_beads(self, snapshot: Snapshot) -> Array:
        """Return `bonds` of all beads of a frame, [P,M,2,3] in Å, computed once for all callers."""
        return snapshot.once(("bonds", self.key), lambda: self.bonds(snapshot.beads, snapshot.dimensions))

    def bonds_of_centroid(self, snapshot: Snapshot) -> Array:
        """Return `bonds` of the centroid of a frame, [M,2,3] in Å, computed once for all callers."""
        key = ("bonds of the centroid", self.key)
        return snapshot.once(key, lambda: self.bonds(snapshot.centroid, snapshot.dimensions))

    def broken(self, bonds: Array) -> int:
        """Return the number of molecules with a bond [M,2,3] that is longer than the limit, or not a number."""
        lengths = np.linalg.norm(bonds, axis=-1)
        return int(np.sum(~np.all(lengths <= self.limit, axis=-1)))


class BrokenMolecules:
    """The number of broken molecules in the frames of an analysis, and the first place.

    An observable has one in its `results`; `joined` combines the objects of several processes.

    Attributes:
        number: Summed over frames.
        first_frame: Index of the first frame with one; None if there is none.
    """

    def __init__(self) -> None:
        self.number = 0
        self.first_frame: int | None = None

    def count(self, water: Water, bonds: Array, frame: int) -> None:
        """Count broken molecules by the bonds [M,2,3] of the centroid of a frame, since single beads swing farther."""
        found = water.broken(bonds)
        self.number += found
        if found > 0 and (self.first_frame is None or frame < self.first_frame):
            self.first_frame = frame

    @staticmethod
    def joined(parts: Sequence[BrokenMolecules]) -> BrokenMolecules:
        """Return the counts of several processes as one."""
        total = BrokenMolecules()
        total.number = sum(part.number for part in parts)
        total.first_frame = min((part.first_frame for part in parts if part.first_frame is not None), default=None)
        return total

    def notes(self, water: Water, frames: int) -> tuple[str, ...]:
        """Return a note on broken molecules for a result over `frames` frames; empty if all stayed whole."""
        if self.number == 0:
            return ()
        return (
            f"{self.number} of {frames * len(water)} molecules (summed over frames) were broken, with an O-H distance "
            f"of the centroid above {water.limit:g} Å, the first in frame {self.first_frame}: a proton has left, or "
            "the model has failed; hydrogens are counted with the oxygen that they started with.",
        )
