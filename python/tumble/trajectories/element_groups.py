"""Atoms of a Universe, grouped by element."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tumble.errors import TrajectoryError


def atoms_by_element(universe: Any) -> dict[str, NDArray[np.intp]]:
    """Indices of the atoms of each element, in the order of the alphabet.

    Raises:
        TrajectoryError: If elements aren't known.
    """
    if not hasattr(universe.atoms, "elements"):
        raise TrajectoryError(
            "`universe`: expected elements of the atoms, got none; add them with "
            "`universe.add_TopologyAttr('elements', [...])`"
        )
    elements = np.array([str(symbol) for symbol in universe.atoms.elements])
    return {str(symbol): np.flatnonzero(elements == symbol) for symbol in np.unique(elements)}
