"""Check that water molecules stay whole: each oxygen must keep its two initial hydrogens.

A hydrogen belongs to the oxygen nearest to it in the first frame (nearest images). A molecule is broken in a frame if
one of its hydrogens is farther away than a limit, or if a hydrogen of another molecule is as near: in both cases a
proton has left, or is about to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from MDAnalysis.lib.distances import distance_array

from tumble.observables.frames.hydrogen_assignment import LIMIT, assign_hydrogens, water_atoms


@dataclass(frozen=True)
class Break:
    """The first time that a molecule was found broken.

    Attributes:
        frame: Index of the frame.
        oxygen: Index of the oxygen atom in the trajectory, from 0.
        own: Distance to the farther one of its hydrogens, Å.
        other: Distance to the nearest hydrogen of another molecule, Å.
    """

    frame: int
    oxygen: int
    own: float
    other: float


@dataclass(frozen=True)
class Wholeness:
    """The fate of the molecules of a trajectory.

    Attributes:
        molecules: Number of molecules.
        frames: Number of analyzed frames.
        longest: Longest distance between an oxygen and one of its hydrogens, Å.
        nearest: Shortest distance between an oxygen and a hydrogen of another molecule, Å; infinite if there is
            just one molecule.
        limit: Limit that was used, Å.
        first_break: None if all molecules stayed whole.
    """

    molecules: int
    frames: int
    longest: float
    nearest: float
    limit: float
    first_break: Break | None


def watch_molecules(universe: Any, limit: float = LIMIT, *, start: Any | None = None) -> Wholeness:
    """Follow the molecules of water through a trajectory.

    Args:
        universe: A `MDAnalysis.Universe` with elements, of water alone.
        limit: Longest distance of an oxygen and its own hydrogen in a whole molecule, Å.
        start: Earlier trajectory of the same atoms, whose first frame assigns hydrogens to oxygens; without it, the
            first frame of `universe` does.

    Raises:
        TrajectoryError: If the first frame doesn't consist of whole water molecules.
    """
    oxygens, hydrogens = water_atoms(universe)
    mine = np.searchsorted(hydrogens.indices, assign_hydrogens(universe if start is None else start, limit)[:, 1:])
    longest, nearest, first_break = 0.0, np.inf, None
    for ts in universe.trajectory:
        distances = distance_array(oxygens.positions, hydrogens.positions, box=ts.dimensions)
        own = np.take_along_axis(distances, mine, axis=1).max(axis=1)
        np.put_along_axis(distances, mine, np.inf, axis=1)
        other = distances.min(axis=1)
        longest, nearest = max(longest, float(own.max())), min(nearest, float(other.min()))
        # NaN counts as broken.
        broken = np.flatnonzero(~((own <= limit) & (own < other)))
        if first_break is None and len(broken) > 0:
            worst = broken[np.argmax(np.nan_to_num(own[broken], nan=np.inf))]
            first_break = Break(ts.frame, int(oxygens.indices[worst]), float(own[worst]), float(other[worst]))
    return Wholeness(len(oxygens), len(universe.trajectory), longest, nearest, limit, first_break)
