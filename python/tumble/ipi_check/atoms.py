"""The atoms of a system at the start of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms

from tumble.frames import read_frames
from tumble.trajectories.elements import element_of
from tumble.types import Array

_NO_VOLUME = 1e-6  # Å³


@dataclass(frozen=True)
class StartAtoms:
    """The atoms at the start, as i-PI reads them or, if it can't be asked, as ASE reads the structure file.

    Attributes:
        labels: Labels in the input, such as `D`.
        elements: Symbols of the elements; empty for a label without one.
        masses: u, [N].
        positions: Of the first bead, Å, [N, 3].
        cell: Cell vectors as rows, Å, [3, 3].
        spread: Largest distance of a bead from the centroid, Å; None if unknown.
        moving: Whether they have velocities; None if unknown.
    """

    labels: tuple[str, ...]
    elements: tuple[str, ...]
    masses: Array
    positions: Array
    cell: Array
    spread: float | None = None
    moving: bool | None = None

    @property
    def cell_is_missing(self) -> bool:
        """Whether the cell has no volume, as after reading a file of i-PI with ASE."""
        return abs(float(np.linalg.det(self.cell))) < _NO_VOLUME

    def to_ase(self, periodic: str) -> Atoms:
        """Return them for ASE.

        Args:
            periodic: Letters of the periodic cell vectors.
        """
        return Atoms(
            list(self.elements), positions=self.positions, cell=self.cell, pbc=[axis in periodic for axis in "xyz"]
        )


def from_view(system: Mapping[str, Any]) -> StartAtoms:
    """Return the atoms that i-PI read."""
    labels = tuple(system["labels"])
    return StartAtoms(
        labels=labels,
        elements=tuple(element_of(label) for label in labels),
        masses=np.array(system["masses"]),
        positions=np.array(system["positions"]),
        cell=np.array(system["cell"]),
        spread=system["spread"],
        moving=system["moving"],
    )


def from_file(path: Path) -> StartAtoms:
    """Return the atoms of the first structure of a file, with standard masses.

    Raises:
        FramesError: If ASE can't read it.
    """
    atoms = next(read_frames(path, "structure"))
    symbols = tuple(atoms.symbols)
    return StartAtoms(symbols, symbols, atoms.get_masses(), atoms.positions, np.asarray(atoms.cell.array))
