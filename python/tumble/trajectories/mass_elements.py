"""Elements from masses, as data files of LAMMPS and topologies of other programs have them.

A mass is that of an element, or of an isotope in common use, if it agrees to 6e-4, by which tables of different years
differ, or is that mass rounded. United atoms (CH2, 14.027 u, next to N) and coarse ones agree with none, and 40.0 is Ar
as well as Ca: no element is made up for these.
"""

from __future__ import annotations

from ase.data import atomic_masses, atomic_numbers, chemical_symbols

from tumble.trajectories.elements import ISOTOPES

_TOLERANCE = 6e-4
#: By how much a mass may differ from that of the element that its file names, u: as much as water's O, or C of a methyl
#: group, gives to its H where masses are repartitioned.
_REPARTITIONED = 6.2
# Elements that occur in nature; others have no mass of their own.
_NUMBERS = [*range(1, 43), *range(44, 61), *range(62, 84), 90, 91, 92]
_MASSES = [*((chemical_symbols[number], float(atomic_masses[number])) for number in _NUMBERS), *ISOTOPES.values()]


def elements_of_mass(mass: float) -> list[str]:
    """Return the elements that a mass (u) may be, in the order of the alphabet: none, one, or several."""
    close = {symbol for symbol, known in _MASSES if abs(mass - known) <= _TOLERANCE * known}
    rounded = {symbol for symbol, known in _MASSES if _is_rounded(mass, known)}
    return sorted(close if len(close) == 1 else close | rounded)


def _is_rounded(mass: float, known: float) -> bool:
    return any(abs(mass - round(known, digits)) < 1e-9 * known for digits in (0, 1, 2))


def element_named(name: str, mass: float) -> str:
    """Return the element that a file names beside a mass (u); empty if it names none, or that can't be its mass.

    Only the exact symbol counts, since names of types, such as CA and HO of force fields, look like elements, too.
    """
    symbol = "H" if name in ("D", "T") else name
    number = atomic_numbers.get(symbol, 0)
    if number == 0 or abs(mass - atomic_masses[number]) > _REPARTITIONED:
        return ""
    others = {other for other, known in _MASSES if abs(mass - known) <= _TOLERANCE * known}
    return symbol if not others or symbol in others else ""


def is_natural(mass: float, element: str) -> bool:
    """Return whether a mass (u) is that of the element as it occurs in nature."""
    known = float(atomic_masses[atomic_numbers[element]])
    return abs(mass - known) <= _TOLERANCE * known
