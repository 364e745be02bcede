"""Elements from the masses in data files of LAMMPS and topologies of other programs.

A mass belongs to an element, or to a common isotope, if it agrees within 6e-4 (tables of different years differ by that
much) or equals that mass rounded. United atoms (CH2, 14.027 u, close to N) and coarse-grained particles agree with no
element, and 40.0 may be Ar or Ca: such masses give no element.
"""

from __future__ import annotations

from ase.data import atomic_masses, atomic_numbers, chemical_symbols

from tumble.trajectories.elements import ISOTOPES

_TOLERANCE = 6e-4
#: Largest difference, u, between a mass and that of the element that its file names: mass repartitioning moves this
#: much from the O of water, or the C of a methyl group, to its H.
_REPARTITIONED = 6.2
# Elements that occur in nature; others have no standard atomic weight.
_NUMBERS = [*range(1, 43), *range(44, 61), *range(62, 84), 90, 91, 92]
_MASSES = [*((chemical_symbols[number], float(atomic_masses[number])) for number in _NUMBERS), *ISOTOPES.values()]


def elements_of_mass(mass: float) -> list[str]:
    """Return the elements that a mass (u) may belong to, in alphabetical order: none, one, or several."""
    close = {symbol for symbol, known in _MASSES if abs(mass - known) <= _TOLERANCE * known}
    rounded = {symbol for symbol, known in _MASSES if _is_rounded(mass, known)}
    return sorted(close if len(close) == 1 else close | rounded)


def _is_rounded(mass: float, known: float) -> bool:
    return any(abs(mass - round(known, digits)) < 1e-9 * known for digits in (0, 1, 2))


def element_named(name: str, mass: float) -> str:
    """Return the element that a file names next to a mass (u); empty if the name is no element or contradicts the mass.

    Only exact symbols count, since type names of force fields, such as CA and HO, resemble elements.
    """
    symbol = "H" if name in ("D", "T") else name
    number = atomic_numbers.get(symbol, 0)
    if number == 0 or abs(mass - atomic_masses[number]) > _REPARTITIONED:
        return ""
    others = {other for other, known in _MASSES if abs(mass - known) <= _TOLERANCE * known}
    return symbol if not others or symbol in others else ""


def is_natural(mass: float, element: str) -> bool:
    """Return whether a mass (u) is the standard atomic weight of the element."""
    known = float(atomic_masses[atomic_numbers[element]])
    return abs(mass - known) <= _TOLERANCE * known
