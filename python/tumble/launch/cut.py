"""Cuts of outputs at a step, so that a run that continues from a checkpoint repeats none of their frames and rows.

Trajectories are large, so the place of the cut is searched from the end.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from tumble.errors import LaunchError

_BLOCK = 1 << 22  # bytes that are searched at once
_HEADER = 1 << 16  # bytes within which an entry has its step


@dataclass(frozen=True)
class _Layout:
    """Layout of a file of entries, each of a step.

    Attributes:
        begins: Pattern of the beginning of an entry, with its step as group.
        read: Returns the next part of the file, a frame or a line; None at the end, or if it is incomplete.
    """

    begins: re.Pattern[bytes]
    read: Callable[[BinaryIO], bytes | None]

    def step(self, part: bytes) -> int | None:
        """Return the step of a part; None if it begins no entry."""
        found = self.begins.match(part)
        return None if found is None else int(float(found[1]))


def check_frames(path: Path, last: int) -> None:
    """Check that frames of a trajectory can be cut, if it exists.

    Raises:
        LaunchError: If its format is none of those below, or frames have no steps.
    """
    _layout_of(path, last)


def cut_frames(path: Path, last: int) -> None:
    """Remove the frames of a trajectory after a step, and a frame that was cut off.

    Args:
        path: Text dump of LAMMPS, or xyz, extended xyz or pdb of either engine.
        last: Last step to keep; −1 for none.

    Raises:
        LaunchError: If its format is none of these, or frames have no steps.
    """
    layout = _layout_of(path, last)
    if layout is not None:
        _cut(path, layout, last)


def cut_extras(path: Path, last: int) -> None:
    """Remove the entries of a file of extras of i-PI after a step, and a line that was cut off."""
    _cut(path, _EXTRAS, last)


def cut_rows(path: Path, column: int, last: int) -> None:
    """Remove the rows of a table after a step, and a row that was cut off.

    Args:
        path: File with rows of numbers, and other lines that begin with `#`.
        column: Index of the column with the step.
        last: Last step to keep.
    """
    before = rb"(?:[^#\s]\S*[ \t]+){%d}" % column
    number = rb"(\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)(?=\s)"
    _cut(path, _Layout(re.compile(rb"^[ \t]*" + before + number, re.MULTILINE), _read_line), last)


def _cut(path: Path, layout: _Layout, last: int) -> None:
    """Truncate a file behind its last complete entry up to a step."""
    if not path.is_file():
        return
    with path.open("rb") as file:
        end = _last_begin(file, layout, last)
        file.seek(end)
        while (part := layout.read(file)) is not None:
            step = layout.step(part)
            if step is not None and step > last:
                break
            end += len(part)
    os.truncate(path, end)


def _last_begin(file: BinaryIO, layout: _Layout, last: int) -> int:
    """Return the place of the last entry up to a step; 0 without one."""
    stop = file.seek(0, os.SEEK_END)
    while stop > 0:
        start = max(0, stop - _BLOCK)
        # With the byte before the block, the pattern knows whether a line begins there.
        first = max(0, start - 1)
        file.seek(first)
        text = file.read(stop - first + _HEADER)
        places = [
            found.start()
            for found in layout.begins.finditer(text)
            if start <= first + found.start() < stop and int(float(found[1])) <= last
        ]
        if places:
            return first + places[-1]
        stop = start
    return 0


def _layout_of(path: Path, last: int) -> _Layout | None:
    """Return the layout of a trajectory; None if it doesn't exist or is empty."""
    if not path.is_file() or path.stat().st_size == 0:
        return None
    with path.open("rb") as file:
        head = file.read(_HEADER)
    for layout in _FRAMES:
        if layout.begins.match(head) is not None:
            return layout
    raise LaunchError(
        f"the run can't be continued: expected a text dump, xyz or pdb with steps, whose frames can be cut at step "
        f"{last}, got `{path}`; move the file away to continue in a new one, or `--again` starts anew"
    )


def _read_line(file: BinaryIO) -> bytes | None:
    line = file.readline()
    return line if line.endswith(b"\n") else None


def _read_xyz(file: BinaryIO) -> bytes | None:
    first = file.readline()
    if not first.strip().isdigit():
        return None
    lines = [first, *(file.readline() for _ in range(int(first) + 1))]
    return b"".join(lines) if lines[-1].endswith(b"\n") else None


def _read_pdb(file: BinaryIO) -> bytes | None:
    lines = []
    for line in file:
        lines.append(line)
        if line.strip() == b"END" and line.endswith(b"\n"):
            return b"".join(lines)
    return None


def _read_dump(file: BinaryIO) -> bytes | None:
    lines: list[bytes] = []
    number = b""
    while not lines or not lines[-1].startswith((b"ITEM: ATOMS", b"ITEM: ENTRIES")):
        lines.append(file.readline())
        if not lines[-1].endswith(b"\n"):
            return None
        if len(lines) > 1 and lines[-2].startswith(b"ITEM: NUMBER OF"):
            number = lines[-1].strip()
    if not number.isdigit():
        return None
    lines += [file.readline() for _ in range(int(number))]
    return b"".join(lines) if lines[-1].endswith(b"\n") else None


_FRAMES = (
    _Layout(
        re.compile(rb"^(?:ITEM: (?:UNITS|TIME)\n[^\n]*\n)*ITEM: TIMESTEP\n(\d+)(?=\n)", re.MULTILINE),
        _read_dump,
    ),
    # `Step: 10` of i-PI, `Timestep: 10` and `Timestep=10` of LAMMPS
    _Layout(
        re.compile(rb"^[ \t]*\d+[ \t]*\n[^\n]*?\b(?:Step|Timestep)[:=][ \t]*(\d+)(?=[^\d])", re.MULTILINE),
        _read_xyz,
    ),
    _Layout(re.compile(rb"^TITLE[^\n]*\bStep:[ \t]*(\d+)(?=[^\d])", re.MULTILINE), _read_pdb),
)
_EXTRAS = _Layout(re.compile(rb"^[ \t]*#[^\n]*\bStep:[ \t]*(\d+)(?=[^\d])", re.MULTILINE), _read_line)
