"""The base of all sources that read a text file frame by frame."""

from __future__ import annotations

from abc import abstractmethod
from os import PathLike
from pathlib import Path
from typing import Any, BinaryIO

from tumble.analysis.reading.frame_index import Header, index_frames
from tumble.analysis.reading.frames import Frame, FrameSource
from tumble.analysis.trajectory_error import TrajectoryError


class TextFrames(FrameSource):
    """Frames of a text file.

    A subclass sets `n_atoms` in `_begin`, and has the methods and attributes of
    `tumble.analysis.reading.frame_index.Layout`.

    Args:
        path: The file.

    Raises:
        TrajectoryError: If it can't be read, holds no complete frame, or something else.
    """

    key: bytes
    regular = False

    def __init__(self, path: str | PathLike[str]) -> None:
        """See the class."""
        self.path = Path(path)
        self.name = str(path)
        self._file: BinaryIO | None = None
        try:
            with open(self.path, "rb") as file:
                self._begin(file)
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
        self.read(0)  # for the labels, and what follows from the columns

    @abstractmethod
    def _begin(self, file: BinaryIO) -> None:
        """Looks at the beginning of the file."""

    @abstractmethod
    def start(self, text: bytes, key: int) -> int:
        """See `Layout`."""

    @abstractmethod
    def header(self, text: bytes) -> Header:
        """See `Layout`."""

    @abstractmethod
    def _parse(self, text: bytes) -> Frame:
        """Reads a frame.

        Raises:
            TrajectoryError: If something else is in there; `read` adds where.
            ValueError: If it is where numbers should be.
        """

    def __len__(self) -> int:
        """Number of frames."""
        return len(self._index.starts)

    def read(self, index: int) -> Frame:
        """See the base."""
        try:
            if self._file is None:
                # Unbuffered, since a frame is read at once.
                self._file = open(self.path, "rb", buffering=0)  # noqa: SIM115 (stays open for the next frames)
            start, stop = int(self._index.starts[index]), int(self._index.stops[index])
            self._file.seek(start)
            text = self._file.read(stop - start)
        except OSError as error:
            raise TrajectoryError(f"`{self.path}`: expected to read on, but {error.strerror}") from error
        try:
            return self._parse(text)
        except TrajectoryError as error:
            raise TrajectoryError(f"{self.describe(index)}: {error}") from error
        except ValueError as error:
            raise TrajectoryError(f"{self.describe(index)}: expected a frame like others, got: {error}") from error

    def close(self) -> None:
        """See the base."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def __getstate__(self) -> dict[str, Any]:
        """Everything but the open file, for copies and other processes."""
        return {**self.__dict__, "_file": None}

    def __del__(self) -> None:
        """Closes the file."""
        if "_file" in self.__dict__:
            self.close()
