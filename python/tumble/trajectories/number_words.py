"""Numbers in text files, where Python's own `float` and `int` are too generous.

These also take `1_000` and integers of any length: in a file of another program such a word is damage.
"""

from __future__ import annotations

from collections.abc import Sequence

_LARGEST = 2**63


def floats_of(words: Sequence[bytes]) -> list[float]:
    """Return the numbers that words are, NaN and infinity among them.

    Raises:
        ValueError: If one isn't a number.
    """
    if b"_" in b"".join(words):
        wrong = next(word for word in words if b"_" in word)
        raise ValueError(f"could not convert string to float: {wrong!r}")
    return [float(word) for word in words]


def integers_of(words: Sequence[bytes]) -> list[int]:
    """Return the integers that words are.

    Raises:
        ValueError: If one isn't an integer, or takes more than 64 bits.
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
    """Return the positive number that a word is, as of atoms; None if it is something else."""
    return int(word) if word.isdigit() and len(word) < 19 and int(word) > 0 else None
