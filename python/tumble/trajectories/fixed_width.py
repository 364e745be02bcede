"""Reads tables of numbers that were printed with a fixed width, such as those of i-PI and ASE, many at a time.

A number is `digits x 10^(exponent - decimals)`, where digits, as an integer, and exponent are sums over columns of
characters with weights that are known from the first table: two products of matrices instead of a conversion for each
number. The integer and the power of ten are exact in double precision as long as they stay below 2^53 and 10^22, so
that the result is rounded once, as `float` does it: the fast path of W. D. Clinger, How to read floating point numbers
accurately, PLDI 1990. Other numbers are left to `float`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tumble.types import Array

_DIGIT = np.zeros(256)
_DIGIT[ord("0") : ord("9") + 1] = np.arange(10)

# Kinds of characters, as bits.
_DIGITS, _SPACE, _SIGN, _DOT, _E, _END, _OTHER = 1, 2, 4, 8, 16, 32, 64
_KIND = np.full(256, _OTHER, dtype=np.uint8)
for _characters, _kind in (
    ("0123456789", _DIGITS),
    (" ", _SPACE),
    ("+-", _SIGN),
    (".", _DOT),
    ("eE", _E),
    ("\n", _END),
):
    _KIND[[ord(character) for character in _characters]] = _kind

_LARGEST = 22  # 10^22 is the largest power of ten that a double holds exactly
_MOST_DIGITS = 15
_UP = 10.0 ** np.maximum(np.arange(-_LARGEST, _LARGEST + 1), 0)
_DOWN = 10.0 ** np.maximum(-np.arange(-_LARGEST, _LARGEST + 1), 0)


class FixedWidth:
    """The layout of a table of N lines.

    Args:
        table: A table as bytes, from which the layout is taken.
        lines: Number of lines, N.
        columns: Which words of a line are numbers; all others before the last of them stay the same in all tables.

    Raises:
        ValueError: If the lines have different lengths or something else isn't as expected.
    """

    def __init__(self, table: bytes, lines: int, columns: Sequence[int]) -> None:
        """See the class."""
        line = table[: table.index(b"\n") + 1]
        words = _words(line)
        length, count = len(line), len(columns)
        if len(table) != lines * length:
            raise ValueError("lines of different length")
        self._lines, self._length, self._count = lines, length, count
        self._weights = np.zeros((length, 2 * count))  # of digits, then of exponents
        self._signs = np.zeros((length, 2 * count))
        self._decimals = np.zeros(count, dtype=np.int64)
        allowed = np.full(length, 255, dtype=np.uint8)
        allowed[-1] = _END
        numbers = np.zeros(length, dtype=bool)
        for index, column in enumerate(columns):
            start = 0 if column == 0 else words[column - 1][1]
            if column > 0 and column - 1 not in columns:  # other words may be longer in other lines
                start = max(_words(each)[column - 1][1] for each in table.splitlines())
            self._describe(line, index, (start, *words[column]), allowed)
            numbers[start : words[column][1]] = True
        self._forbidden = ~allowed
        rows = np.frombuffer(table, dtype=np.uint8).reshape(lines, length)
        self._fixed = np.flatnonzero(~numbers[: words[max(columns)][1]])
        self._labels = rows[:, self._fixed].copy()
        if self.parse(table) is None:
            raise ValueError("something else than numbers")

    def _describe(self, line: bytes, index: int, span: tuple[int, int, int], allowed: NDArray[np.uint8]) -> None:
        """Notes where the digits of a number are: `span` is where its field starts, its first word, and its end."""
        start, word, stop = span
        match = re.fullmatch(rb"[-+]?\d*(\.)(\d*)(?:[eE][-+](\d+))?", line[word:stop])
        if match is None:
            raise ValueError("a number without decimals")
        dot, end = word + match.start(1), word + match.end(2)
        places = [place for place in range(end - 1, start - 1, -1) if place != dot]
        digits = places[:_MOST_DIGITS]
        self._weights[digits, index] = 10.0 ** np.arange(len(digits))
        self._signs[places, index] = 1.0
        self._decimals[index] = end - dot - 1
        allowed[places] = _SPACE | _SIGN
        allowed[digits] |= _DIGITS
        allowed[dot + 1 : end] = _DIGITS
        allowed[dot] = _DOT
        if match.group(3) is not None:
            exponent = np.arange(stop - 1, end + 1, -1)
            self._weights[exponent, self._count + index] = 10.0 ** np.arange(len(exponent))
            self._signs[end + 1, self._count + index] = 1.0
            allowed[end], allowed[end + 1], allowed[exponent] = _E, _SIGN, _DIGITS

    def parse(self, table: bytes) -> Array | None:
        """The numbers of a table, [N,K]; None if it is laid out differently or other words in it changed."""
        if len(table) != self._lines * self._length:
            return None
        rows = np.frombuffer(table, dtype=np.uint8).reshape(self._lines, self._length)
        if np.any(_KIND.take(rows) & self._forbidden) or not np.array_equal(rows[:, self._fixed], self._labels):
            return None
        numbers = _DIGIT.take(rows) @ self._weights
        numbers *= 1.0 - 2.0 * ((rows == ord("-")).astype(np.float64) @ self._signs)
        digits, exponents = numbers[:, : self._count], numbers[:, self._count :]
        power = exponents.astype(np.int64) - self._decimals + _LARGEST
        if power.min() < 0 or power.max() > 2 * _LARGEST:
            return None
        return np.asarray(digits * _UP.take(power) / _DOWN.take(power))


def _words(line: bytes) -> list[tuple[int, int]]:
    """Where the words of a line begin and end."""
    return [match.span() for match in re.finditer(rb"\S+", line)]
