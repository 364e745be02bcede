"""Base class of the sources that read a text file frame by frame."""

from __future__ import annotations

import re
from abc import abstractmethod
from os import PathLike
from pathlib import Path
from typing import Any, BinaryIO, ClassVar

import numpy as np
from typing_extensions import override

from tumble.errors import TrajectoryError
from tumble.trajectories.frame_index import HEADER, Header, index_frames
from tumble.trajectories.frames import Frame, FrameSource, Indices
from tumble.trajectories.trajectory_file import check_file
from tumble.units.lammps import LammpsUnits

_NUMBER = re.compile(rb"[-+]?(\d*)(\.\d*)?([eE][-+]?\d{2,})?")


class TextFrames(FrameSource):
    """Frames of a text file.

    A subclass sets `n_atoms` in `_begin` and implements `tumble.trajectories.frame_index.Layout`.

    Attributes:
        title: Name of the format, for messages.

    Args:
        path: The file.
        units: Style of units of the LAMMPS run that wrote it, for formats without units.

    Raises:
        TrajectoryError: If the file can't be read, has another format, or holds no complete frame.
    """

    title: ClassVar[str]
    key: bytes
    regular = False

    @classmethod
    @abstractmethod
    def recognizes(cls, head: bytes) -> bool:
        """Return whether a file that begins with these bytes, up to 4096 of them, has this format."""

    def __init__(self, path: str | PathLike[str], units: LammpsUnits | None = None) -> None:
        self.units = units
        self.path = Path(path)
        self.name = str(path)
        self._file: BinaryIO | None = None
        check_file(self.path)
        try:
            with open(self.path, "rb") as file:
                self._begin(file)
                file.seek(0)
                self._opening = self._to_key(b"\n" + file.read(HEADER))
            self._index = index_frames(self.path, self)
        except OSError as error:
            raise TrajectoryError(f"`{path}`: expected a trajectory, but it can't be read: {error.strerror}") from error
        if len(self) == 0:
            raise TrajectoryError(f"`{path}`: expected at least one complete frame, got none")
        self.steps, self.times = self._index.steps, self._index.times
        if self._index.cut:
            self.notes += (f"Frames that were cut off when a run was killed ({self._index.cut}) are left out.",)
        if self._index.cut_last:
            self.notes += ("The last frame was cut off and is left out.",)
        if self._index.unended:
            self.notes += ("The file doesn't end with a line end: its last number may have been cut off.",)
        if self._index.steps_missing:
            self.notes += ("Some frames have no step: steps aren't used.",)
        self.read(0)  # for the labels, and what follows from the columns
        self.close()

    @property
    def stops(self) -> Indices:
        """Byte after the last of each frame, [F]."""
        return self._index.stops

    @abstractmethod
    def _begin(self, file: BinaryIO) -> None:
        """Read what all frames share from the beginning of the file."""

    @abstractmethod
    def start(self, text: bytes, key: int) -> int:
        """Return the position where the frame with its key at `key` begins."""

    @abstractmethod
    def header(self, text: bytes) -> Header:
        """Return the header of the frame that the text begins with."""

    def begins(self, text: bytes) -> bool:
        """Return whether the text equals the beginning of the first frame, apart from numbers."""
        return _shape(self._opening).startswith(_shape(re.sub(rb"[-+.\deE]+$", b"", text)))

    def whole(self, text: bytes) -> bool:
        """Return whether the last word has at least as many digits as the words above it."""
        *lines, last = (line.split() for line in text.rstrip(b"\0").splitlines()[-self.n_atoms :])
        column = len(last) - 1
        others = [line[column] for line in lines if len(line) == len(last)]
        if not others or len(others) < len(lines):
            return False
        if _NUMBER.fullmatch(last[column]) is None:
            return last[column] in others
        return all(_digits(last[column]) >= _digits(word) for word in others if _NUMBER.fullmatch(word) is not None)

    def _to_key(self, text: bytes) -> bytes:
        """Return the first frame up to the end of its key; empty if there is no key."""
        place = text.find(self.key)
        return b"" if place < 0 else text[self.start(text, place) : place + len(self.key)]

    @abstractmethod
    def _parse(self, text: bytes) -> Frame:
        """Read a frame.

        Raises:
            TrajectoryError: If the frame isn't as expected; `read` adds the file and the frame.
            ValueError: If a word isn't a number where one is expected.
        """

    def __len__(self) -> int:
        """Return the number of frames."""
        return len(self._index.starts)

    @override
    def read(self, index: int) -> Frame:
        try:
            if self._file is None:
                # Unbuffered, since a frame is read in one call.
                self._file = open(self.path, "rb", buffering=0)  # noqa: SIM115 (stays open for the next frames)
            start, stop = int(self._index.starts[index]), int(self._index.stops[index])
            self._file.seek(start)
            text = self._file.read(stop - start).rstrip(b"\0")
        except OSError as error:
            raise TrajectoryError(f"`{self.path}`: expected to read on, but {error.strerror}") from error
        try:
            # Numbers that overflow become infinite, which `TrajectoryReader` refuses.
            with np.errstate(over="ignore", invalid="ignore"):
                return self._parse(text)
        except TrajectoryError as error:
            raise TrajectoryError(f"{self.describe(index)}: {error}") from error
        except (ValueError, IndexError, OverflowError) as error:
            raise TrajectoryError(f"{self.describe(index)}: expected a frame like others, got: {error}") from error

    @override
    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def __getstate__(self) -> dict[str, Any]:
        """Return the state without the open file, for copies and other processes."""
        return {**self.__dict__, "_file": None}

    def __del__(self) -> None:
        """Close the file."""
        if "_file" in self.__dict__:
            self.close()


def _shape(text: bytes) -> bytes:
    """Return a text without its numbers."""
    return re.sub(rb"[-+]?[\d.]+([eE][-+]?\d+)?", b"#", text).strip()


def _digits(word: bytes) -> tuple[bool, int, int]:
    """Return how complete a number is: whether it has an exponent, its number of decimals or, without these, digits."""
    found = _NUMBER.fullmatch(word)
    if found is None:
        return False, 0, 0
    decimals = 0 if found[2] is None else len(found[2])
    return found[3] is not None, decimals, len(found[1]) if decimals == 0 else 0
