"""The file `input.nn`: keywords with words, one per line, as n2p2 and RuNNer read it.

A keyword that could change energies and isn't understood is refused; those that concern training, output and run modes
are ignored.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tumble.convert.n2p2.keywords import IGNORED, KINDS, READ, REPEATED
from tumble.convert.n2p2.text import FolderFile
from tumble.errors import ConversionError

_DIGITS = 9  # of numbers of elements, layers and nodes


class Line(NamedTuple):
    """A line with a keyword.

    Attributes:
        number: In the file, from 1.
        keyword: Its first word.
        words: The others.
    """

    number: int
    keyword: str
    words: tuple[str, ...]


class Settings:
    """The lines of an `input.nn`.

    Args:
        path: Of the file.

    Raises:
        ConversionError: If the file can't be read, or has a keyword twice or one that isn't understood.
    """

    def __init__(self, path: Path) -> None:
        self.file = FolderFile(path)
        self.lines = list(self._keywords())
        seen: dict[str, int] = {}
        for line in self.lines:
            if line.keyword in KINDS:
                self._check_kind(line)
            elif line.keyword not in READ and line.keyword not in IGNORED:
                raise self.error(
                    line,
                    "expected keywords of a short-range potential of atomic energies, got one that may change energies "
                    "and isn't known; delete the line if it doesn't",
                )
            if line.keyword in seen and line.keyword not in REPEATED:
                raise self.error(line, f"expected it once, got it in line {seen[line.keyword]}, too")
            seen[line.keyword] = line.number

    def has(self, keyword: str) -> bool:
        """Return whether a keyword is there."""
        return any(line.keyword == keyword for line in self.lines)

    def every(self, keyword: str) -> list[Line]:
        """Return all lines of a keyword."""
        return [line for line in self.lines if line.keyword == keyword]

    def one(self, keyword: str) -> Line:
        """Return the line of a keyword.

        Raises:
            ConversionError: If it isn't there.
        """
        for line in self.lines:
            if line.keyword == keyword:
                return line
        raise ConversionError(f"`{self.file.path}`: expected the keyword `{keyword}`, got none")

    def number(self, keyword: str, default: float) -> float:
        """Return the number of a keyword that has one, or the default where the keyword isn't there.

        Raises:
            ConversionError: If there isn't one number.
        """
        if not self.has(keyword):
            return default
        line = self.one(keyword)
        return self.numbers(line, 0, 1)[0]

    def numbers(self, line: Line, first: int, count: int) -> list[float]:
        """Return the last words of a line, from `first` on, as numbers.

        Raises:
            ConversionError: If they aren't so many finite numbers.
        """
        return self.file.numbers(line.number, line.words[first:], count, f"`{line.keyword}`")

    def integer(self, line: Line, place: int, least: int) -> int:
        """Return a word of a line as an integer.

        Raises:
            ConversionError: If it isn't one, or is too small.
        """
        word = line.words[place] if place < len(line.words) else "none"
        if not word.isdecimal() or len(word) > _DIGITS or int(word) < least:
            raise self.error(line, f"expected an integer of at least {least} as word {place + 1}, got `{word}`")
        return int(word)

    def error(self, line: Line, text: str) -> ConversionError:
        """Return an error about a line."""
        return self.file.error(line.number, f"`{line.keyword}`: {text}")

    def _keywords(self) -> Iterator[Line]:
        for number, text in enumerate(self.file.lines, 1):
            words = text.split("#")[0].split("!")[0].split()
            if words:
                yield Line(number, words[0], tuple(words[1:]))

    def _check_kind(self, line: Line) -> None:
        expected = KINDS[line.keyword]
        if line.words[:1] and line.words[0] in expected:
            return
        raise self.error(
            line,
            f"expected {' or '.join(expected)}, a sum of short-range atomic energies, got "
            f"`{' '.join(line.words)}`; other kinds can't be converted",
        )
