"""A property of each atom that colors a picture."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from ase import Atoms
from numpy.typing import NDArray

from tumble.errors import ConfigurationError
from tumble.hints import nearest_name
from tumble.labels import results_of

Float = NDArray[np.float64]

_RESULTS_OF_ATOMS = ("charges", "energies", "forces", "magmoms")  # what ASE's readers keep apart from `arrays`


def colors(frames: Sequence[Atoms], name: str, energies: Float) -> NDArray[np.generic]:
    """Return a property of each atom: numbers, or words for a palette.

    Args:
        frames: Structures with the property.
        name: `species`, `energy`, or a key of the numbers or words that a file gives for atoms or structures. Of
            vectors the norm is taken, and all atoms of a structure have what the structure has.
        energies: For `energy`.

    Raises:
        ConfigurationError: If a structure lacks the property, or none of its numbers is finite.
    """
    if name == "species":
        return np.concatenate([np.array(atoms.get_chemical_symbols()) for atoms in frames])  # type: ignore[no-untyped-call]
    if name == "energy":
        return energies
    found = np.concatenate([_property(atoms, name, i) for i, atoms in enumerate(frames)])
    if found.dtype.kind == "f" and not np.isfinite(found).any():
        raise ConfigurationError(f"`color`: expected finite numbers as `{name}`, got none")
    return found


def _property(atoms: Atoms, name: str, number: int) -> NDArray[np.generic]:
    """Return a property of each atom of a structure."""
    found = {**results_of(atoms), **atoms.info, **atoms.arrays}
    if name not in found:
        known = ["species", "energy", *found]
        raise ConfigurationError(
            f"`color`: expected a property of structure {number}, got `{name}`{nearest_name(name, known, 'properties')}"
        )
    value, of_atoms = np.asarray(found[name]), name in atoms.arrays or name in _RESULTS_OF_ATOMS
    if value.dtype == object and all(isinstance(each, str) for each in value.flat):  # as ASE reads a column of words
        value = value.astype(str)
    if value.ndim == (2 if of_atoms else 1) and np.issubdtype(value.dtype, np.number):
        value = np.linalg.norm(value, axis=-1)
    if value.ndim != (1 if of_atoms else 0) or value.dtype.kind not in "biufU":
        raise ConfigurationError(
            f"`color`: expected numbers, vectors or words as `{name}` of structure {number}, got {value!r}"
        )
    return value if of_atoms else np.full(len(atoms), value)
