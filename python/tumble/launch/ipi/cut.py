"""Cuts of trajectories of i-PI, of any quantity, at a step."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from tumble.errors import LaunchError

_STEP = re.compile(rb"\bStep:\s*(\d+)")


def check_format(path: Path, last: int) -> None:
    """Check that frames of a trajectory can be cut, if it exists.

    Raises:
        LaunchError: If it is neither xyz, pdb nor extended xyz.
    """
    if path.is_file() and path.suffix not in _READERS:
        raise LaunchError(
            f"the run can't be continued, since frames of `{path}` can't be cut at step {last}; write xyz, or move the "
            "file away to begin a new one"
        )


def cut_trajectory(path: Path, last: int) -> None:
    """Remove the frames after a step, and a frame that was cut off.

    Args:
        path: Trajectory that i-PI wrote as xyz, pdb or extended xyz; its ending is that of the format.
        last: Last step to keep.

    Raises:
        LaunchError: If its format isn't one of these, or a frame has no step.
    """
    check_format(path, last)
    if not path.is_file():
        return
    reader, end = _READERS[path.suffix], 0
    with path.open("rb") as file:
        while (frame := reader(file)) is not None:
            step = _STEP.search(frame)
            if step is None:
                raise LaunchError(
                    f"the run can't be continued: expected `Step:` in the frame at byte {end} of `{path}`"
                )
            if int(step[1]) > last:
                break
            end += len(frame)
    os.truncate(path, end)


def _read_xyz(file: BinaryIO) -> bytes | None:
    """Return the next frame; None at the end, or if it is incomplete."""
    first = file.readline()
    if not first.strip().isdigit():
        return None
    lines = [first, *(file.readline() for _ in range(int(first) + 1))]
    return b"".join(lines) if lines[-1].endswith(b"\n") else None


def _read_pdb(file: BinaryIO) -> bytes | None:
    """Return the next frame; None at the end, or if it is incomplete."""
    lines = []
    for line in file:
        lines.append(line)
        if line.strip() == b"END" and line.endswith(b"\n"):
            return b"".join(lines)
    return None


_READERS: dict[str, Callable[[BinaryIO], bytes | None]] = {
    ".xyz": _read_xyz,
    ".extxyz": _read_xyz,
    ".pdb": _read_pdb,
}
