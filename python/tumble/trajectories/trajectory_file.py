"""Checks of trajectory files before they are opened, and the order of files that match a pattern."""

from __future__ import annotations

import glob
import os
import re
import stat
from collections.abc import Sequence
from os import PathLike

from tumble.errors import TrajectoryError


def check_file(path: str | PathLike[str]) -> None:
    """Raise a TrajectoryError for a pipe or a device, since reading it may wait forever.

    A folder or a missing file gives its own error when it is opened.
    """
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError):
        return
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise TrajectoryError(f"`{os.fspath(path)}`: expected a file, got a pipe or a device")


def matching(pattern: str) -> list[str]:
    """Return the files that match a pattern, sorted by the numbers in their names."""
    return sorted(glob.glob(pattern), key=by_numbers)


def in_order(names: Sequence[str]) -> list[str]:
    """Return names sorted by their numbers if they are in alphabetical order, as a shell expands patterns.

    Names that differ in more than numbers, or have another order, keep it, since the user chose it.
    """
    if len({re.sub(r"\d+", "#", name) for name in names}) == 1 and list(names) == sorted(names):
        return sorted(names, key=by_numbers)
    return list(names)


def by_numbers(name: str | PathLike[str]) -> list[tuple[int, int, str]]:
    """Return a sort key that puts `x.10` after `x.9`."""
    parts = re.split(r"(\d+)", os.fspath(name), flags=re.ASCII)
    return [(1, int(part), part) if index % 2 else (0, 0, part) for index, part in enumerate(parts)]
