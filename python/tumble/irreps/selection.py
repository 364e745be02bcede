"""Structures from all parts of a file, however long it is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from ase import Atoms

from tumble.errors import ConfigurationError
from tumble.frames import read_frames


def spread_frames(path: Path, count: int) -> list[Atoms]:
    """Return structures that are evenly spaced over a file, or all of a file with fewer, in their order.

    The file is read once, and at most twice as many structures are in memory.

    Args:
        path: The file.
        count: Number of structures.

    Raises:
        ConfigurationError: If `count` isn't above 0.
        FramesError: As by `read_frames`.
    """
    if count < 1:
        raise ConfigurationError(f"`count`: expected an integer above 0, got {count}")
    kept: list[Atoms] = []
    step = 1
    for number, atoms in enumerate(read_frames(path)):
        if number % step == 0:
            kept.append(atoms)
        if len(kept) > 2 * count:
            kept = kept[::2]
            step *= 2
    if len(kept) <= count:
        return kept
    return [kept[place] for place in np.linspace(0, len(kept) - 1, count).round().astype(int)]
