"""Reader of the pdb trajectories that i-PI writes.

A frame has `TITLE` with the comment of `tumble.trajectories.ipi_comment`, `CRYST1` with the cell, an `ATOM` line for
each atom, and `END`. Positions have three decimals, so that differences between frames are coarse. The title names the
unit, which is Å unless the input asks for another.
"""

from __future__ import annotations

import re
from typing import BinaryIO

import numpy as np
from typing_extensions import override

from tumble.errors import TrajectoryError
from tumble.trajectories.boxes import checked_dimensions
from tumble.trajectories.frame_index import Header
from tumble.trajectories.frames import Frame
from tumble.trajectories.ipi_comment import parse_comment
from tumble.trajectories.number_words import floats_of
from tumble.trajectories.text_frames import TextFrames

_FIRST = re.compile(rb"TITLE[^\n]*(Step:[^\n]*Bead:|\w\{)")
_STEP = re.compile(rb"\bStep:\s*(\d{1,18})(?=\s)")
_HEAD = 2  # lines before the atoms
_LABEL = slice(12, 16)
_NUMBERS = tuple(slice(start, start + 8) for start in (30, 38, 46))
_CELL = tuple(slice(start, stop) for start, stop in ((6, 15), (15, 24), (24, 33), (33, 40), (40, 47), (47, 54)))


class IPIPDB(TextFrames):
    """Frames of one file, of a bead or of the centroid."""

    title = "pdb of i-PI"
    key = b"TITLE "
    regular = True
    unwrapped = True
    ipi = True

    @classmethod
    @override
    def recognizes(cls, head: bytes) -> bool:
        return _FIRST.match(head) is not None

    def _begin(self, file: BinaryIO) -> None:
        try:
            comment = parse_comment(file.readline().decode(errors="replace"))
        except TrajectoryError as error:
            raise TrajectoryError(f"`{self.path}`: {error}") from error
        self.bead, self.centroid, self.quantity = comment.bead, comment.centroid, comment.quantity
        self._kind = comment.kind
        atoms = 0
        for line in file:
            if line.startswith(b"END"):
                break
            atoms += line.startswith(b"ATOM")
        self.n_atoms = atoms

    @override
    def start(self, text: bytes, key: int) -> int:
        return key

    @override
    def header(self, text: bytes) -> Header:
        step = _STEP.search(text, 0, text.find(b"\n"))
        return Header(_HEAD + self.n_atoms + 1, None if step is None else int(step.group(1)))

    def whole(self, text: bytes) -> bool:
        """Return whether the frame ends with `END`."""
        return text.endswith(b"\nEND")

    def _parse(self, text: bytes) -> Frame:
        lines = text.split(b"\n")
        comment = parse_comment(lines[0].decode(errors="replace"))
        if comment.kind != self._kind or not lines[1].startswith(b"CRYST1"):
            raise TrajectoryError(f"expected a title and a cell as in the first frame, got {b' '.join(lines[:2])!r}")
        cell = np.array(floats_of([lines[1][field] for field in _CELL]))
        cell[:3] *= comment.cell_factor
        atoms = lines[_HEAD : _HEAD + self.n_atoms]
        # An atom number of more than five digits shifts the rest of its line to the right.
        shifts = [max(len(b"%d" % number) - 5, 0) for number in (1, self.n_atoms)]
        if shifts[1]:
            atoms = [
                line[len(b"%d" % (number + 1)) - 5 if number >= 99999 else 0 :] for number, line in enumerate(atoms)
            ]
        labels = tuple(line[_LABEL].strip().decode(errors="replace") for line in atoms)
        if self.labels is None:
            self.labels = labels
        if labels != self.labels or len(set(map(len, atoms))) != 1:
            raise TrajectoryError("expected the atoms of the first frame, with fields of 8 characters, got others")
        numbers = np.array([floats_of([line[field] for line in atoms]) for field in _NUMBERS]).T
        frame = Frame(dimensions=checked_dimensions(cell), data={} if comment.bead is None else {"bead": comment.bead})
        setattr(frame, comment.quantity, numbers * comment.factor)
        return frame
