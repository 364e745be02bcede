"""Sizes and modification times of files before they were read, which show later changes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Stamp:
    """Size and modification time of a file.

    Attributes:
        size: Bytes.
        modified_ns: Time of its last modification, ns since 1970.
    """

    size: int
    modified_ns: int

    @staticmethod
    def of_file(path: Path) -> Stamp:
        """Return the present stamp of a file.

        Raises:
            OSError: If the file isn't accessible.
        """
        found = path.stat()
        return Stamp(found.st_size, found.st_mtime_ns)


def stamps_in(folder: Path) -> dict[Path, Stamp]:
    """Return the present stamps of all files in a folder; none if it can't be read."""
    stamps: dict[Path, Stamp] = {}
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_file():
                    found = entry.stat()
                    stamps[folder / entry.name] = Stamp(found.st_size, found.st_mtime_ns)
    except OSError:
        return stamps
    return stamps


def stamped(files: Iterable[Path], before: Mapping[Path, Stamp]) -> dict[Path, Stamp]:
    """Return the stamps of files before they were read; present stamps for files outside the folder.

    A log may grow while it is read, and a stamp that is taken afterwards would hide that.
    """
    return {path: before[path] if path in before else Stamp.of_file(path) for path in files if path.is_file()}
