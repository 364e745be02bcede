"""One local damage to a text file of frames, from a seed, so that all other frames are known to be as they were."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

#: What a number of a file is replaced by.
NUMBERS = (
    *(b"nan", b"-inf", b"1e308", b"-1e400", b"1_000", b"1x0", b"x", b"-", b"", b"0", b"-1", b"1e", b"0x10"),
    *(b"99999999999999999999", b"-9223372036854775809", b"1" * 5000, b"1e-400", b"1.2.3", b"\xd9\xa1", b"\xff"),
)


def _word(text: bytes, random: np.random.Generator) -> tuple[int, int]:
    """Where a word is, the nearest one behind a random place."""
    place = int(random.integers(len(text)))
    start = max(text.rfind(b" ", 0, place), text.rfind(b"\n", 0, place)) + 1
    stop = start
    while stop < len(text) and text[stop : stop + 1] not in (b" ", b"\n"):
        stop += 1
    return start, stop


def _line(text: bytes, random: np.random.Generator) -> tuple[int, int]:
    place = int(random.integers(len(text)))
    return text.rfind(b"\n", 0, place) + 1, text.find(b"\n", place) + 1 or len(text)


def _span(text: bytes, random: np.random.Generator) -> tuple[int, int]:
    start = int(random.integers(len(text)))
    return start, min(len(text), start + int(2 ** random.uniform(0, 9)))


def _replaced_number(text: bytes, random: np.random.Generator) -> bytes:
    start, stop = _word(text, random)
    return text[:start] + NUMBERS[random.integers(len(NUMBERS))] + text[stop:]


def _header_number(text: bytes, random: np.random.Generator) -> bytes:
    """A number in one of the first lines of a frame, which random places seldom meet."""
    lines = text.split(b"\n")
    short = [index for index, line in enumerate(lines) if len(line.split()) < 4 or b":" in line or b"=" in line]
    index = short[random.integers(len(short))]
    start, stop = _word(lines[index] + b"\n", random)
    lines[index] = lines[index][:start] + NUMBERS[random.integers(len(NUMBERS))] + lines[index][stop:]
    return b"\n".join(lines)


def _byte(text: bytes, random: np.random.Generator) -> bytes:
    place = int(random.integers(len(text)))
    return text[:place] + random.bytes(1) + text[place + 1 :]


def _inserted(text: bytes, random: np.random.Generator) -> bytes:
    place = int(random.integers(len(text)))
    pieces = (b"a", b" ", b"\n", b"\n\n", b"\0", b"\r\n", b".", b"-", b"\t", b"\x80", b"ITEM: ", b"CELL", b"Step: 1")
    return text[:place] + pieces[random.integers(len(pieces))] + text[place:]


def _deleted(text: bytes, random: np.random.Generator) -> bytes:
    start, stop = _span(text, random)
    return text[:start] + text[stop:]


def _repeated(text: bytes, random: np.random.Generator) -> bytes:
    start, stop = _span(text, random)
    return text[:stop] + text[start:]


def _deleted_line(text: bytes, random: np.random.Generator) -> bytes:
    start, stop = _line(text, random)
    return text[:start] + text[stop:]


def _repeated_line(text: bytes, random: np.random.Generator) -> bytes:
    start, stop = _line(text, random)
    return text[:stop] + text[start:]


def _moved_line(text: bytes, random: np.random.Generator) -> bytes:
    start, stop = _line(text, random)
    line, rest = text[start:stop], text[:start] + text[stop:]
    place, _ = _line(rest, random)
    return rest[:place] + line + rest[place:]


def _zeros(text: bytes, random: np.random.Generator) -> bytes:
    """A block that a disk lost."""
    start, stop = _span(text, random)
    return text[:start] + b"\0" * (stop - start) + text[stop:]


MUTATIONS: tuple[Callable[[bytes, np.random.Generator], bytes], ...] = (
    *(_replaced_number, _header_number, _header_number, _byte, _inserted, _deleted, _repeated),
    *(_deleted_line, _repeated_line, _moved_line, _zeros),
)


def mutate(text: bytes, seed: int) -> bytes:
    """Return a damaged copy."""
    random = np.random.default_rng(seed)
    return MUTATIONS[random.integers(len(MUTATIONS))](text, random)


def cut(text: bytes, seed: int) -> bytes:
    """Return the beginning, half of the time with zeros behind it, as a crash leaves it."""
    random = np.random.default_rng(seed)
    place = int(random.integers(1, len(text)))
    return text[:place] + b"\0" * int(random.integers(2) * 2 ** random.uniform(0, 13))
