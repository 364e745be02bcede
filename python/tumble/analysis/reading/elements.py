"""Elements and masses of atoms from what files call them: `O`, `H1`, `D`, `C13`."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import scipy.constants
from ase.data import atomic_masses, atomic_numbers

from tumble.analysis.statistics.cells import Array
from tumble.analysis.trajectory_error import TrajectoryError


def _nuclear_mass(name: str) -> float:
    """Mass of an atom of a hydrogen isotope, u: nucleus and electron; their binding is 1e-8 u."""
    return float(scipy.constants.value(f"{name} mass in u") + scipy.constants.value("electron mass in u"))


# i-PI calls deuterium D or H2.
_ISOTOPES = {"D": _nuclear_mass("deuteron"), "H2": _nuclear_mass("deuteron"), "T": _nuclear_mass("triton")}


def element_of(label: str) -> str:
    """Symbol of the element; empty if the label isn't one, or one with digits or an underscore behind it.

    Args:
        label: In a file.
    """
    if label in _ISOTOPES:
        return "H"
    symbol = re.sub(r"[\d_].*$", "", label).capitalize()
    return symbol if atomic_numbers.get(symbol, 0) > 0 else ""


def elements_of(labels: Sequence[str], name: str) -> list[str]:
    """Symbols of the elements of all atoms.

    Args:
        labels: In a file.
        name: The file, for messages.

    Raises:
        TrajectoryError: If a label isn't that of an element.
    """
    symbols = {label: element_of(label) for label in dict.fromkeys(labels)}
    unknown = [label for label, symbol in symbols.items() if not symbol]
    if unknown:
        raise TrajectoryError(
            f"`topology`: expected a file that says which elements the atoms of `{name}` are, since it calls them "
            f"{', '.join(unknown[:5])}"
        )
    return [symbols[label] for label in labels]


def masses_of(labels: Sequence[str], name: str) -> Array:
    """Masses of all atoms, u.

    Args:
        labels: In a file.
        name: The file, for messages.

    Raises:
        TrajectoryError: If a label isn't that of an element.
    """
    elements = elements_of(labels, name)
    return np.array(
        [
            _ISOTOPES.get(label, atomic_masses[atomic_numbers[element]])
            for label, element in zip(labels, elements, strict=True)
        ]
    )
