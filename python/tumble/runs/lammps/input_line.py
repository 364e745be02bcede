"""Parser of input lines of LAMMPS, by LAMMPS' own rules (https://docs.lammps.org/Commands_parse.html)."""

from __future__ import annotations

import re
from functools import lru_cache

_QUOTED = r'"""(.*?)"""|"([^"]*)"|\'([^\']*)\''
_WORD = re.compile(rf"{_QUOTED}|(\S+)", re.DOTALL)
_COMMENT = re.compile(rf"(?P<quoted>{_QUOTED})|#.*", re.DOTALL)
_NESTED = r"\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)"
_VARIABLE = re.compile(rf"\$\{{[^}}]*\}}|\${_NESTED}|\$\w")


def words_of(line: str) -> list[str]:
    """Return the words of a line, without comment and quotation marks."""
    return [next(filter(None, found.groups()), "") for found in _WORD.finditer(_without_comment(line))]


def has_variables(line: str) -> bool:
    """Return whether LAMMPS replaces variables in a line and echoes it again; it doesn't replace quoted variables."""
    return "$" in _WORD.sub(lambda found: found[4] or "", _without_comment(line))


def number_of(word: str) -> float | None:
    """Return a word as a number; None if it is something else."""
    if "_" in word or not word.isascii():  # `float` accepts these
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
    """Return patterns of the lines that LAMMPS prints for the text of a `print`, with any values of variables."""
    patterns = []
    for line in text.split("\n"):
        literal = _VARIABLE.split(line)
        # A line of values alone resembles a row of numbers, so it may have no more blanks than the text.
        value = r"\S*" if len(literal) > 1 and not "".join(literal).strip() else ".*"
        patterns.append(re.compile(value.join(re.escape(part) for part in literal) + r"\s*"))
    return tuple(patterns)


def _without_comment(line: str) -> str:
    return _COMMENT.sub(lambda found: found["quoted"] or "", line)
