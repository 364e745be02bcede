"""Masses of the atoms of a Universe."""

from __future__ import annotations

from typing import Any

import ase.data
import numpy as np

from tumble.errors import ConfigurationError, NotApplicableError
from tumble.types import Array


def masses_of(universe: Any, masses: Any = None) -> Array:
    """Return the masses of all atoms, [N] in amu.

    The masses are those of the Universe, unless all of them are 1, which MDAnalysis sets if a file has none. Then they
    are the masses of the elements at natural abundance, from ASE.

    Args:
        universe: A `MDAnalysis.Universe`.
        masses: [N] in amu, in place of those of the Universe.

    Raises:
        TrajectoryError: If masses are unknown or not positive.
    """
    found = masses
    if found is None and hasattr(universe.atoms, "masses"):
        own = np.asarray(universe.atoms.masses, dtype=np.float64)
        found = None if np.all(own == 1.0) or not np.all(own > 0) else own
    if found is None and hasattr(universe.atoms, "elements"):
        numbers = [ase.data.atomic_numbers.get(symbol, 0) for symbol in universe.atoms.elements]
        found = np.where(np.array(numbers) > 0, ase.data.atomic_masses[numbers], np.nan)
    found = np.full(len(universe.atoms), np.nan) if found is None else np.asarray(found, dtype=np.float64)
    if found.shape != (len(universe.atoms),) or not np.all(found > 0):
        kind = NotApplicableError if masses is None else ConfigurationError
        raise kind(
            f"`masses`: expected a positive mass for each of {len(universe.atoms)} atoms, got none, or others; give "
            "them in amu"
        )
    return found
