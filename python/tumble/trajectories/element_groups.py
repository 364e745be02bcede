"""Atoms of a Universe, grouped by element."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tumble.errors import NotApplicableError


def atoms_by_element(universe: Any) -> dict[str, NDArray[np.intp]]:
    """Return the indices of the atoms of each element, with the symbols in alphabetical order.

    Raises:
        NotApplicableError: If the Universe has no elements.
    """
    if not hasattr(universe.atoms, "elements"):
        raise NotApplicableError(
            "`universe`: expected elements of the atoms, got none; add them with "
            "`universe.add_TopologyAttr('elements', [...])`"
        )
    elements = np.array([str(symbol) for symbol in universe.atoms.elements])
    return {str(symbol): np.flatnonzero(elements == symbol) for symbol in np.unique(elements)}
