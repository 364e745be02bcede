"""Where the frames of a text file are, found in one pass over large pieces of it.

Each frame has a word in its header, the key, that is nowhere else in it, so that the next frame is found even after one
that was cut off, as a killed run leaves it when it is continued in the same file. Where all frames of a file have the
same length, the pass jumps from header to header.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol

import numpy as np

from tumble.analysis.reading.frames import Indices
from tumble.analysis.statistics.cells import Array
from tumble.analysis.trajectory_error import TrajectoryError

CHUNK = 1 << 22
#: Longest header of a frame.
HEADER = 1 << 16
_PEEK = 1 << 9


class Header(NamedTuple):
    """What the header of a frame says.

    Attributes:
        lines: Number of lines of the whole frame.
        step: Number of the time step.
        time: ps.
    """

    lines: int
    step: int | None = None
    time: float | None = None


class Layout(Protocol):
    """What a format looks like.

    Attributes:
        key: A word that is once in the header of each frame and nowhere else.
        regular: Whether frames tend to have the same length in bytes.
    """

    key: bytes
    regular: bool

    def start(self, text: bytes, key: int) -> int:
        """Where the frame starts in `text` that has the key at `key`: behind a line end, if nothing was cut off."""

    def header(self, text: bytes) -> Header:
        """Reads the header at the start of `text`."""


class FrameIndex(NamedTuple):
    """Where the complete frames are.

    Attributes:
        starts: First byte of each frame, [F].
        stops: Byte after the last of each frame, [F].
        steps: Number of the time step, [F]; None if the file doesn't tell.
        times: ps, [F]; None if the file doesn't tell.
        cut: Number of frames that were cut off before the last.
        cut_last: Whether the last frame was cut off.
    """

    starts: Indices
    stops: Indices
    steps: Indices | None
    times: Array | None
    cut: int
    cut_last: bool


def index_frames(path: Path, layout: Layout) -> FrameIndex:
    """Finds all frames of a file.

    Raises:
        TrajectoryError: If something else is between frames.
        OSError: If the file can't be read.
    """
    starts, stops, steps, times = array("q"), array("q"), array("q"), array("d")
    cut, cut_last = 0, False
    with open(path, "rb", buffering=0) as file:
        for start, stop, header, lines in _frames(file, layout):
            cut += cut_last
            cut_last = lines < header.lines
            if lines > header.lines:
                raise TrajectoryError(
                    f"`{path}`: expected {header.lines} lines in the frame at byte {start}, as its header says, got "
                    f"{lines}"
                )
            if not cut_last:
                starts.append(start)
                stops.append(stop)
                steps.append(-1 if header.step is None else header.step)
                times.append(np.nan if header.time is None else header.time)
    found_steps, found_times = np.array(steps, dtype=np.int64), np.array(times)
    return FrameIndex(
        np.array(starts, dtype=np.int64),
        np.array(stops, dtype=np.int64),
        None if np.any(found_steps < 0) else found_steps,
        None if np.any(np.isnan(found_times)) else found_times,
        cut,
        cut_last,
    )


def _frames(file: BinaryIO, layout: Layout) -> Iterator[tuple[int, int, Header, int]]:
    """Start, stop, header and number of lines of all frames, complete or not."""
    position = 0
    if layout.regular:
        for start, stop, header in _jump(file, layout):
            yield start, stop, header, header.lines
            position = stop
    yield from _scan(file, layout, position)


def _jump(file: BinaryIO, layout: Layout) -> Iterator[tuple[int, int, Header]]:
    """Start, stop and header of frames as long as they have the length of the first, but for the last of these."""
    found = list(zip(range(2), _scan(file, layout, 0), strict=False))
    if len(found) < 2:
        return
    start, stop, header, lines = found[0][1]
    length = stop - start
    while start == 0 and lines == header.lines:
        file.seek(stop - 1)
        text = file.read(_PEEK)
        key = text.find(layout.key, 1)
        if not text.startswith(b"\n") or key < 0 or layout.start(text, key) != 1:
            return
        yield stop - length, stop, header
        header = layout.header(text[1:])
        lines, stop = header.lines, stop + length


def _scan(file: BinaryIO, layout: Layout, position: int) -> Iterator[tuple[int, int, Header, int]]:
    """As `_frames`, from a position on, by looking for the key."""
    # The window begins with the end of the line before, also at the beginning of the file.
    file.seek(max(position - 1, 0))
    window = b"\n" if position == 0 else b""
    base = position - 1  # of the window in the file
    open_frame: tuple[int, Header] | None = None
    lines = 0  # of the open frame, before the mark
    mark = search = 0
    while True:
        piece = file.read(CHUNK)
        window += piece
        limit = len(window) if not piece else max(len(window) - HEADER, 0)
        while 0 <= (key := window.find(layout.key, search)) < limit:
            start = layout.start(window, key)
            if open_frame is not None:
                yield open_frame[0], base + start, open_frame[1], lines + window.count(b"\n", mark, start)
            open_frame = base + start, layout.header(window[start : start + HEADER])
            mark, lines, search = start, 0, key + len(layout.key)
        if not piece:
            break
        # What is dropped can't belong to a header that is still to be found.
        dropped = max(limit - HEADER, 0)
        if dropped > mark:
            lines, mark = lines + window.count(b"\n", mark, dropped), dropped
        window, base, mark, search = window[dropped:], base + dropped, mark - dropped, max(search, limit) - dropped
    if open_frame is not None:
        # Empty lines at the end don't count.
        end = window.find(b"\n", len(window.rstrip()))
        stop = len(window) if end < 0 else end + 1
        yield open_frame[0], base + stop, open_frame[1], lines + window.count(b"\n", mark, stop)
