"""Lines of text files that engines and drivers append to, as they are after crashes and on full disks."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tumble.errors import TrajectoryError
from tumble.trajectories.number_words import floats_of
from tumble.trajectories.trajectory_file import check_file


def is_file(path: Path) -> bool:
    """Return whether a file is there; false for folders, pipes and names that no file can have."""
    return os.path.isfile(path)


def complete_lines(path: Path) -> list[bytes]:
    """Return all lines that end, without one that is being written or was cut off.

    Raises:
        TrajectoryError: If it can't be read.
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
    """Return whether this is the number of a step: an integer from 0 that a float has exactly."""
    return bool(np.isfinite(number)) and 0 <= number < 2**53 and number == int(number)
