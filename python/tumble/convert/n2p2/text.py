"""Text files of a potential, with errors that name file and line."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from tumble.errors import ConversionError


class FolderFile:
    """The lines of a file.

    Args:
        path: Of the file.

    Attributes:
        path: Of the file.
        lines: Without their ends.

    Raises:
        ConversionError: If the file isn't there or can't be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            # Not `splitlines`, which also splits at form feeds. Editors of Windows write a mark before the text.
            self.lines = path.read_text(encoding="utf-8-sig", errors="replace").rstrip("\n").split("\n")
        except OSError as error:
            raise ConversionError(f"`{path}`: expected a file of a potential, got: {error.strerror}") from error

    def rows(self) -> list[tuple[int, list[str]]]:
        """Return the words of each line that isn't empty or a comment, with its number."""
        return [(n, line.split()) for n, line in enumerate(self.lines, 1) if line.strip() and line.lstrip()[0] != "#"]

    def numbers(self, line: int, words: Sequence[str], count: int, name: str) -> list[float]:
        """Return words of a line as numbers.

        Raises:
            ConversionError: If they aren't so many finite numbers.
        """
        try:
            values = [float(word.replace("d", "e").replace("D", "E")) for word in words]
        except ValueError:
            values = []
        if any("_" in word for word in words):  # only Python reads `1_000` as a number
            values = []
        if len(values) != count or not all(math.isfinite(value) for value in values):
            what = "a number" if count == 1 else f"{count} numbers"
            raise self.error(line, f"{name}: expected {what}, got `{' '.join(words)}`")
        return values

    def error(self, line: int, text: str) -> ConversionError:
        """Return an error about a line."""
        return ConversionError(f"`{self.path}`, line {line}: {text}")
