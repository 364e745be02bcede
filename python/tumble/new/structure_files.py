"""Files of a structure for LAMMPS and i-PI: the same atoms, to all digits, with the same masses."""

from __future__ import annotations

import numpy as np
from ase import Atoms
from ase.data import atomic_masses, atomic_numbers
from numpy.typing import NDArray

from tumble.new.systems.system import System
from tumble.new.water import MASSES

#: Å between an isolated structure and the sides of its box.
MARGIN = 10.0
#: Shortest edge of the box of an isolated structure, Å.
SHORTEST = 20.0


def box_of(atoms: Atoms) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the origin of a structure's box and its vectors as rows, in Å; about the atoms if they are isolated.

    Args:
        atoms: Structure whose cell, if there is one, is a lower triangle.
    """
    if atoms.pbc.any():
        return np.zeros(3), np.asarray(atoms.cell.array)
    edge = max(SHORTEST, float(np.ceil(np.ptp(atoms.positions, axis=0).max() + 2 * MARGIN)))
    cell = np.asarray(atoms.cell.array) if atoms.cell.rank == 3 else edge * np.eye(3)
    middle = 0.5 * (atoms.positions.min(axis=0) + atoms.positions.max(axis=0))
    return np.asarray(middle.round(6) - cell.sum(axis=0) / 2), cell


def lammps_data(system: System, source: str) -> str:
    """Return a data file of style `atomic`.

    Args:
        system: System; its elements are the types, in their order.
        source: What made the file, for its first line.
    """
    atoms, elements = system.atoms, system.elements
    origin, cell = box_of(atoms)
    types = ", ".join(f"{'type ' if k == 1 else ''}{k} is {element}" for k, element in enumerate(elements, 1))
    lines = [
        f"# {system.title}; made by {source}; {types}",
        "",
        f"{len(atoms)} atoms",
        f"{len(elements)} atom types",
        "",
    ]
    lines += [
        f"{low:.10g} {low + length:.10g} {axis}lo {axis}hi"
        for axis, low, length in zip("xyz", origin, np.diag(cell), strict=True)
    ]
    tilts = cell[[1, 2, 2], [0, 0, 1]]
    if np.abs(tilts).max() > 1e-9:
        lines.append(f"{' '.join(f'{tilt:.10g}' for tilt in tilts)} xy xz yz")
    lines += ["", "Masses", ""]
    lines += [f"{kind} {mass_of(element):.8g}  # {element}" for kind, element in enumerate(elements, 1)]
    lines += ["", "Atoms # atomic", ""]
    kinds = {element: kind for kind, element in enumerate(elements, 1)}
    for i, (symbol, (x, y, z)) in enumerate(zip(atoms.symbols, atoms.positions, strict=True), 1):
        lines.append(f"{i} {kinds[symbol]} {x:.8f} {y:.8f} {z:.8f}")
    return "\n".join(lines) + "\n"


def ipi_xyz(system: System) -> str:
    """Return the xyz file that i-PI reads, with units; the box of an isolated structure is about the origin."""
    atoms = system.atoms
    _, cell = box_of(atoms)
    if np.abs(cell - np.diag(np.diag(cell))).max() < 1e-9:
        sides = " ".join(f"{length:.8f}" for length in np.diag(cell))
        comment = f"# CELL(abcABC): {sides} 90.00000 90.00000 90.00000"
    else:
        # i-PI's cell vectors are columns of an upper triangle, row by row.
        comment = f"# CELL(H): {' '.join(f'{number:.10f}' for number in cell.T.ravel())}"
    lines = [str(len(atoms)), f"{comment} positions{{angstrom}} cell{{angstrom}}"]
    for symbol, (x, y, z) in zip(atoms.symbols, atoms.positions, strict=True):
        lines.append(f"{symbol} {x:13.8f} {y:13.8f} {z:13.8f}")
    return "\n".join(lines) + "\n"


def mass_of(element: str) -> float:
    """Return the mass that i-PI gives an element of water, else that of ASE, g/mol."""
    return MASSES.get(element, float(atomic_masses[atomic_numbers[element]]))
