"""Whether water molecules stay whole: each oxygen keeps the two hydrogens that it starts with.

A hydrogen belongs to the oxygen nearest to it in the first frame (nearest images). A molecule is broken in a
frame if one of them is farther away than a limit, or if a hydrogen of another molecule is as near as it: in
both cases a proton has left, or is about to.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from MDAnalysis.lib.distances import capped_distance, distance_array
from numpy.typing import NDArray

from tumble.errors import TrajectoryError

LIMIT = 1.35  # Å; an O-H bond of liquid water at 300 K vibrates between about 0.85 and 1.2 Å

_FEW = 1_000_000  # distances that are all computed


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
    """What became of the molecules of a trajectory.

    Attributes:
        molecules: Their number.
        frames: Number of frames that were looked at.
        longest: Longest distance between an oxygen and one of its hydrogens, Å.
        nearest: Shortest distance between an oxygen and a hydrogen of another molecule, Å; infinite if there is
            just one molecule.
        limit: Å, as it was given.
        first_break: None if all molecules stayed whole.
    """

    molecules: int
    frames: int
    longest: float
    nearest: float
    limit: float
    first_break: Break | None


def watch_molecules(universe: Any, limit: float = LIMIT, *, start: Any | None = None) -> Wholeness:
    """Follows the molecules of water through a trajectory.

    Args:
        universe: A `MDAnalysis.Universe` with elements, of water alone.
        limit: Longest distance of an oxygen and its own hydrogen in a whole molecule, Å.
        start: The trajectory of the same atoms that this one continues, the first frame of which says which
            hydrogens belong to which oxygen; without it, the first frame of `universe` does.

    Raises:
        TrajectoryError: If that first frame doesn't consist of whole water molecules.
    """
    oxygens, hydrogens = _groups(universe)
    mine = np.searchsorted(hydrogens.indices, assign_hydrogens(universe if start is None else start, limit)[:, 1:])
    longest, nearest, first_break = 0.0, np.inf, None
    for ts in universe.trajectory:
        distances = distance_array(oxygens.positions, hydrogens.positions, box=ts.dimensions)
        own = np.take_along_axis(distances, mine, axis=1).max(axis=1)
        np.put_along_axis(distances, mine, np.inf, axis=1)
        other = distances.min(axis=1)
        longest, nearest = max(longest, float(own.max())), min(nearest, float(other.min()))
        # Said such that a NaN counts as broken.
        broken = np.flatnonzero(~((own <= limit) & (own < other)))
        if first_break is None and len(broken) > 0:
            worst = broken[np.argmax(np.nan_to_num(own[broken], nan=np.inf))]
            first_break = Break(ts.frame, int(oxygens.indices[worst]), float(own[worst]), float(other[worst]))
    return Wholeness(len(oxygens), len(universe.trajectory), longest, nearest, limit, first_break)


def _groups(universe: Any) -> tuple[Any, Any]:
    """All oxygens and all hydrogens."""
    oxygens, hydrogens = (universe.select_atoms(f"element {symbol}") for symbol in ("O", "H"))
    if len(oxygens) == 0 or len(hydrogens) != 2 * len(oxygens):
        raise TrajectoryError(
            f"`universe`: expected two H for each O, got {len(hydrogens)} H and {len(oxygens)} O: this isn't water"
        )
    return oxygens, hydrogens


def assign_hydrogens(universe: Any, limit: float = LIMIT) -> NDArray[np.intp]:
    """The molecules in the first frame of a trajectory.

    Args:
        universe: A `MDAnalysis.Universe` with elements, of water alone.
        limit: Longest distance of an oxygen and its own hydrogen in a whole molecule, Å.

    Returns:
        Indices of the atoms O, H and H of each molecule, [M,3], in the order of the oxygens.

    Raises:
        TrajectoryError: If the frame doesn't consist of whole water molecules.
    """
    oxygens, hydrogens = _groups(universe)
    dimensions = universe.trajectory[0].dimensions
    # A tree, and not all distances, so that large boxes are no burden, and no grid, which is as large as empty space.
    method = "bruteforce" if len(oxygens) * len(hydrogens) <= _FEW else "pkdtree"
    pairs, distances = capped_distance(oxygens.positions, hydrogens.positions, limit, box=dimensions, method=method)
    order = np.lexsort((distances, pairs[:, 1]))
    owned, nearest = np.unique(pairs[order, 1], return_index=True)
    owner = pairs[order[nearest], 0]
    counts = np.bincount(owner, minlength=len(oxygens))
    if np.any(counts != 2):
        worst = int(np.argmax(np.abs(counts - 2)))
        raise TrajectoryError(
            f"`universe`: expected whole molecules in the first frame, with O-H distances up to {limit} Å, got "
            f"{counts[worst]} H that belong to the O with index {oxygens.indices[worst]}"
        )
    mine = owned[np.argsort(owner, kind="stable")].reshape(-1, 2)
    return np.column_stack([oxygens.indices, hydrogens.indices[mine]])
