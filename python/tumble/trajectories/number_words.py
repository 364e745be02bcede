"""Parsers of numbers in text files, stricter than Python's `float` and `int`.

Python also accepts `1_000` and integers of any length, which are signs of damage in the file of another program.
"""

from __future__ import annotations

from collections.abc import Sequence

_LARGEST = 2**63


def floats_of(words: Sequence[bytes]) -> list[float]:
    """Return words as numbers, which may be NaN or infinite.

    Raises:
        ValueError: If a word isn't a number.
    """
    if b"_" in b"".join(words):
        wrong = next(word for word in words if b"_" in word)
        raise ValueError(f"could not convert string to float: {wrong!r}")
    return [float(word) for word in words]


def integers_of(words: Sequence[bytes]) -> list[int]:
    """Return words as integers.

    Raises:
        ValueError: If a word isn't an integer, or needs more than 64 bits.
    """
    if b"_" in b"".join(words):
        wrong = next(word for word in words if b"_" in word)
        raise ValueError(f"could not convert string to int: {wrong!r}")
    numbers = [int(word) for word in words]
    if numbers and not -_LARGEST <= min(numbers) <= max(numbers) < _LARGEST:
        wrong = next(word for word, number in zip(words, numbers, strict=True) if not -_LARGEST <= number < _LARGEST)
        raise ValueError(f"an integer of more than 64 bits: {wrong[:40]!r}")
    return numbers


def count_of(word: bytes) -> int | None:
    """Return a word as a positive integer, such as a number of atoms; None if it isn't one."""
    return int(word) if word.isdigit() and len(word) < 19 and int(word) > 0 else None
