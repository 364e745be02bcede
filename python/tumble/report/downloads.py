"""Data to download from the page itself: CSV in data URIs.

The tables are in long form, one line for each point of each run, since runs may have different axes. The names of
columns include units; unknown values are empty.
"""

from __future__ import annotations

import base64
import csv
import gzip
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from tumble.observables.quantities.axis_text import label_of
from tumble.observables.quantities.quantity import Quantity

_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # first characters of a formula
_NUMBER = re.compile(r"[+-]?\d+(\.\d*)?(e[+-]?\d+)?")
_LARGE = 200_000  # bytes above which a table is compressed


@dataclass(frozen=True)
class Download:
    """A file in the page.

    Attributes:
        name: Name of the saved file.
        uri: Data URI.
        size: Size in words, such as `12 kB`.
    """

    name: str
    uri: str
    size: str


def quantity_csv(runs: Sequence[str], quantities: Sequence[Quantity], name: str) -> Download:
    """Return a curve or map of several runs as CSV.

    Args:
        runs: Names of the runs.
        quantities: The quantity of each run, with the same units.
        name: Name of the file without its suffix.
    """
    first = quantities[0]
    expected = any(quantity.expected is not None for quantity in quantities)
    head = ["run", *map(label_of, first.axes), label_of(first), f"error of {label_of(first)}"]
    return csv_download(name, [*head, "by symmetry"] if expected else head, _points(runs, quantities, expected))


def numbers_csv(runs: Sequence[str], quantities: Sequence[Sequence[Quantity]], name: str) -> Download:
    """Return all numbers of an observable as CSV.

    Args:
        runs: Names of the runs.
        quantities: Numbers of each run.
        name: Name of the file without its suffix.
    """
    head = ["run", "name", "quantity", "unit", "value", "error", "by symmetry"]
    rows = [
        [run, one.name, one.label, one.unit, *map(_text, (one.values, one.errors, one.expected))]
        for run, numbers in zip(runs, quantities, strict=True)
        for one in numbers
    ]
    return csv_download(name, head, rows)


def csv_download(name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> Download:
    """Return a table as CSV, compressed by gzip if it is large."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(map(_inert, head))
    writer.writerows(map(_inert, row) for row in rows)
    content, kind, ending = buffer.getvalue().encode(errors="replace"), "text/csv;charset=utf-8", ".csv"
    if len(content) > _LARGE:
        content, kind, ending = gzip.compress(content, mtime=0), "application/gzip", ".csv.gz"
    size = f"{-(-len(content) // 1000)} kB"
    name = re.sub(r"[^A-Za-z0-9._+-]+", "_", name) + ending
    return Download(name, f"data:{kind};base64,{base64.b64encode(content).decode()}", size)


def _inert(cell: object) -> object:
    """Return a text that a spreadsheet doesn't interpret as a formula; numbers are unchanged."""
    if not isinstance(cell, str) or not cell.lstrip(" ").startswith(_FORMULA) or _NUMBER.fullmatch(cell):
        return cell
    return f"'{cell}"


def _points(runs: Sequence[str], quantities: Sequence[Quantity], expected: bool) -> Iterator[list[str]]:
    for run, quantity in zip(runs, quantities, strict=True):
        for place, value in np.ndenumerate(quantity.values):
            where = [_text(axis.values[index]) for axis, index in zip(quantity.axes, place, strict=True)]
            row = [run, *where, _text(value), _text(quantity.errors[place])]
            yield [*row, _text(None if quantity.expected is None else quantity.expected[place])] if expected else row


def _text(value: object) -> str:
    """Return a number with nine digits; empty if unknown."""
    if value is None:
        return ""
    found = float(value)  # type: ignore[arg-type]  # a number or an array without axes
    return f"{found:.9g}" if np.isfinite(found) else ""
