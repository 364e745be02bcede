"""Reader of the xyz trajectories that i-PI writes, for MDAnalysis.

An xyz file of i-PI is plain but for its comment line, which MDAnalysis (2.11) drops:

    # CELL(abcABC):   12.42000    12.42000    12.42000    90.00000    90.00000    90.00000  Step:          40
    Bead:       3 positions{angstrom}  cell{angstrom}                                              (on one
        line)

The reader puts the cell into `ts.dimensions` (Å, degrees; i-PI has the convention of MDAnalysis: a along x, b
in the xy plane) and `step` and `bead` into `ts.data`. The line holds no time: `timestep` (ps, of one step)
gives it. Lengths are converted from the units named in braces; i-PI writes the cell in bohr unless told
otherwise (`cell_units='angstrom'`).
"""

from __future__ import annotations

import glob
import re
from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

import ase.units
import MDAnalysis
import numpy as np
from MDAnalysis.coordinates.XYZ import XYZReader
from MDAnalysis.lib.util import anyopen

from tumble.analysis.trajectory_error import TrajectoryError

FORMAT = "IPIXYZ"

# i-PI converts with the constants of ASE, so that is what undoes it exactly.
_ANGSTROM_PER_UNIT = {"angstrom": 1.0, "ase": 1.0, "atomic_unit": ase.units.Bohr, "nanometer": 10.0}

# What i-PI calls a trajectory of positions.
_POSITIONS = ("positions", "x_centroid")

_CELL = re.compile(r"CELL\(abcABC\):((?:\s+[-+.\deE]+){6})")
_STEP = re.compile(r"\bStep:\s*(\d+)")
_BEAD = re.compile(r"\bBead:\s*(\d+)")
_QUANTITY = re.compile(r"(\w+)\{(\w+)\}\s+cell\{(\w+)\}")


class FrameHeader(NamedTuple):
    """What the comment line of a frame says.

    Attributes:
        cell: Edges (Å) and angles (degrees).
        step: Number of the time step.
        bead: Index of the bead; 0 in files of the centroid.
        quantity: What the three columns hold, in the words of i-PI.
        to_angstrom: Factor from the unit of the columns to Å.
    """

    cell: tuple[float, ...]
    step: int
    bead: int
    quantity: str
    to_angstrom: float


def parse_header(comment: str) -> FrameHeader:
    """Reads the comment line of a frame.

    Raises:
        TrajectoryError: If i-PI didn't write it, the columns aren't positions, or a unit isn't known.
    """
    cell, step, bead, quantity = (pattern.search(comment) for pattern in (_CELL, _STEP, _BEAD, _QUANTITY))
    if cell is None or step is None or bead is None or quantity is None:
        raise TrajectoryError(
            "`comment`: expected the comment line of i-PI (`# CELL(abcABC): a b c A B C Step: n Bead: n "
            f"positions{{unit}} cell{{unit}}`), got `{comment.strip()}`"
        )
    name, unit, cell_unit = quantity.groups()
    if name not in _POSITIONS:
        known = " or ".join(f"`{each}`" for each in _POSITIONS)
        raise TrajectoryError(f"`comment`: expected a trajectory of {known}, got `{name}`")
    for given in (unit, cell_unit):
        if given not in _ANGSTROM_PER_UNIT:
            known = ", ".join(f"`{each}`" for each in _ANGSTROM_PER_UNIT)
            raise TrajectoryError(f"`{name}`: expected one of the units {known}, got `{given}`")
    numbers = [float(word) for word in cell.group(1).split()]
    edges = [edge * _ANGSTROM_PER_UNIT[cell_unit] for edge in numbers[:3]]
    return FrameHeader((*edges, *numbers[3:]), int(step.group(1)), int(bead.group(1)), name, _ANGSTROM_PER_UNIT[unit])


# MDAnalysis has no types, hence the exemption.
class IPIXYZReader(XYZReader):  # type: ignore[misc]
    """Reads one file of i-PI: one bead, or the centroid.

    Use it through `MDAnalysis.Universe(path, format="IPIXYZ", topology_format="XYZ", timestep=...)` or
    `open_beads`.

    Args:
        filename: Path of the file.
        timestep: Time between two steps of the simulation, ps. Without it, `ts.time` isn't known and
            MDAnalysis counts frames instead.
        arguments: Those of MDAnalysis' readers.
    """

    format = FORMAT

    def __init__(self, filename: str | PathLike[str], *, timestep: float | None = None, **arguments: Any) -> None:
        """See the class."""
        self._timestep = timestep
        super().__init__(filename, **arguments)
        # For copies and pickles, which MDAnalysis makes from the arguments it saw first.
        self._kwargs["timestep"] = timestep
        if timestep is not None and self.n_frames > 1:
            self.ts.data["dt"] = (self._steps[1] - self._steps[0]) * timestep

    @property
    def steps(self) -> list[int]:
        """Number of the time step of each frame."""
        return self._steps

    def _read_xyz_n_frames(self) -> int:
        """Counts the complete frames; one that was cut off at the end of the file doesn't count."""
        self._offsets: list[int] = []
        self._steps: list[int] = []
        with anyopen(self.filename) as file:
            while True:
                offset = file.tell()
                frame = [file.readline() for _ in range(self.n_atoms + 2)]
                if not frame[-1].endswith("\n"):
                    return len(self._offsets)
                self._offsets.append(offset)
                self._steps.append(parse_header(frame[1]).step)

    def _read_next_timestep(self, ts: Any = None) -> Any:
        ts = self.ts if ts is None else ts
        if ts.frame + 1 >= self.n_frames:
            raise EOFError(f"{self.filename} has {self.n_frames} complete frames")
        self.xyzfile.readline()
        header = parse_header(self.xyzfile.readline())
        rows = [self.xyzfile.readline().split()[1:4] for _ in range(self.n_atoms)]
        ts.positions = np.array(rows, dtype=np.float64) * header.to_angstrom
        ts.dimensions = header.cell
        ts.data["step"], ts.data["bead"] = header.step, header.bead
        if self._timestep is not None:
            ts.data["time"] = header.step * self._timestep
        ts.frame += 1
        return ts


def open_beads(files: str | Sequence[str | PathLike[str]], timestep: float | None = None) -> list[Any]:
    """Opens the beads of an i-PI run.

    Args:
        files: A pattern such as `simulation.pos_*.xyz`, or the paths.
        timestep: Time between two steps of the simulation, ps.

    Returns:
        One `MDAnalysis.Universe` per bead, ordered by bead.

    Raises:
        TrajectoryError: If nothing matches, a file holds no frame, or the files aren't the beads of one run.
    """
    paths = [Path(path) for path in (glob.glob(files) if isinstance(files, str) else files)]
    if not paths:
        raise TrajectoryError(f"`files`: expected files of beads, got no match for `{files}`")
    for path in paths:
        if not path.is_file() or path.stat().st_size == 0:
            raise TrajectoryError(f"`files`: expected a trajectory, got no frame in `{path}`")
    beads = [MDAnalysis.Universe(str(path), format=FORMAT, topology_format="XYZ", timestep=timestep) for path in paths]
    beads.sort(key=lambda universe: universe.trajectory.ts.data["bead"])
    try:
        _check_beads(beads)
    except TrajectoryError:
        for universe in beads:
            universe.trajectory.close()
        raise
    return beads


def _check_beads(beads: Sequence[Any]) -> None:
    """Raises a TrajectoryError unless these are all beads of one run, from the first on, in step."""
    for expected, universe in enumerate(beads):
        found = universe.trajectory.ts.data["bead"]
        if found != expected:
            raise TrajectoryError(
                f"`files`: expected bead {expected} next, got bead {found}: a file is missing or twice"
            )
    frames = {universe.trajectory.filename: len(universe.trajectory) for universe in beads}
    if len(set(frames.values())) > 1:
        raise TrajectoryError(f"`files`: expected as many frames for each bead, got {frames}")
    if any(universe.trajectory.steps != beads[0].trajectory.steps for universe in beads):
        raise TrajectoryError("`files`: expected the same steps in each file, got beads of different runs")
