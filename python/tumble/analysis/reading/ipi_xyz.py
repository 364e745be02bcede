"""Reads the xyz trajectories that i-PI writes.

A frame is the number of atoms, the comment of `tumble.analysis.reading.ipi_comment`, which MDAnalysis (2.11) drops, and
a line for each atom with its label and three numbers: positions, velocities or forces. i-PI doesn't wrap positions.
"""

from __future__ import annotations

from os import PathLike
from typing import Any

from tumble.analysis.reading.frames import Continued, Frame
from tumble.analysis.reading.ipi_comment import Comment, parse_comment
from tumble.analysis.reading.trajectory_reader import TrajectoryReader
from tumble.analysis.reading.xyz_frames import XYZFrames
from tumble.analysis.trajectory_error import TrajectoryError

FORMAT = "IPIXYZ"


class IPIXYZ(XYZFrames):
    """Frames of one file: a bead, or the centroid."""

    key = b"# CELL"
    regular = True
    unwrapped = True

    def _look_at(self, comment: str) -> None:
        try:
            found = self._read(comment)
        except TrajectoryError as error:
            raise TrajectoryError(f"`{self.path}`: {error}") from error
        self.bead, self.centroid, self.quantity = found.bead, found.centroid, found.quantity
        self._last = "", "", found

    def _read(self, comment: str) -> Comment:
        found = parse_comment(comment)
        if found.cell is None:
            raise TrajectoryError(f"expected a cell `CELL(abcABC)` in each comment, got `{comment.strip()}`")
        return found

    def _frame(self, comment: str, table: bytes) -> Frame:
        # Mostly, frames differ in the step alone, which the index has.
        before, after = comment.partition("Step:")[0], comment.partition("Bead:")[2]
        if self._last[:2] != (before, after):
            self._last = before, after, self._read(comment)
        found = self._last[2]
        frame = Frame(dimensions=found.cell, data={"bead": found.bead})
        setattr(frame, found.quantity, self._numbers(table, 4, 0, (1, 2, 3)) * found.factor)
        return frame


class IPIXYZReader(TrajectoryReader):
    """The same for `MDAnalysis.Universe(topology, path, format="IPIXYZ", timestep=...)`.

    Args:
        filename: Path of the file.
        timestep: Time between two steps of the simulation, ps.
        arguments: Those of MDAnalysis' readers.
    """

    format = FORMAT

    def __init__(self, filename: str | PathLike[str], *, timestep: float | None = None, **arguments: Any) -> None:
        """See the class."""
        super().__init__(Continued([IPIXYZ(filename)]), timestep=timestep)
