"""The line of comment that i-PI writes with each frame, in any of its formats, and the units of what follows.

    # CELL(abcABC):   12.42000    12.42000    12.42000    90.00000    90.00000    90.00000  Step:          40
    Bead:       3 positions{angstrom}  cell{angstrom}                                              (on one line)

Numbers are converted to the units of MDAnalysis from those named in braces: Å, Å/ps, kJ/(mol Å). i-PI writes the cell
in bohr unless told otherwise (`cell_units='angstrom'`), also beside positions in Å. Its cell has the convention of
MDAnalysis: a along x, b in the xy plane. Constants are those of ASE (CODATA 2014); i-PI's own are rounded to 8 digits.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import ase.units
import numpy as np

from tumble.analysis.statistics.cells import Array
from tumble.analysis.trajectory_error import TrajectoryError

#: Force in kJ/(mol Å) for 1 eV/Å.
EV = ase.units.mol / ase.units.kJ
_ATOMIC_TIME = ase.units._aut * 1e12  # ps
_ASE_TIME = 1e-3 / ase.units.fs  # ps

_UNITS = {
    "positions": {"angstrom": 1.0, "atomic_unit": ase.units.Bohr, "meter": ase.units.m, "ase": 1.0},
    "velocities": {
        "atomic_unit": ase.units.Bohr / _ATOMIC_TIME,
        "m/s": ase.units.m * 1e-12,
        "ase": 1 / _ASE_TIME,
    },
    "forces": {
        "atomic_unit": EV * ase.units.Hartree / ase.units.Bohr,
        "ev/ang": EV,
        "newton": EV * ase.units.J / ase.units.m,
        "ase": EV,
    },
}
_PREFIXES = {"": 1.0, "milli": 1e-3, "micro": 1e-6, "nano": 1e-9, "pico": 1e-12, "femto": 1e-15, "kilo": 1e3}

#: What i-PI calls the trajectories that are read: what they hold, and whether it is that of the centroids.
_QUANTITIES = {
    "positions": ("positions", False),
    "velocities": ("velocities", False),
    "forces": ("forces", False),
    "x_centroid": ("positions", True),
    "v_centroid": ("velocities", True),
    "f_centroid": ("forces", True),
}

_CELL = re.compile(r"CELL[({\[]abcABC[)}\]]:((?:\s+[-+.\deEnaif]+){6})")
_STEP = re.compile(r"\bStep:\s*(\d+)")
_BEAD = re.compile(r"\bBead:\s*(\d+)")
_QUANTITY = re.compile(r"(\w+)\{([^}]*)\}")


class Comment(NamedTuple):
    """What the comment of a frame says.

    Attributes:
        step: Number of the time step.
        bead: Number of the bead; 0 for centroids.
        quantity: `positions`, `velocities` or `forces`.
        centroid: Whether it is that of the centroids.
        factor: From the unit of the columns to that of MDAnalysis.
        cell: Edges (Å) and angles (degrees), [6]; None if the comment has none.
        cell_factor: From the unit of the cell to Å.
    """

    step: int
    bead: int
    quantity: str
    centroid: bool
    factor: float
    cell: Array | None
    cell_factor: float


def parse_comment(comment: str) -> Comment:
    """Reads the comment of a frame.

    Raises:
        TrajectoryError: If i-PI didn't write it, or the quantity or a unit isn't known.
    """
    step, bead = _STEP.search(comment), _BEAD.search(comment)
    units = dict(_QUANTITY.findall(comment))
    cell_unit = units.pop("cell", None)
    if step is None or bead is None or cell_unit is None or len(units) != 1:
        raise TrajectoryError(
            "`comment`: expected the comment of i-PI (`# CELL(abcABC): a b c A B C Step: n Bead: n "
            f"positions{{unit}} cell{{unit}}`), got `{comment.strip()}`"
        )
    ((name, unit),) = units.items()
    if name not in _QUANTITIES:
        raise TrajectoryError(f"`comment`: expected one of the trajectories {', '.join(_QUANTITIES)}, got `{name}`")
    quantity, centroid = _QUANTITIES[name]
    cell_factor = _factor("positions", cell_unit)
    numbers = _CELL.search(comment)
    cell = None
    if numbers is not None:
        cell = np.array(numbers.group(1).split(), dtype=np.float64)
        cell[:3] *= cell_factor
    found = int(step.group(1)), int(bead.group(1)), quantity, centroid, _factor(quantity, unit), cell, cell_factor
    return Comment(*found)


def _factor(quantity: str, unit: str) -> float:
    """Factor from a unit of i-PI, which may have a prefix, to that of MDAnalysis.

    Raises:
        TrajectoryError: If it isn't known.
    """
    known = _UNITS[quantity]
    for prefix, factor in _PREFIXES.items():
        if unit.startswith(prefix) and unit[len(prefix) :].lower() in known:
            return factor * known[unit[len(prefix) :].lower()]
    raise TrajectoryError(f"`{quantity}`: expected one of the units {', '.join(known)}, got `{unit}`")
