"""Assignment of hydrogens to oxygens in water: in the first frame, each to the nearest (nearest images)."""

from __future__ import annotations

from typing import Any

import numpy as np
from MDAnalysis.lib.distances import capped_distance
from numpy.typing import NDArray

from tumble.errors import NotApplicableError

LIMIT = 1.35  # Å; an O-H bond of liquid water at 300 K vibrates between about 0.85 and 1.2 Å

_FEW = 1_000_000  # pairs up to which all distances are computed


def water_atoms(universe: Any) -> tuple[Any, Any]:
    """Return all oxygens and all hydrogens, as groups of atoms.

    Raises:
        NotApplicableError: If there aren't two hydrogens for each oxygen.
    """
    oxygens, hydrogens = (universe.select_atoms(f"element {symbol}") for symbol in ("O", "H"))
    if len(oxygens) == 0 or len(hydrogens) != 2 * len(oxygens):
        raise NotApplicableError(
            f"`universe`: expected two H for each O, got {len(hydrogens)} H and {len(oxygens)} O: this isn't water"
        )
    return oxygens, hydrogens


def assign_hydrogens(universe: Any, limit: float = LIMIT) -> NDArray[np.intp]:
    """Return the water molecules in the first frame of a trajectory.

    Args:
        universe: A `MDAnalysis.Universe` of water, with elements.
        limit: Largest O-H distance within a whole molecule, Å.

    Returns:
        Indices of the atoms O, H and H of each molecule, [M,3], in the order of the oxygens.

    Raises:
        NotApplicableError: If the frame doesn't consist of whole water molecules.
    """
    oxygens, hydrogens = water_atoms(universe)
    dimensions = universe.trajectory[0].dimensions
    # A tree: all distances take too long in large boxes, and a grid too much memory in mostly empty ones.
    method = "bruteforce" if len(oxygens) * len(hydrogens) <= _FEW else "pkdtree"
    pairs, distances = capped_distance(oxygens.positions, hydrogens.positions, limit, box=dimensions, method=method)
    order = np.lexsort((distances, pairs[:, 1]))
    owned, nearest = np.unique(pairs[order, 1], return_index=True)
    owner = pairs[order[nearest], 0]
    counts = np.bincount(owner, minlength=len(oxygens))
    if np.any(counts != 2):
        worst = int(np.argmax(np.abs(counts - 2)))
        raise NotApplicableError(
            f"`universe`: expected whole molecules in the first frame, with O-H distances up to {limit} Å, got "
            f"{counts[worst]} H that belong to the O with index {oxygens.indices[worst]}"
        )
    mine = owned[np.argsort(owner, kind="stable")].reshape(-1, 2)
    return np.column_stack([oxygens.indices, hydrogens.indices[mine]])
