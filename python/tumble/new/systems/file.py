"""A structure from a file, with any elements."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from ase import Atoms
from ase.cell import Cell
from ase.geometry import find_mic
from typing_extensions import override

from tumble.errors import ConfigurationError
from tumble.frames import read_frames
from tumble.new.systems.system import Choices, System, SystemKind, barostat_of_crystal
from tumble.new.water import symbols

#: Å; an O–H distance below it is a bond.
BOND = 1.3


class FromFile(SystemKind):
    """The first structure of a file."""

    name = usage = "file"
    options = ("structure",)
    pressure = True
    symbols = ""

    @override
    def build(self, argument: str | None, choices: Choices) -> System:
        if argument is not None:
            raise ConfigurationError(f"`system`: expected `--structure FILE`, got `file:{argument}`")
        if choices.structure is None:
            raise ConfigurationError("`structure`: expected a file for the system `file`, got none")
        atoms = in_standard_cell(next(read_frames(choices.structure, "structure")))
        if len(atoms) < 2:
            raise ConfigurationError(f"`structure`: expected at least two atoms in `{choices.structure}`, got 1")
        stem = "".join(letter if letter.isalnum() or letter in "-_" else "-" for letter in _stem(choices.structure))
        formula = atoms.symbols.get_chemical_formula()
        return System(
            name=stem or "structure",
            title=f"{len(atoms)} atoms, {formula}, of {choices.structure.name}",
            atoms=atoms,
            remarks=("Masses are those of the elements, whatever the file of the structure contains.",),
            water=is_water(atoms),
            barostat=barostat_of_crystal(atoms) if atoms.pbc.all() else None,
        )


def in_standard_cell(atoms: Atoms) -> Atoms:
    """Return the structure, turned so that its first cell vector is along x and its second in the xy plane, z up.

    Both engines need this orientation. Molecules aren't wrapped. Vectors that aren't periodic become normal to the
    others and hold all atoms, as LAMMPS needs it. The first two vectors of a left-handed cell are exchanged.

    Raises:
        ConfigurationError: If a periodic direction has no cell vector, or all vectors lie in a plane.
    """
    copy = Atoms(atoms.symbols, np.asarray(atoms.positions), cell=atoms.cell, pbc=atoms.pbc)
    copy.cell[~copy.pbc] = 0.0
    if not copy.pbc.any():
        return copy
    lengths = copy.cell.lengths()
    if (lengths[copy.pbc] == 0.0).any():
        raise ConfigurationError(f"`structure`: expected a cell vector for each periodic direction, got {lengths}")
    whole = copy.cell.complete()
    if abs(whole.volume) < 1e-6:
        raise ConfigurationError("`structure`: expected cell vectors that span a volume, got vectors in a plane")
    if whole.handedness < 0:
        whole = Cell(whole[[1, 0, 2]])  # type: ignore[no-untyped-call]
    standard, turn = whole.standard_form()
    copy.positions = copy.positions @ turn.T
    copy.cell[:] = standard
    for axis in np.flatnonzero(~copy.pbc):
        _give_room(copy, int(axis))
    return copy


def is_water(atoms: Atoms) -> bool:
    """Return whether a structure consists of water molecules, in the order O H H."""
    if len(atoms) % 3 or list(atoms.symbols) != symbols(len(atoms) // 3):
        return False
    molecules = range(0, len(atoms), 3)
    vectors = np.concatenate([atoms.positions[[i + 1, i + 2]] - atoms.positions[i] for i in molecules])
    _, lengths = find_mic(vectors, atoms.cell, atoms.pbc)  # type: ignore[no-untyped-call]
    return bool((lengths < BOND).all())


def _give_room(atoms: Atoms, axis: int) -> None:
    """Make the cell along an open axis as long as the structure, with a margin, and put the atoms into its middle."""
    extent = float(np.ptp(atoms.positions[:, axis])) + 20.0
    cell = atoms.cell.array.copy()
    cell[axis] *= extent / np.linalg.norm(cell[axis])
    atoms.cell[:] = cell
    middle = 0.5 * (atoms.positions[:, axis].min() + atoms.positions[:, axis].max())
    atoms.positions[:, axis] += extent / 2 - float(middle)


def _stem(path: Path) -> str:
    return path.name.partition(".")[0]
