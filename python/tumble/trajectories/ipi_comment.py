"""The line of comment that i-PI writes with each frame, in any of its formats, and the units of what follows.

    # CELL(abcABC):   12.42000    12.42000    12.42000    90.00000    90.00000    90.00000  Step:          40
    Bead:       3 positions{angstrom}  cell{angstrom}                                              (on one line)

Numbers are converted to the units of MDAnalysis from those named in braces: Å, Å/ps, kJ/(mol Å). i-PI writes the cell
in bohr unless told otherwise (`cell_units='angstrom'`), also beside positions in Å. Its cell has the convention of
MDAnalysis: a along x, b in the xy plane. What i-PI reads, as its starting structures, may have these words in any
order, other brackets, a cell as a matrix (`CELL{H}`), and no step. Constants are those of
`tumble.units.ipi`.
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

#: What i-PI calls the trajectories that are read: what they hold, and whether it is that of the centroids.
_QUANTITIES = {
    "positions": ("positions", False),
    "velocities": ("velocities", False),
    "forces": ("forces", False),
    "x_centroid": ("positions", True),
    "v_centroid": ("velocities", True),
    "f_centroid": ("forces", True),
    # Of the beads that sample in the Suzuki–Chin splitting.
    "x_centroid_even": ("positions", True),
    "v_centroid_even": ("velocities", True),
}

#: Words of i-PI's comments, anywhere in a line: whoever meets one must read the comment with `parse_comment`.
IPI_WORDS = re.compile(rb"(?<![A-Za-z])CELL|\b(?:positions|velocities|forces|momenta|[xvfp]_centroid(?:_even)?|cell)\{")

_CELL = re.compile(r"CELL\s*[({\[]\s*(abcABC|GENH|H)\s*[)}\]]\s*:?(.*)", re.DOTALL)
_NUMBER = re.compile(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)(?=\s|$)", re.ASCII)
_STEP = re.compile(r"\bStep:\s*(\d{1,18})(?=\s|$)", re.ASCII)
_BEAD = re.compile(r"\bBead:\s*(\d{1,9})(?=\s|$)", re.ASCII)
_QUANTITY = re.compile(r"\b(?!CELL\b)(\w+)\{([^}]*)\}")


class Comment(NamedTuple):
    """What the comment of a frame says.

    Attributes:
        step: Number of the time step; None if it isn't there, as in structures that i-PI starts from.
        bead: Number of the bead; 0 for centroids; None if it isn't there.
        quantity: `positions`, `velocities` or `forces`.
        centroid: Whether it is that of the centroids.
        factor: From the unit of the columns to that of MDAnalysis.
        cell: Edges (Å) and angles (degrees), [6]; None if the comment has none.
        cell_factor: From the unit of the cell to Å.
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
        """What is the same in all frames of a file."""
        return self.step is None, self.bead, self.quantity, self.centroid


def parse_comment(comment: str) -> Comment:
    """Read the comment of a frame.

    Raises:
        TrajectoryError: If it isn't one of i-PI, or the quantity, a unit or the cell isn't known.
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
        cell_unit = unit  # as i-PI takes it; beside Å, it would too, and few who write such a file mean that
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
    """The number behind a word; None without the word."""
    found = pattern.search(comment)
    if found is None and word in comment:
        raise _unknown(comment)
    return None if found is None else int(found.group(1))


def _cell(comment: str, ours: float) -> Array:
    """Edges (Å) and angles (degrees) of the cell in a comment, [6]."""
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
            raise TrajectoryError(f"`comment`: expected {count} numbers behind `CELL({form})`, got `{comment.strip()}`")
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
