"""Fast parser of tables of numbers that a program prints with one format, as i-PI and ASE do.

A number is `digits x 10^(exponent - decimals)`, where each digit is a byte at a known position in its line. The digits,
as an integer, and the power of ten are exact in double precision up to 2^53 and 10^22, so that their product or ratio
is rounded once, as `float` rounds: the fast path of W. D. Clinger, How to read floating point numbers accurately,
PLDI 1990. Tables of other formats are left to `float`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tumble.types import Array

# Groups: optional blanks, sign and leading digits; the last digit before the point; the decimals; the exponent.
_FIELD = re.compile(rb"( *-?\d*)(\d)\.(\d*)(?:[eE]([-+])(\d+))?")
_BLANK, _PLUS, _MINUS, _ZERO = b" +-0"

_MOST_DIGITS = 15  # 10^15 is below 2^53
_MOST_IN_SINGLE = 7  # 10^7 is below 2^24
_LARGEST = 22  # 10^22 is the largest power of ten that a double holds exactly
_POWERS = np.arange(-_LARGEST, _LARGEST + 1)
_BEYOND = [np.nan]
_UP = np.concatenate([_BEYOND, 10.0 ** np.maximum(_POWERS, 0), _BEYOND])
_DOWN = np.concatenate([_BEYOND, 10.0 ** np.maximum(-_POWERS, 0), _BEYOND])

_Bytes = NDArray[np.uint8]
_Truths = NDArray[np.bool_]


class NumberTable:
    """The layout of tables of N lines, each with a label and then K numbers of one format.

    Args:
        table: A table as bytes, which defines the layout.
        columns: Indices of the words of a line that are numbers; consecutive.
        numbers: The numbers of this table, [N,K].

    Raises:
        ValueError: If the table has no such layout.
    """

    def __init__(self, table: bytes, columns: Sequence[int], numbers: Array) -> None:
        self._lines, self._columns = numbers.shape
        line = table[: table.index(b"\n") + 1]
        if len(table) != len(numbers) * len(line):
            raise ValueError("expected lines of the same length")
        ends = [0, *(word.end() for word in re.finditer(rb"\S+", line))]
        width = ends[columns[-1] + 1] - ends[columns[-1]]
        start = ends[columns[-1] + 1] - width * len(columns)
        if start < 0:
            raise ValueError("expected fields of the same width")
        self._lowest = np.frombuffer(table, dtype=np.uint8).reshape(len(numbers), -1).copy()  # byte at each place ...
        self._range = np.zeros(len(line), dtype=np.uint8)  # ... and how far above it the byte may be
        self._free = np.zeros(len(line), dtype=bool)  # places of a sign or, before the first digit, what may be one
        self._before = np.zeros(len(line), dtype=bool)  # places before the first digit that all numbers have
        self._weights = np.zeros((len(line), 2 * len(columns)))  # of the digits, and of those of the exponents
        self._signs = np.zeros_like(self._weights)
        for index in range(len(columns)):
            place = start + index * width
            self._describe(line[place : place + width], place, index)
        rest = slice(start + len(columns) * width, len(line) - 1)  # any bytes are allowed here
        self._lowest[:, rest], self._range[rest] = 0, 255
        self._spread()
        found = self.parse(table)
        if found is None or not np.array_equal(found, numbers):
            raise ValueError("expected numbers of one format")

    def _describe(self, field: bytes, start: int, index: int) -> None:
        """Store which bytes are allowed at each position of the field of a number."""
        found = _FIELD.fullmatch(field)
        if found is None:
            raise ValueError("expected a number with decimals")
        places = np.arange(start, start + len(field))
        lead = places[: found.end(1)]
        digits = [*lead, start + found.start(2), *places[slice(*found.span(3))]][-_MOST_DIGITS:]
        self._decimals = len(found.group(3))
        self._weights[digits, index] = 10.0 ** np.arange(len(digits))[::-1]
        self._signs[lead, index] = 1.0
        self._range[lead] = _MINUS - _BLANK
        self._range[digits] = np.where(np.isin(digits, lead), _ZERO + 9 - _BLANK, 9)
        self._lowest[:, digits] = _ZERO
        self._lowest[:, lead] = _BLANK
        self._free[lead] = self._before[lead] = True
        self._exact = np.float32 if len(digits) <= _MOST_IN_SINGLE else np.float64
        if found.group(4) is not None:
            exponent, sign = places[slice(*found.span(5))], start + found.start(4)
            self._weights[exponent, self._columns + index] = 10.0 ** np.arange(len(exponent))[::-1]
            self._lowest[:, exponent], self._range[exponent] = _ZERO, 9
            self._lowest[:, sign], self._range[sign] = _PLUS, _MINUS - _PLUS
            self._free[sign] = True
            self._signs[sign, self._columns + index] = 1.0

    def _spread(self) -> None:
        """Repeat the layout of a line for all lines, since NumPy is faster on long arrays."""
        self._range, self._free, self._before = (
            np.tile(each, self._lines) for each in (self._range, self._free, self._before)
        )
        self._lowest = self._lowest.ravel()
        self._weights = self._weights.astype(self._exact)  # maybe single precision
        self._signs = -2 * self._signs.astype(self._exact)  # type: ignore[assignment]

    def parse(self, table: bytes) -> Array | None:
        """Return the numbers of a table, [N,K]; None if it has other labels, another layout, or numbers too large."""
        if len(table) != len(self._lowest):
            return None
        places = np.frombuffer(table, dtype=np.uint8)
        minus = places == _MINUS
        letters = places < _ZERO
        digits = places - np.uint8(_ZERO)
        digits *= ~letters
        if self._is_other(places, minus, letters):
            return None
        numbers: Array = digits.astype(self._exact).reshape(self._lines, -1) @ self._weights
        signs = minus.astype(self._exact).reshape(self._lines, -1) @ self._signs
        signs += 1
        numbers *= signs
        mantissas, exponents = numbers[:, : self._columns], numbers[:, self._columns :]
        power = exponents.astype(np.intp)
        power += _LARGEST + 1 - self._decimals
        found = mantissas * _UP.take(power, mode="clip")
        found /= _DOWN.take(power, mode="clip")
        return None if np.isnan(found.sum()) else found

    def _is_other(self, places: _Bytes, minus: _Truths, letters: _Truths) -> bool:
        """Return whether a byte differs from the layout."""
        wrong = (places - self._lowest) > self._range
        # The position of a sign has a sign or a blank, and a sign or a digit is followed by digits only.
        odd = letters & self._free
        odd &= places != self._lowest
        odd &= ~minus
        wrong |= odd
        letters[1:] &= self._before[:-1]
        letters[1:] &= places[:-1] != _BLANK
        wrong[1:] |= letters[1:]
        return bool(wrong.any())
