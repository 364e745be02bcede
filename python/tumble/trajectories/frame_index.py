"""Index of the frames of a text file, built in one pass that reads large pieces.

The header of each frame has one word, the key, that occurs nowhere else. The next frame is therefore found even after a
frame that was cut off, as happens when a run is killed and continued in the same file. A frame may be cut off before
its key, and zeros may follow if the machine crashed. If all frames of a file have the same length, the pass jumps from
header to header.
"""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol

import numpy as np

from tumble.errors import TrajectoryError
from tumble.trajectories.frames import Indices
from tumble.types import Array

CHUNK = 1 << 22
#: Longest header of a frame.
HEADER = 1 << 16
_PEEK = 1 << 9
_BLANK = b" \t\r\n\v\f\0"


class Header(NamedTuple):
    """Header of a frame.

    Attributes:
        lines: Number of lines of the whole frame.
        step: Number of the time step.
        time: ps.
    """

    lines: int
    step: int | None = None
    time: float | None = None


class Layout(Protocol):
    """Layout of the frames of a text format.

    Attributes:
        key: A word that occurs once in the header of each frame and nowhere else.
        regular: Whether frames tend to have the same length in bytes.
    """

    key: bytes
    regular: bool

    def start(self, text: bytes, key: int) -> int:
        """Return where the frame with its key at `key` starts in `text`: after a line end, if nothing was cut off."""

    def header(self, text: bytes) -> Header:
        """Read the header at the start of `text`."""

    def begins(self, text: bytes) -> bool:
        """Return whether `text`, which has no key, may be the beginning of a frame that was cut off."""

    def whole(self, text: bytes) -> bool:
        """Return whether the frame `text`, which lacks its last line end, is known to be complete otherwise."""


class _Found(NamedTuple):
    """A frame, complete or not.

    Attributes:
        start: First byte.
        stop: Byte after the last.
        header: Contents of its header.
        lines: Number of line ends.
        ended: Whether it ends with a line end.
    """

    start: int
    stop: int
    header: Header
    lines: int
    ended: bool = True


class FrameIndex(NamedTuple):
    """Positions of the complete frames in a file.

    Attributes:
        starts: First byte of each frame, [F].
        stops: Byte after the last of each frame, [F].
        steps: Number of the time step, [F]; None if the file doesn't give it.
        times: ps, [F]; None if the file doesn't give them.
        cut: Number of frames that were cut off before the last.
        cut_last: Whether the last frame was cut off.
        unended: Whether the only frame of the file lacks its last line end, so that its last number may be cut off.
        steps_missing: Whether only some of the frames have a step.
    """

    starts: Indices
    stops: Indices
    steps: Indices | None
    times: Array | None
    cut: int
    cut_last: bool
    unended: bool = False
    steps_missing: bool = False


def index_frames(path: Path, layout: Layout) -> FrameIndex:
    """Find all frames of a file.

    Raises:
        TrajectoryError: If something else is between frames.
        OSError: If the file can't be read.
    """
    starts, stops, steps, times = array("q"), array("q"), array("q"), array("d")
    cut, cut_last, unended = 0, False, False
    found: _Found | None = None
    with open(path, "rb", buffering=0) as file:
        for found in _frames(file, layout):
            cut += cut_last
            complete, stop, cut_last = _judge(file, path, layout, found)
            if complete:
                starts.append(found.start)
                stops.append(stop)
                steps.append(-1 if found.header.step is None else found.header.step)
                times.append(np.nan if found.header.time is None else found.header.time)
    if found is not None and not starts and not cut and not found.ended and found.lines == found.header.lines - 1:
        # The only frame of a file is kept although its last number may be cut off.
        unended, cut_last = True, False
        starts.append(found.start)
        stops.append(found.stop)
        steps.append(-1 if found.header.step is None else found.header.step)
        times.append(np.nan if found.header.time is None else found.header.time)
    found_steps, found_times = np.array(steps, dtype=np.int64), np.array(times)
    return FrameIndex(
        np.array(starts, dtype=np.int64),
        np.array(stops, dtype=np.int64),
        None if np.any(found_steps < 0) else found_steps,
        None if np.any(np.isnan(found_times)) else found_times,
        cut,
        cut_last,
        unended,
        bool(np.any(found_steps < 0) and np.any(found_steps >= 0)),
    )


def _judge(file: BinaryIO, path: Path, layout: Layout, found: _Found) -> tuple[bool, int, bool]:
    """Return whether a frame is complete, where it ends, and whether it, or one that begins after it, was cut off."""
    start, stop, header, lines, ended = found
    if lines < header.lines:
        whole = not ended and lines == header.lines - 1 and layout.whole(_read(file, start, stop))
        return whole, stop, not whole
    if lines == header.lines and ended:
        return True, stop, False
    end = _after_lines(file, start, header.lines)
    rest = _read(file, end, min(stop, end + HEADER)).strip(_BLANK)
    if rest and not layout.begins(rest):
        raise TrajectoryError(
            f"`{path}`: expected {header.lines} lines in the frame at byte {start}, as its header says, got "
            f"{lines + (not ended)}"
        )
    return True, end, bool(rest)


def _read(file: BinaryIO, start: int, stop: int) -> bytes:
    """Return the bytes from `start` to `stop` without changing the position in the file."""
    return os.pread(file.fileno(), stop - start, start)


def _after_lines(file: BinaryIO, start: int, lines: int) -> int:
    """Return the position after the next `lines` line ends, which must exist."""
    while True:
        piece = _read(file, start, start + CHUNK)
        ends = piece.count(b"\n")
        if ends >= lines:
            break
        start, lines = start + len(piece), lines - ends
    place = 0
    for _ in range(lines):
        place = piece.index(b"\n", place) + 1
    return start + place


def _frames(file: BinaryIO, layout: Layout) -> Iterator[_Found]:
    """Yield all frames, complete or not."""
    position = 0
    if layout.regular:
        for start, stop, header in _jump(file, layout):
            yield _Found(start, stop, header, header.lines)
            position = stop
    yield from _scan(file, layout, position)


def _jump(file: BinaryIO, layout: Layout) -> Iterator[tuple[int, int, Header]]:
    """Yield start, stop and header of frames while they have the length of the first, except the last such frame."""
    found = list(zip(range(2), _scan(file, layout, 0), strict=False))
    if len(found) < 2:
        return
    start, stop, header, lines, _ = found[0][1]
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


def _scan(file: BinaryIO, layout: Layout, position: int) -> Iterator[_Found]:
    """Yield all frames from a position on, complete or not, by searching for the key."""
    # The window begins with the end of the previous line; at the beginning of the file it gets one.
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
                count = lines + window.count(b"\n", mark, start)
                yield _Found(open_frame[0], base + start, open_frame[1], count, window[start - 1 : start] == b"\n")
            open_frame = base + start, layout.header(window[start : start + HEADER])
            mark, lines, search = start, 0, key + len(layout.key)
        if not piece:
            break
        # The dropped bytes can't belong to a header that is still to be found.
        dropped = max(limit - HEADER, 0)
        if dropped > mark:
            lines, mark = lines + window.count(b"\n", mark, dropped), dropped
        window, base, mark, search = window[dropped:], base + dropped, mark - dropped, max(search, limit) - dropped
    if open_frame is not None:
        # Ignore empty lines and zeros at the end.
        content = max(len(window.rstrip(_BLANK)), mark)
        end = window.find(b"\n", content)
        ended = end >= 0 and b"\0" not in window[content:end]
        stop = end + 1 if ended else content
        yield _Found(open_frame[0], base + stop, open_frame[1], lines + window.count(b"\n", mark, stop), ended)
