"""Lines of a log of LAMMPS taken apart as LAMMPS takes apart its input (https://docs.lammps.org/Commands_parse.html)."""

from __future__ import annotations

import re
from functools import lru_cache

_QUOTED = r'"""(.*?)"""|"([^"]*)"|\'([^\']*)\''
_WORD = re.compile(rf"{_QUOTED}|(\S+)", re.DOTALL)
_COMMENT = re.compile(rf"(?P<quoted>{_QUOTED})|#.*", re.DOTALL)
_NESTED = r"\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)"
_VARIABLE = re.compile(rf"\$\{{[^}}]*\}}|\${_NESTED}|\$\w")


def words_of(line: str) -> list[str]:
    """Return the words of a line without its comment, and without the quotation marks around words."""
    return [next(filter(None, found.groups()), "") for found in _WORD.finditer(_without_comment(line))]


def has_variables(line: str) -> bool:
    """Return whether LAMMPS replaces variables in a line, and so writes it once more; quoted ones it leaves alone."""
    return "$" in _WORD.sub(lambda found: found[4] or "", _without_comment(line))


def number_of(word: str) -> float | None:
    """Return a word as a number; None if it is something else."""
    if "_" in word or not word.isascii():  # which `float` takes
        return None
    try:
        return float(word)
    except ValueError:
        return None


def integer_of(word: str) -> int | None:
    """Return a word as an integer of 64 bits, such as the number of a step; None if it is something else."""
    if re.fullmatch(r"[+-]?[0-9]{1,19}", word) is None:
        return None
    return int(word) if abs(int(word)) < 1 << 63 else None


@lru_cache
def printed_by(text: str) -> tuple[re.Pattern[str], ...]:
    """Return patterns of the lines that LAMMPS writes for the text of a `print`, where variables have any values."""
    patterns = []
    for line in text.split("\n"):
        literal = _VARIABLE.split(line)
        # Values alone look like a row of numbers, so no more blanks may lie between them than the text has.
        value = r"\S*" if len(literal) > 1 and not "".join(literal).strip() else ".*"
        patterns.append(re.compile(value.join(re.escape(part) for part in literal) + r"\s*"))
    return tuple(patterns)


def _without_comment(line: str) -> str:
    return _COMMENT.sub(lambda found: found["quoted"] or "", line)
