"""Files of trajectories, before they are opened: that they are files, and the order of those that a pattern matches."""

from __future__ import annotations

import glob
import os
import re
import stat
from collections.abc import Sequence
from os import PathLike

from tumble.errors import TrajectoryError


def check_file(path: str | PathLike[str]) -> None:
    """Raise a TrajectoryError if something is there that isn't a file, such as a pipe, at which reading would wait.

    A folder, or nothing, says so itself when it is opened.
    """
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError):
        return
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise TrajectoryError(f"`{os.fspath(path)}`: expected a file, got a pipe or a device")


def matching(pattern: str) -> list[str]:
    """Return the files that a pattern matches, in the order of the numbers in their names."""
    return sorted(glob.glob(pattern), key=by_numbers)


def in_order(names: Sequence[str]) -> list[str]:
    """Return names in the order of their numbers if they are in that of the alphabet, as a shell gives them.

    Names that differ in more than numbers, or are in another order, were put so on purpose.
    """
    if len({re.sub(r"\d+", "#", name) for name in names}) == 1 and list(names) == sorted(names):
        return sorted(names, key=by_numbers)
    return list(names)


def by_numbers(name: str | PathLike[str]) -> list[tuple[int, int, str]]:
    """Return a key that sorts `x.10` behind `x.9`."""
    parts = re.split(r"(\d+)", os.fspath(name), flags=re.ASCII)
    return [(1, int(part), part) if index % 2 else (0, 0, part) for index, part in enumerate(parts)]
