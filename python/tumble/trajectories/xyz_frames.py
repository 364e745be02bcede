"""Base class for xyz files, which have the number of atoms, a comment, and a line for each atom."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Sequence
from typing import BinaryIO

import numpy as np
from typing_extensions import override

from tumble.errors import TrajectoryError
from tumble.trajectories.frame_index import HEADER, Header
from tumble.trajectories.frames import Frame
from tumble.trajectories.number_table import NumberTable
from tumble.trajectories.number_words import count_of, floats_of
from tumble.trajectories.text_frames import TextFrames
from tumble.types import Array

# `Step: 40` of i-PI, `Timestep=40` and `Timestep: 40` of LAMMPS, `step=40`
_STEP = re.compile(rb"\b(?:time)?step\s*[:=]\s*\"?(\d{1,18})(?![\w.])", re.IGNORECASE)


_COUNT = re.compile(rb"\s*\d+[ \t\r]*\n")


def comment_of(head: bytes) -> bytes | None:
    """Return the comment of the first frame of an xyz file that begins with `head`; None for another format."""
    count = _COUNT.match(head)
    return None if count is None else head[count.end() :].partition(b"\n")[0]


class XYZFrames(TextFrames):
    """Frames of an xyz file. A subclass reads the comment.

    The key is in the comment.
    """

    def _begin(self, file: BinaryIO) -> None:
        count, comment = [*file.read(HEADER).split(b"\n", 2), b"", b""][:2]
        number = count_of(count.strip())
        if number is None:
            raise TrajectoryError(f"`{self.path}`: expected the number of atoms first, got {count[:40]!r}")
        self.n_atoms = number
        self._count_line = b"\n%s\n" % count
        self._width: int | None = None
        self._printed: NumberTable | None = None
        self._look_at(comment.decode(errors="replace"))

    @abstractmethod
    def _look_at(self, comment: str) -> None:
        """Read the properties that all frames share from the comment of the first frame."""

    @abstractmethod
    def _frame(self, comment: str, table: bytes) -> Frame:
        """Return the frame with this comment and these lines of atoms."""

    def start(self, text: bytes, key: int) -> int:
        """Return the position where the frame with its key at `key` begins.

        Raises:
            TrajectoryError: If the frame has another number of atoms than the first.
        """
        end = text.rfind(b"\n", 0, key)
        begin = text.rfind(b"\n", 0, end) + 1
        count, expected = text[begin:end].strip(), b"%d" % self.n_atoms
        if count == expected:
            return begin
        # If the previous frame was cut off in the middle of a line, this one begins on the same line.
        if count.endswith(expected) and (not count.isdigit() or expected.startswith(count[: -len(expected)])):
            return text.rindex(expected, begin, end)
        raise TrajectoryError(
            f"`{self.path}`: expected {self.n_atoms} atoms in each frame, got a frame that begins with {count[:40]!r}"
        )

    def begins(self, text: bytes) -> bool:
        """Return whether the text is the number of atoms, a part of it, or this number and a part of a comment."""
        count, end, comment = text.partition(b"\n")
        expected = b"%d" % self.n_atoms
        return count.strip() == expected and b"\n" not in comment if end else expected.startswith(count.strip())

    @override
    def header(self, text: bytes) -> Header:
        step = _STEP.search(text, 0, text.find(b"\n", text.find(b"\n") + 1))
        return Header(self.n_atoms + 2, None if step is None else int(step.group(1)))

    def _parse(self, text: bytes) -> Frame:
        begin = text.index(b"\n") + 1
        end = text.index(b"\n", begin) + 1
        return self._frame(text[begin:end].decode(errors="replace"), text[end:])

    def _numbers(self, table: bytes, width: int, label: int, columns: Sequence[int]) -> Array:
        """Return the columns of numbers of all atoms, [N,K].

        Args:
            table: The lines of atoms.
            width: Number of words of a line.
            label: Index of the word that is the label of the atom.
            columns: Indices of the words that are numbers, K.

        Raises:
            TrajectoryError: If the table has another layout, or other labels than the first frame.
        """
        if self._printed is not None:
            found = self._printed.parse(table)
            if found is not None:
                return found
        words = table.split()
        if len(words) != width * self.n_atoms:
            raise TrajectoryError(f"expected {width} words for each of {self.n_atoms} atoms, got {len(words)} words")
        labels = tuple(word.decode(errors="replace") for word in words[label::width])
        if self.labels is not None and labels != self.labels:
            raise TrajectoryError("expected the atoms of the first frame in the same order, got others")
        numbers = np.array([floats_of(words[column::width]) for column in columns]).T
        if self.labels is None:
            self.labels = labels
            try:
                self._printed = NumberTable(table, columns, numbers)
            except ValueError:
                self._printed = None  # the numbers aren't of one format
        return np.asarray(numbers)
