"""Damaged copies of files: what crashes, full disks, other programs and people do to them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from tumble.analysis import TrajectoryError

#: What may stand in the place of a number.
_NUMBERS = (
    b"nan", b"-inf", b"1e400", b"-1e308", b"1_000", b"-1", b"0", b"1.5", b"", b"9" * 20, b"9" * 5000, b"1x", b"x1",
    b"1,5", b"0x10", b"\xff\xfe", "٣".encode(), b"\0", b"1 2", b"1\n2", b"#", b"True",
)  # fmt: skip
_BYTES = (b"\0" * 64, b"\xff", b"\xc3", b"\r", b"\n\n", b"\x0c", b"\x1c", "\u2028".encode(), b"<", b">", b"&", b"%")


def mutations(content: bytes, number: int, seed: int) -> Iterator[bytes]:
    """So many damaged copies, each with one to three damages.

    Args:
        content: Of a good file.
        number: Of copies.
        seed: Of the random draws.
    """
    random = np.random.default_rng(seed)
    for _ in range(number):
        copy = content
        for _ in range(random.integers(1, 4)):
            copy = _DAMAGES[random.integers(len(_DAMAGES))](copy, random)
        yield copy


def _place(content: bytes, random: np.random.Generator) -> int:
    return int(random.integers(len(content) + 1))


def _cut(content: bytes, random: np.random.Generator) -> bytes:
    return content[: _place(content, random)]


def _without_a_part(content: bytes, random: np.random.Generator) -> bytes:
    start, stop = sorted((_place(content, random), _place(content, random)))
    return content[:start] + content[stop:]


def _twice(content: bytes, random: np.random.Generator) -> bytes:
    start, stop = sorted((_place(content, random), _place(content, random)))
    return content[:stop] + content[start:]


def _other_number(content: bytes, random: np.random.Generator) -> bytes:
    found = list(re.finditer(rb"[-+]?\d[\d.eE+-]*", content))
    if not found:
        return content
    match = found[random.integers(len(found))]
    return content[: match.start()] + _NUMBERS[random.integers(len(_NUMBERS))] + content[match.end() :]


def _other_byte(content: bytes, random: np.random.Generator) -> bytes:
    place = _place(content, random)
    return content[:place] + bytes([random.integers(256)]) + content[place + 1 :]


def _strange_bytes(content: bytes, random: np.random.Generator) -> bytes:
    place = _place(content, random)
    return content[:place] + _BYTES[random.integers(len(_BYTES))] + content[place:]


def _ends_in_zeros(content: bytes, random: np.random.Generator) -> bytes:
    return content[: _place(content, random)] + b"\0" * int(random.integers(1, 4096))


def _lines_swapped(content: bytes, random: np.random.Generator) -> bytes:
    lines = content.splitlines(keepends=True)
    if len(lines) < 2:
        return content
    one, other = random.integers(len(lines), size=2)
    lines[one], lines[other] = lines[other], lines[one]
    return b"".join(lines)


_DAMAGES = (
    _cut,
    _without_a_part,
    _twice,
    _other_number,
    _other_number,
    _other_byte,
    _strange_bytes,
    _ends_in_zeros,
    _lines_swapped,
)


def outcomes(
    path: Path, content: bytes, number: int, seed: int, read: Callable[[Path], Any]
) -> tuple[list[Any], list[str]]:
    """What a reader makes of damaged copies of a file, and the messages of those that it refuses.

    Any other error than a TrajectoryError comes through.

    Args:
        path: Where the copies are written.
        content: Of the good file.
        number: Of copies.
        seed: Of the random draws.
        read: The reader.
    """
    found: list[Any] = []
    refused: list[str] = []
    for copy in mutations(content, number, seed):
        path.write_bytes(copy)
        try:
            found.append(read(path))
        except TrajectoryError as error:
            refused.append(str(error))
    return found, refused
