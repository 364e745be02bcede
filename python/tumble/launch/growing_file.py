"""Readers of files that another program appends to."""

from __future__ import annotations

from pathlib import Path


class GrowingFile:
    """Lines that are appended to a file.

    Args:
        path: The file, which may not exist yet.
        skip: Bytes at its beginning that aren't read.
    """

    def __init__(self, path: Path, skip: int = 0) -> None:
        self.path = path
        self._place = skip
        self._rest = b""

    def new_lines(self) -> list[str]:
        """Return the complete lines that were added since the last call."""
        try:
            with self.path.open("rb") as file:
                file.seek(self._place)
                text = file.read()
        except OSError:
            return []
        self._place += len(text)
        *lines, self._rest = (self._rest + text).split(b"\n")
        return [line.decode(errors="replace") for line in lines]


def tail_of(path: Path, size: int) -> bytes:
    """Return at most the last `size` bytes of a file; nothing if it can't be read."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, size_of(path) - size))
            return file.read()
    except OSError:
        return b""


def size_of(path: Path) -> int:
    """Return the size of a file, bytes; 0 if it doesn't exist."""
    return path.stat().st_size if path.is_file() else 0
