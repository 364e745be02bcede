"""Reader of the xyz trajectories that i-PI writes.

A frame has the number of atoms, the comment of `tumble.trajectories.ipi_comment`, which MDAnalysis (2.11) ignores, and
a line for each atom with its label and three numbers: positions, velocities or forces. i-PI doesn't wrap positions.
"""

from __future__ import annotations

import re
from os import PathLike
from typing import Any

from typing_extensions import override

from tumble.errors import TrajectoryError
from tumble.trajectories.frames import Continued, Frame
from tumble.trajectories.ipi_comment import IPI_WORDS, Comment, parse_comment
from tumble.trajectories.trajectory_reader import TrajectoryReader
from tumble.trajectories.xyz_frames import XYZFrames, comment_of

FORMAT = "IPIXYZ"
_KEYS = re.compile(r"CELL|\b(?!cell\b)\w+\{")
_PAIRS = re.compile(rb"\b(Lattice|Properties|ipi_comment)\s*=")  # of extended xyz
_STEP = re.compile(r"\bStep:\s*\d+")


class IPIXYZ(XYZFrames):
    """Frames of one file, of a bead or of the centroid."""

    title = "xyz of i-PI"
    regular = True
    unwrapped = True
    ipi = True

    @classmethod
    @override
    def recognizes(cls, head: bytes) -> bool:
        comment = comment_of(head)
        return comment is not None and IPI_WORDS.search(comment) is not None and not _PAIRS.search(comment)

    def _look_at(self, comment: str) -> None:
        try:
            found = parse_comment(comment)
        except TrajectoryError as error:
            raise TrajectoryError(f"`{self.path}`: {error}") from error
        # The key includes its bracket, so that no label equals it.
        (word,) = [each for each in _KEYS.findall(comment) if each.startswith("CELL") == ("CELL" in comment)]
        self.key = word.encode()
        self.bead, self.centroid, self.quantity = found.bead, found.centroid, found.quantity
        self._kind = found.kind
        self._last = "", found

    def _frame(self, comment: str, table: bytes) -> Frame:
        # The comments of most frames differ only in the step, which the index has.
        step = _STEP.search(comment)
        rest = comment if step is None else comment[: step.start()] + comment[step.end() :]
        if self._last[0] != rest:
            self._last = rest, self._same_kind(parse_comment(comment))
        found = self._last[1]
        frame = Frame(dimensions=found.cell, data={} if found.bead is None else {"bead": found.bead})
        setattr(frame, found.quantity, self._numbers(table, 4, 0, (1, 2, 3)) * found.factor)
        return frame

    def _same_kind(self, found: Comment) -> Comment:
        if found.kind != self._kind:
            names = ("without a step", "bead", "quantity", "centroid")
            words = [
                ", ".join(f"{name}: {value}" for name, value in zip(names, kind, strict=True))
                for kind in (self._kind, found.kind)
            ]
            raise TrajectoryError(f"expected a frame as the first ({words[0]}), got another ({words[1]})")
        return found


class IPIXYZReader(TrajectoryReader):
    """Reader for `MDAnalysis.Universe(topology, path, format="IPIXYZ", timestep=...)`.

    Args:
        filename: Path of the file.
        timestep: Time between two steps of the simulation, ps.
        arguments: Further arguments that MDAnalysis passes to readers; ignored.
    """

    format = FORMAT

    def __init__(self, filename: str | PathLike[str], *, timestep: float | None = None, **arguments: Any) -> None:
        super().__init__(Continued([IPIXYZ(filename)]), timestep=timestep)
