"""Tables of text, as the page shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tumble.report.downloads import Download


@dataclass(frozen=True)
class Row:
    """A row.

    Attributes:
        header: Says what the row is about.
        cells: As many as the table has columns after the first.
        state: Of a verdict: `visible`, `unclear`, `unknown` or `none`; empty in other tables.
    """

    header: str
    cells: Sequence[str]
    state: str = ""


@dataclass(frozen=True)
class Table:
    """A table.

    Attributes:
        caption: Says what it is about.
        head: Headers of the columns, the first one that of the rows.
        rows: At least one.
        remarks: Below the table.
        download: The same as CSV, with all digits.
    """

    caption: str
    head: Sequence[str]
    rows: Sequence[Row]
    remarks: Sequence[str] = ()
    download: Download | None = None
