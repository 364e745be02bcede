"""Dipole moments of the molecules of water, and of the whole system, in each frame of a trajectory.

Sources are those of `tumble.observables.dipoles.dipole_moments`, and `TotalDipoles`, which doesn't need molecules.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from tumble.errors import ConfigurationError, NotApplicableError
from tumble.observables.dipoles.dipole_moments import MolecularSource, PointCharges
from tumble.observables.frames.snapshot import Snapshot
from tumble.observables.frames.water import BrokenMolecules, Water
from tumble.trajectories.frame_values import FrameSource, FrameValues
from tumble.types import Array


class TotalDipoles:
    """Dipoles of the whole system that were computed elsewhere.

    In a periodic box they must be continuous when molecules cross its faces, without jumps by a lattice vector times a
    charge.

    Args:
        dipoles: [3] or, for all beads, [P,3] in e·Å for each frame, given in the ways of `GivenDipoles`.
    """

    description = "given dipoles of the whole system"

    def __init__(self, dipoles: FrameSource) -> None:
        self._values = FrameValues("dipoles", dipoles)

    def total(self, ts: Any) -> Array:
        """Return the dipole of the system, [P,3] in e·Å.

        Raises:
            ConfigurationError: If a dipole doesn't have three components.
        """
        found = np.atleast_2d(self._values.at(ts))
        if found.ndim != 2 or found.shape[1] != 3:
            raise ConfigurationError(f"`dipoles`: expected the shape (3,) or (beads, 3), got {found.shape}")
        return found


class WaterDipoles:
    """The dipoles of the molecules of a trajectory; broken molecules are counted.

    Args:
        universe: A `MDAnalysis.Universe` of water, with elements; a note lists other atoms.
        source: Source of the dipoles; the default is point charges.

    Attributes:
        others: Numbers and elements of the atoms that don't belong to water, in words; empty if there are none.

    Raises:
        NotApplicableError: If this isn't water.
    """

    def __init__(self, universe: Any, source: MolecularSource | None = None) -> None:
        self.water = Water(universe)
        counts = Counter(np.delete(universe.atoms.elements, self.water.atoms.ravel()).tolist())
        self.others = ", ".join(f"{count} {symbol}" for symbol, count in sorted(counts.items()))
        self.source = PointCharges() if source is None else source

    @property
    def description(self) -> str:
        """Description in words, for metadata."""
        return self.source.description

    def molecular(self, snapshot: Snapshot, broken: BrokenMolecules) -> Array:
        """Return the dipoles of the molecules of a frame, [P,M,3] in e·Å, and count broken molecules in `broken`."""
        bonds = self.water.bonds_of_beads(snapshot)
        middle = snapshot.once(("mean bonds", self.water.key), lambda: np.asarray(bonds.mean(axis=0)))
        broken.count(self.water, middle, snapshot.frame)
        # One source may serve several observables.
        key = ("dipoles", id(self.source), self.water.key)
        return snapshot.once(key, lambda: self.source.molecular(snapshot.ts, self.water, bonds))

    def directions(self, snapshot: Snapshot, moments: Array) -> Array:
        """Return the unit vectors along the dipoles that `molecular` gave, [P,M,3]."""
        key = ("directions of dipoles", id(self.source), self.water.key)
        return snapshot.once(key, lambda: np.asarray(moments / np.linalg.norm(moments, axis=-1, keepdims=True)))

    def notes(self, broken: BrokenMolecules, frames: int) -> tuple[str, ...]:
        """Return the notes for the reader of a result."""
        notes = (f"Dipoles are from {self.description}.", *broken.notes(self.water, frames))
        if self.others:
            notes = (*notes, f"Dipoles include water only: {self.others} are excluded, also from the sum M.")
        return notes


class SystemDipole:
    """The total dipole of a trajectory, from any source.

    Args:
        universe: A `MDAnalysis.Universe` of water, with elements; any system if `source` gives total dipoles.
        source: Source of the dipoles; the default is point charges of water.

    Raises:
        NotApplicableError: If the source gives dipoles of molecules, and the system contains more than water.
    """

    def __init__(self, universe: Any, source: MolecularSource | TotalDipoles | None = None) -> None:
        self._source = source if isinstance(source, TotalDipoles) else WaterDipoles(universe, source)
        if isinstance(self._source, WaterDipoles) and self._source.others:
            raise NotApplicableError(
                "`universe`: expected water alone, whose total dipole is the sum over its molecules, got "
                f"{self._source.others} as well, which may carry charges; in Python give `TotalDipoles`"
            )

    @property
    def description(self) -> str:
        """Description in words, for metadata."""
        return self._source.description

    def bead_average(self, snapshot: Snapshot, broken: BrokenMolecules) -> Array:
        """Return the total dipole averaged over beads, [3] in e·Å, and count broken molecules in `broken`."""
        if isinstance(self._source, TotalDipoles):
            return np.asarray(self._source.total(snapshot.ts).mean(axis=0))
        return np.asarray(self._source.molecular(snapshot, broken).sum(axis=1).mean(axis=0))

    def notes(self, broken: BrokenMolecules, frames: int) -> tuple[str, ...]:
        """Return the notes for the reader of a result."""
        if isinstance(self._source, TotalDipoles):
            return (f"Dipoles are from {self.description}.",)
        return self._source.notes(broken, frames)
