"""Elements and masses of atoms from their labels in files: `O`, `H1`, `D`, `C13`.

Digits and underscores after a symbol number the atoms: `H1` and `H2` of PDB, AMBER and CHARMM are hydrogen. In i-PI
some such labels are isotopes, and `H2` is a para-hydrogen molecule as one particle (`ipi/utils/units.py`). Labels in
files of i-PI have this meaning, unless other labels of the same element show that atoms are numbered.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import scipy.constants
from ase.data import atomic_masses, atomic_numbers

from tumble.errors import NotApplicableError
from tumble.types import Array


def _atomic_mass(name: str) -> float:
    """Return the mass of an atom of a hydrogen isotope, u: nucleus and electron; the binding energy is 1e-8 u."""
    return float(scipy.constants.value(f"{name} mass in u") + scipy.constants.value("electron mass in u"))


#: Element and mass (u) of isotope labels; masses of hydrogen are from CODATA, others from AME 2020.
ISOTOPES = {
    "D": ("H", _atomic_mass("deuteron")),
    "T": ("H", _atomic_mass("triton")),
    "C13": ("C", 13.00335484),
    "N15": ("N", 15.00010890),
    "O17": ("O", 16.99913176),
    "O18": ("O", 17.99915961),
    "Cl37": ("Cl", 36.96590257),
    "Br81": ("Br", 80.91628820),
}
#: Labels that i-PI knows in addition to chemical symbols.
_IPI = {
    "H2": 2 * float(atomic_masses[1]),
    "C14": 14.00324199,
    **{label: ISOTOPES[label][1] for label in ("C13", "O17", "O18", "Cl37", "Br81")},
}


def element_of(label: str) -> str:
    """Return the symbol of the element in a label, which digits or an underscore may follow; empty if there is none.

    Args:
        label: Label of an atom in a file.
    """
    if label in ("D", "T"):
        return "H"
    symbol = re.sub(r"[\d_].*$", "", label).capitalize()
    return symbol if atomic_numbers.get(symbol, 0) > 0 else ""


def elements_of(labels: Sequence[str], name: str) -> list[str]:
    """Return the symbols of the elements of all atoms.

    Args:
        labels: Labels of the atoms in a file.
        name: The file, for messages.

    Raises:
        NotApplicableError: If a label isn't an element.
    """
    symbols = {label: element_of(label) for label in dict.fromkeys(labels)}
    unknown = [label for label, symbol in symbols.items() if not symbol]
    if unknown:
        raise NotApplicableError(
            f"`topology`: expected a file with the elements of the atoms of `{name}`, since its labels are "
            f"{', '.join(unknown[:5])}; give one with `--topology`, such as a data file with masses"
        )
    return [symbols[label] for label in labels]


def masses_of(labels: Sequence[str], name: str, ipi: bool = False) -> Array:
    """Return the masses of all atoms, [N] in u.

    Args:
        labels: Labels of the atoms in a file.
        name: The file, for messages.
        ipi: Whether it is a file of i-PI.

    Raises:
        NotApplicableError: If a label isn't an element.
    """
    isotopes = {label: ISOTOPES[label][1] for label in ("D", "T")} | (isotopes_of_ipi(labels) if ipi else {})
    elements = elements_of(labels, name)
    return np.array(
        [
            isotopes.get(label, atomic_masses[atomic_numbers[element]])
            for label, element in zip(labels, elements, strict=True)
        ]
    )


def isotopes_of_ipi(labels: Sequence[str]) -> dict[str, float]:
    """Return the masses (u) of the labels that i-PI gives a mass other than that of the element."""
    numbered = {element_of(label) for label in set(labels) if label not in _IPI and re.search(r"\d$", label)}
    return {label: mass for label, mass in _IPI.items() if label in labels and element_of(label) not in numbered}
