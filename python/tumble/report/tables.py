"""Tables of text for the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tumble.report.downloads import Download


@dataclass(frozen=True)
class Row:
    """A row.

    Attributes:
        header: Header of the row.
        cells: Text for each column after the first.
        state: State of a verdict: `visible`, `unclear`, `unknown` or `none`; empty in other tables.
    """

    header: str
    cells: Sequence[str]
    state: str = ""


@dataclass(frozen=True)
class Table:
    """A table.

    Attributes:
        caption: Caption.
        head: Headers of the columns; the first belongs to the headers of the rows.
        rows: At least one row.
        remarks: Remarks below the table.
        download: The table as CSV, with all digits.
    """

    caption: str
    head: Sequence[str]
    rows: Sequence[Row]
    remarks: Sequence[str] = ()
    download: Download | None = None
