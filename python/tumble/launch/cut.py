"""Cuts of outputs at a step, so that a run that continues from a checkpoint repeats none of their frames and rows."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np

from tumble.errors import LaunchError, TrajectoryError
from tumble.trajectories.formats import open_frames
from tumble.trajectories.text_frames import TextFrames

_EXTRAS = re.compile(rb"#\s*Step:\s*(\d+)")


def cut_frames(path: Path, last: int) -> None:
    """Remove the frames of a trajectory after a step, and a frame that was cut off.

    Args:
        path: Trajectory in a text format.
        last: Last step to keep; −1 for none.

    Raises:
        LaunchError: If its frames have no steps, or the format is unknown.
    """
    if not path.is_file() or path.stat().st_size == 0:
        return
    try:
        frames = open_frames(path)
    except TrajectoryError as error:
        if last < 0:
            os.truncate(path, 0)
            return
        raise LaunchError(f"the run can't be continued, since {error}") from error
    if not isinstance(frames, TextFrames) or frames.steps is None:
        raise LaunchError(
            f"the run can't be continued: `{path}` is in a format whose frames can't be cut at step {last}; move the "
            "file away to continue in a new one, or write a text format"
        )
    later = np.flatnonzero(frames.steps > last)
    kept = int(later[0]) if len(later) > 0 else len(frames.steps)
    end = int(frames.stops[kept - 1]) if kept > 0 else 0
    frames.close()
    os.truncate(path, end)


def cut_extras(path: Path, last: int) -> None:
    """Remove the entries of a file of extras of i-PI after a step, and a line that was cut off."""
    _cut_lines(path, lambda line: (found := _EXTRAS.search(line)) is not None and int(found[1]) > last)


def cut_rows(path: Path, column: int, last: int) -> None:
    """Remove the rows of a table after a step, and a row that was cut off.

    Args:
        path: File with rows of numbers, and other lines that begin with `#`.
        column: Index of the column with the step.
        last: Last step to keep.
    """

    def is_after(line: bytes) -> bool:
        words = line.split()
        try:
            return not line.lstrip().startswith(b"#") and len(words) > column and float(words[column]) > last
        except ValueError:
            return False

    _cut_lines(path, is_after)


def _cut_lines(path: Path, is_after: Callable[[bytes], bool]) -> None:
    """Truncate a file at the first line for which the function is true, or behind its last complete line."""
    if not path.is_file():
        return
    end = 0
    with path.open("rb") as file:
        for line in file:
            if not line.endswith(b"\n") or is_after(line):
                break
            end += len(line)
    os.truncate(path, end)
