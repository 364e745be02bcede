"""The report: runs, verdicts, figures, tables and provenance on one HTML page that needs no other file.

The page is readable on a phone, on a screen and on paper, runs no script and loads nothing. The same input gives the
same page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from tumble.errors import ConfigurationError
from tumble.files import write_atomically
from tumble.report.checked import checked_section
from tumble.report.page import render
from tumble.report.probed import probed_section
from tumble.report.provenance import provenance_of, runs_table, skipped
from tumble.report.sections import observable_sections
from tumble.report.tables import Table
from tumble.report.verdicts import verdicts_of
from tumble.study.analysis_file import Analysis
from tumble.study.compare import Comparison
from tumble.study.verdict import SYMMETRY
from tumble.version import __version__


def write_report(
    path: str | Path,
    analyses: Sequence[Analysis],
    comparison: Comparison | None = None,
    *,
    title: str | None = None,
    notes: Sequence[str] = (),
    overview: Table | None = None,
    probe: Mapping[str, Any] | None = None,
    check: Mapping[str, Any] | None = None,
    now: datetime | None = None,
) -> None:
    """Write the page.

    Args:
        path: The file to write, .html.
        analyses: Analyses of the runs, in the order in which they are shown.
        comparison: Comparison of the same runs; without it there are no verdicts.
        title: Heading.
        notes: Paragraphs at the top of the page.
        overview: Table that is shown first.
        probe: Output of `tumble probe --json` for the model: its symmetry error for several sets of rotations.
        check: Output of `tumble check --json` for the model: its audit.
        now: Time to be printed on the page.

    Raises:
        ConfigurationError: If there are no runs, names aren't unique, or the comparison is of other runs.
        OSError: If the file can't be written; an earlier file is then left as it was.
    """
    _check(analyses, comparison)
    page = render(
        title=title or _title(comparison),
        made=f"tumble {__version__}" + ("" if now is None else f" on {now:%d %B %Y, %H:%M}"),
        notes=notes,
        overview=overview,
        names=[analysis.name for analysis in analyses],
        verdicts=None if comparison is None else verdicts_of(comparison),
        runs=runs_table(analyses, None if comparison is None else comparison.reference),
        skipped=skipped(analyses),
        sections=observable_sections(analyses),
        probed=None if probe is None else probed_section(probe),
        checked=None if check is None else checked_section(check),
        provenance=provenance_of(analyses),
    )
    write_atomically(Path(path), page.encode(errors="replace"))


def _title(comparison: Comparison | None) -> str:
    if comparison is None:
        return "Observables"
    # If runs differ in more than their rotations, the page can't answer the usual question.
    unlike = any(row.explained and row.reference != SYMMETRY for row in comparison.rows)
    return "How do the runs differ?" if unlike else "Does the broken symmetry show?"


def _check(analyses: Sequence[Analysis], comparison: Comparison | None) -> None:
    if not analyses:
        raise ConfigurationError("`analyses`: expected at least one run, got none")
    names = [analysis.name for analysis in analyses]
    if len(set(names)) < len(names):
        raise ConfigurationError(f"`analyses`: expected different names, got {', '.join(names)}")
    if comparison is not None:
        others = sorted({row.run for row in comparison.rows} - set(names))
        if others:
            raise ConfigurationError(
                f"`comparison`: expected verdicts on {', '.join(names)}, got verdicts on {', '.join(others)}"
            )
