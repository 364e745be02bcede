"""Reader of rows in text files that engines and drivers append to, which crashes and full disks may have damaged."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tumble.errors import TrajectoryError
from tumble.trajectories.number_words import floats_of
from tumble.trajectories.trajectory_file import check_file


def is_file(path: Path) -> bool:
    """Return whether a regular file exists; false for folders, pipes and invalid names."""
    return os.path.isfile(path)


def complete_lines(path: Path) -> list[bytes]:
    """Return all lines with a line end, without a last line that is being written or was cut off.

    Raises:
        TrajectoryError: If the file can't be read.
    """
    check_file(path)
    try:
        return path.read_bytes().split(b"\n")[:-1]
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise TrajectoryError(f"`{path}`: expected a text file, but it can't be read: {reason}") from error


def row_of(words: Sequence[bytes], width: int | None = None) -> list[float] | None:
    """Return `width` numbers, which may be NaN or infinite; None for another count or words that aren't numbers."""
    if width is not None and len(words) != width:
        return None
    try:
        return floats_of(words)
    except ValueError:
        return None


def is_count(number: float) -> bool:
    """Return whether a number is a step: an integer from 0 that a float represents exactly."""
    return bool(np.isfinite(number)) and 0 <= number < 2**53 and number == int(number)
