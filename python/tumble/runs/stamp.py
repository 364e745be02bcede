"""How files looked before they were read: what tells later that they have changed."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Stamp:
    """How a file looked from outside.

    Attributes:
        size: Bytes.
        modified_ns: Time of its last modification, ns since 1970.
    """

    size: int
    modified_ns: int

    @staticmethod
    def of(path: Path) -> Stamp:
        """That of a file as it is now.

        Raises:
            OSError: If it can't be looked at.
        """
        found = path.stat()
        return Stamp(found.st_size, found.st_mtime_ns)


def stamps_in(folder: Path) -> dict[Path, Stamp]:
    """Return all files of a folder as they are now; none if it can't be read."""
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
    """Return the files as they were before they were read; those that are elsewhere, as they are now.

    A log that grows while it is read has more in it than was read, so a stamp that is taken later would hide that.
    """
    return {path: before[path] if path in before else Stamp.of(path) for path in files if path.is_file()}
