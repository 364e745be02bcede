"""Numbers of atoms in a run of i-PI, from its input or checkpoint, without a trajectory."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from tumble.errors import TrajectoryError
from tumble.runs.ipi.elements import integer_of, word_of
from tumble.runs.text_rows import is_file

_LINE = 10_000  # characters, longest line that is read
_MOST = 10_000_000  # atoms


def atoms_of(system: Any, folder: Path) -> dict[str, int]:
    """Return the number of atoms of each label, by which i-PI selects atoms; empty if unknown.

    The labels are those of a checkpoint, or of the first frame of the xyz file, or the
    checkpoint, that the run starts from.

    Args:
        system: The element `system`.
        folder: Folder of the input.
    """
    return dict(Counter(_names(system) or _labels_in(system, folder)))


def _names(system: Any) -> list[str]:
    """Return the labels in a checkpoint."""
    names = system.find("beads/names")
    text = "" if names is None else (names.text or "").strip().strip("[]")
    return [word.strip() for word in text.split(",") if word.strip()]


def _labels_in(system: Any, folder: Path) -> Sequence[str]:
    """Return the labels of the first xyz file, or checkpoint, of `initialize`."""
    for file in system.findall("initialize/file"):
        path = folder / (file.text or "").strip()
        if word_of(file, "mode", "chk") == "chk" and is_file(path):
            try:
                start = ElementTree.parse(path).getroot().find("system")
            except (ElementTree.ParseError, OSError, ValueError, LookupError):
                return ()
            return () if start is None else _names(start)
        if word_of(file, "mode", "") == "xyz" and is_file(path):
            try:
                with path.open(errors="replace") as lines:
                    number = integer_of(lines.readline(_LINE), "natoms")
                    rows = [line.split() for line in islice(lines, 1, 1 + min(max(number, 0), _MOST))]
            except (OSError, TrajectoryError):
                return ()
            return [row[0] for row in rows if row] if len(rows) == number else ()
    return ()
