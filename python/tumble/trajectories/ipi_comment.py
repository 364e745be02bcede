"""Parser of the comment line that i-PI writes with each frame, in any of its formats; it gives the units of the frame.

    # CELL(abcABC):   12.42000    12.42000    12.42000    90.00000    90.00000    90.00000  Step:          40
    Bead:       3 positions{angstrom}  cell{angstrom}                                              (on one line)

Numbers are converted from the units named in braces to those of MDAnalysis: Å, Å/ps, kJ/(mol Å). By default i-PI writes
the cell in bohr, even if positions are in Å (`cell_units='angstrom'` changes that). Its cell has the convention of
MDAnalysis: a along x, b in the xy plane. Starting structures, which i-PI reads, may have these words in any order,
other brackets, a cell as a matrix (`CELL{H}`), and no step. Constants are those of `tumble.units.ipi`.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np

from tumble.errors import TrajectoryError
from tumble.trajectories.boxes import checked_dimensions, dimensions_of
from tumble.types import Array
from tumble.units.ipi import (
    FORCE,
    LENGTH,
    VELOCITY,
    factor,
)

_UNITS = {"positions": LENGTH, "velocities": VELOCITY, "forces": FORCE}

#: Names of i-PI's trajectories: the quantity that they hold, and whether it is that of the centroids.
_QUANTITIES = {
    "positions": ("positions", False),
    "velocities": ("velocities", False),
    "forces": ("forces", False),
    "x_centroid": ("positions", True),
    "v_centroid": ("velocities", True),
    "f_centroid": ("forces", True),
    # Centroids of the even beads, which sample the distribution in the Suzuki–Chin splitting.
    "x_centroid_even": ("positions", True),
    "v_centroid_even": ("velocities", True),
}

#: Words of i-PI's comments: a comment with one of them must be read with `parse_comment`.
IPI_WORDS = re.compile(rb"(?<![A-Za-z])CELL|\b(?:positions|velocities|forces|momenta|[xvfp]_centroid(?:_even)?|cell)\{")

_CELL = re.compile(r"CELL\s*[({\[]\s*(abcABC|GENH|H)\s*[)}\]]\s*:?(.*)", re.DOTALL)
_NUMBER = re.compile(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)(?=\s|$)", re.ASCII)
_STEP = re.compile(r"\bStep:\s*(\d{1,18})(?=\s|$)", re.ASCII)
_BEAD = re.compile(r"\bBead:\s*(\d{1,9})(?=\s|$)", re.ASCII)
_QUANTITY = re.compile(r"\b(?!CELL\b)(\w+)\{([^}]*)\}")


class Comment(NamedTuple):
    """Contents of the comment of a frame.

    Attributes:
        step: Number of the time step; None if missing, as in structures that i-PI starts from.
        bead: Number of the bead; 0 for centroids; None if missing.
        quantity: `positions`, `velocities` or `forces`.
        centroid: Whether the quantity is that of the centroids.
        factor: Factor from the unit of the columns to that of MDAnalysis.
        cell: Edges (Å) and angles (degrees), [6]; None if the comment has none.
        cell_factor: Factor from the unit of the cell to Å.
    """

    step: int | None
    bead: int | None
    quantity: str
    centroid: bool
    factor: float
    cell: Array | None
    cell_factor: float

    @property
    def kind(self) -> tuple[bool, int | None, str, bool]:
        """Properties that all frames of a file share."""
        return self.step is None, self.bead, self.quantity, self.centroid


def parse_comment(comment: str) -> Comment:
    """Read the comment of a frame.

    Raises:
        TrajectoryError: If it isn't a comment of i-PI, or has an unknown quantity, unit or cell.
    """
    found = _QUANTITY.findall(comment)
    units = dict(found)
    cell_unit = units.pop("cell", None)
    if len(units) != 1 or len(found) != len(units) + (cell_unit is not None):
        raise _unknown(comment)
    ((name, unit),) = units.items()
    if name not in _QUANTITIES:
        raise TrajectoryError(f"`comment`: expected one of the trajectories {', '.join(_QUANTITIES)}, got `{name}`")
    quantity, centroid = _QUANTITIES[name]
    ours = factor(_UNITS[quantity], unit, quantity)
    if cell_unit is None and quantity == "positions" and unit == "atomic_unit":
        cell_unit = unit  # as in i-PI; with positions in Å it assumes bohr as well, which few files mean
    cell = None
    if "CELL" in comment:
        if cell_unit is None:
            raise TrajectoryError(
                f"`comment`: expected the unit of the cell, `cell{{angstrom}}` or `cell{{atomic_unit}}`, got "
                f"`{comment.strip()}`"
            )
        cell = _cell(comment, factor(LENGTH, cell_unit, "cell"))
    return Comment(
        _number(_STEP, "Step:", comment),
        _number(_BEAD, "Bead:", comment),
        quantity,
        centroid,
        ours,
        cell,
        1.0 if cell_unit is None else factor(LENGTH, cell_unit, "cell"),
    )


def _unknown(comment: str) -> TrajectoryError:
    return TrajectoryError(
        "`comment`: expected the comment of i-PI (`# CELL(abcABC): a b c A B C Step: n Bead: n "
        f"positions{{unit}} cell{{unit}}`), got `{comment.strip()}`"
    )


def _number(pattern: re.Pattern[str], word: str, comment: str) -> int | None:
    """Return the number that follows a word; None without the word."""
    found = pattern.search(comment)
    if found is None and word in comment:
        raise _unknown(comment)
    return None if found is None else int(found.group(1))


def _cell(comment: str, ours: float) -> Array:
    """Return the edges (Å) and angles (degrees) of the cell in a comment, [6]."""
    found = _CELL.search(comment)
    if found is None or comment.count("CELL") > 1:
        raise _unknown(comment)
    form, rest = found.groups()
    count = 6 if form == "abcABC" else 9
    numbers: list[float] = []
    place = 0
    while len(numbers) < count:
        word = _NUMBER.match(rest, place)
        if word is None:
            raise TrajectoryError(f"`comment`: expected {count} numbers after `CELL({form})`, got `{comment.strip()}`")
        numbers.append(float(word.group(1)))
        place = word.end()
    cell = np.array(numbers)
    if form == "abcABC":
        cell[:3] *= ours
        return checked_dimensions(cell)
    # The columns are the vectors. i-PI turns a box given as `GENH`, with its atoms, unless a is along x and b in the
    # xy plane.
    dimensions = dimensions_of(cell.reshape(3, 3).T * ours, [True] * 3)
    assert dimensions is not None
    return dimensions
