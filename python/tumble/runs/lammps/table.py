"""Reader of the thermo output of one stage: a heading and its rows, in the styles `one`, `yaml` and `multi`.

It begins after a banner of LAMMPS or, if a run continues without the banner (`pre no`), after the command. Other lines
may stand between the rows: warnings, and output of `fix print`.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tumble.runs.lammps.input_line import integer_of, number_of
from tumble.types import Array

BANNER = re.compile(r"Per MPI rank memory allocation|Memory usage per processor")
END = "Loop time of"
_MULTI = re.compile(r"-+ Step\s+(\S+) -+ CPU =")
_PAIR = re.compile(r"(\S+)\s+=\s*(\S+)")
_YAML_HEADING = re.compile(r"keywords: \[(.*)\]")
_YAML_ROW = re.compile(r"\s+- \[(.*)\]")


@dataclass(frozen=True)
class Table:
    """Thermo output.

    Attributes:
        columns: [T] each, under the names in the heading.
        stop: Number of the line after it.
        damaged: Numbers of the lines that begin like a row but aren't complete rows.
    """

    columns: Mapping[str, Array]
    stop: int
    damaged: tuple[int, ...]


def begins_table(lines: Sequence[str], place: int, commanded: bool) -> bool:
    """Return whether thermo output begins at a line.

    Args:
        lines: Lines of the log.
        place: Number of the line.
        commanded: Whether the last command was a `run`.
    """
    line = lines[place]
    before = lines[place - 1] if place > 0 else ""
    behind = BANNER.match(before) is not None
    if _MULTI.match(line) or _YAML_HEADING.match(line):
        return behind or commanded or before.startswith("---")
    names = line.split()
    if not names or any(number_of(name) is not None for name in names):
        return False
    # A heading has no row if the run was killed. Without the banner, only a row distinguishes it from printed text.
    row = lines[place + 1].split() if place + 1 < len(lines) else []
    is_row = len(row) == len(names) and all(number_of(word) is not None for word in row)
    return (behind and (is_row or "Step" in names)) or (commanded and is_row and "Step" in names)


def read_table(lines: Sequence[str], start: int, printed: Callable[[str], bool], ends: Callable[[str], bool]) -> Table:
    """Read the thermo output that begins at a line.

    Args:
        lines: Lines of the log.
        start: Number of the line with the heading.
        printed: Returns whether a line is output of `fix print`.
        ends: Returns whether a line that is no row ends the table.
    """
    multi, heading = _MULTI.match(lines[start]), _YAML_HEADING.match(lines[start])
    if multi is not None:
        names = ["Step"]
    else:
        names = lines[start].split() if heading is None else re.findall(r"'([^']*)'", heading[1])
    rows: list[list[float]] = []
    blocks: list[dict[str, float]] = []
    damaged: list[int] = []
    place = start if multi is not None else start + 1
    while place < len(lines):
        line = lines[place]
        if line.startswith(END):
            break
        if printed(line):
            pass
        elif multi is not None:
            if not _add_to_blocks(line, blocks) and ends(line):
                break
        else:
            found = _YAML_ROW.match(line) if heading is not None else None
            words = line.split() if found is None else re.findall(r"[^\s,]+", found[1])
            row = _row(words, names)
            if row is not None:
                rows.append(row)
            elif ends(line):
                break
            elif found is not None or (heading is None and words and number_of(words[0]) is not None):
                damaged.append(place)
        place += 1
    if multi is not None:
        names = list(blocks[0]) if blocks else names
        rows = [list(block.values()) for block in blocks if list(block) == names]
    table = np.array(rows, dtype=np.float64).reshape(len(rows), len(names))
    columns: dict[str, Array] = dict(zip(names, table.T, strict=True))
    if "Step" in columns:
        keep = _increasing(columns["Step"])
        columns = {name: values[keep] for name, values in columns.items()}
    return Table(columns, place, tuple(damaged))


def _add_to_blocks(line: str, blocks: list[dict[str, float]]) -> bool:
    """Add a line of the style `multi`, a heading with the step or names with numbers; return whether it is one."""
    heading = _MULTI.match(line)
    if heading is not None:
        step = integer_of(heading[1])
        blocks.append({} if step is None else {"Step": float(step)})
        return True
    pairs = _PAIR.findall(line)
    values = {name: number for name, word in pairs if (number := number_of(word)) is not None}
    if blocks and pairs and len(values) == len(pairs):
        blocks[-1] |= values
    return len(pairs) > 0


def _row(words: Sequence[str], names: Sequence[str]) -> list[float] | None:
    """Return the numbers of a row; None for another line."""
    if len(words) != len(names):
        return None
    numbers = [number for word in words if (number := number_of(word)) is not None]
    if len(numbers) < len(words) or ("Step" in names and integer_of(words[names.index("Step")]) is None):
        return None
    return numbers


def _increasing(steps: Array) -> list[int]:
    """Return the longest selection of rows with increasing steps; only damaged rows break the order in a stage."""
    if len(steps) < 2 or np.all(np.diff(steps) > 0):
        return list(range(len(steps)))
    ends: list[float] = []  # the smallest last step of a selection of each length
    last: list[int] = []  # the row of that step
    before = [-1] * len(steps)
    for row, step in enumerate(steps.tolist()):
        length = bisect_left(ends, step)
        before[row] = last[length - 1] if length > 0 else -1
        ends[length:], last[length:] = ([step], [row]) if length == len(ends) else (ends[length:], last[length:])
        ends[length], last[length] = step, row
    chosen, row = [], last[-1]
    while row >= 0:
        chosen.append(row)
        row = before[row]
    return chosen[::-1]
