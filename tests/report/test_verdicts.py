"""Verdicts: told as they were found, the visible ones first."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import replace

from support.html_page import HtmlPage, data_of

from tumble.report.verdicts import state_of, verdicts_of
from tumble.study.analysis_file import Analysis
from tumble.study.compare import Comparison, compare
from tumble.study.verdict import SYMMETRY, Verdict

NBSP = "\N{NO-BREAK SPACE}"


def verdict(p_value: float = 0.5, *, visible: bool = False, diagnostic: bool = False, name: str = "g_OO") -> Verdict:
    return Verdict(
        run="bare",
        reference="icosahedral",
        observable="rdf",
        quantity=name,
        label="g(r), O–O",
        unit="1",
        difference=-0.08512,
        error=0.0281,
        rms_error=0.0212,
        at="r = 2.75 Å",
        rms=0.04512,
        sigma=0.6,
        p_value=p_value,
        detectable=0.03312,
        degrees=(12.0, 30.0),
        resolved=p_value <= 1,
        visible=visible,
        diagnostic=diagnostic,
        explained="",
        text="in words",
    )


def test_states() -> None:
    assert state_of(verdict(1e-9, visible=True)) == "visible"
    assert state_of(verdict(0.03)) == "unclear"
    assert state_of(verdict(0.03, diagnostic=True)) == "none"
    assert state_of(verdict(0.5)) == "none"
    assert state_of(verdict(math.nan)) == "unknown"


def test_a_row() -> None:
    (summary,) = verdicts_of(Comparison("icosahedral", (verdict(),))).summaries
    assert summary.table is not None
    (row,) = summary.table.rows
    assert (row.header, row.state) == ("rdf: g(r), O–O", "none")
    cells = [cell.replace(NBSP, " ") for cell in row.cells]
    assert cells == ["in words", "0.045", "0.033", "0.60", "0.50"]
    assert len(summary.table.head) == 1 + len(cells)


def test_what_cannot_be_told_has_no_numbers() -> None:
    (summary,) = verdicts_of(Comparison("icosahedral", (verdict(), verdict(math.nan)))).summaries
    assert summary.table is not None
    assert summary.table.rows[1].cells == ["in words", "–", "–", "–", "–"]


def test_summaries() -> None:
    def text(*rows: Verdict) -> str:
        (summary,) = verdicts_of(Comparison("icosahedral", rows)).summaries
        return summary.text

    some = (verdict(), verdict(1e-9, visible=True), verdict(0.03), verdict(math.nan))
    assert text(*some) == (
        "against icosahedral: 3 of 4 quantities could be tested: a difference in 1 of these, the largest in g(r), O–O "
        "(in words); 1 not clear; too short to tell for 1."
    )
    assert text(verdict(), verdict(1e-9, visible=True)).startswith(
        "against icosahedral: a difference in 1 of 2 quantities,"
    )
    assert text(verdict()) == "against icosahedral: no difference visible in 1 quantity."
    assert text(verdict(math.nan)) == "against icosahedral: too short to tell."
    assert text(replace(verdict(math.nan), resolved=True)) == "against icosahedral: no verdict."


def test_many_rows_without_a_difference_are_folded() -> None:
    rows = [verdict(), verdict(1e-9, visible=True), *[verdict()] * 10, verdict(0.03)]
    (summary,) = verdicts_of(Comparison("icosahedral", tuple(rows))).summaries
    assert summary.table is not None
    assert [row.state for row in summary.table.rows] == ["visible", "unclear"]
    (folded,) = summary.folded
    assert folded.caption == "bare against icosahedral: no difference visible"
    assert len(folded.rows) == 11


def test_many_rows_that_are_too_short_to_tell_are_folded() -> None:
    def folded(*rows: Verdict) -> list[tuple[str, int]]:
        (summary,) = verdicts_of(Comparison(SYMMETRY, rows)).summaries
        return [(one.caption.partition(": ")[2], len(one.rows)) for one in summary.folded]

    assert folded(verdict(), *[verdict(math.nan)] * 2) == []
    assert folded(verdict(), *[verdict(math.nan)] * 3) == [("too short to tell", 3)]
    assert folded(verdict(math.nan)) == [("too short to tell", 1)]
    assert folded(*[verdict()] * 9, *[verdict(math.nan)] * 4) == [
        ("no difference visible", 9),
        ("too short to tell", 4),
    ]


def test_diagnostics_are_apart() -> None:
    found = verdicts_of(Comparison("icosahedral", (verdict(1e-9, visible=True, diagnostic=True),)))
    assert found.summaries == []
    assert len(found.diagnostics) == 1


def test_nothing_to_compare() -> None:
    found = verdicts_of(Comparison(None, (), ("why",)))
    assert (found.summaries, found.diagnostics, found.download) == ([], [], None)
    assert found.notes == ("why",)


def test_all_verdicts_are_in_the_page_and_in_its_csv(analyses: list[Analysis], html: str) -> None:
    comparison = compare(analyses, "icosahedral")
    cells = [cell.replace(NBSP, " ") for cell in HtmlPage(html).cells]
    assert {row.text for row in comparison.rows} <= set(cells)
    download = verdicts_of(comparison).download
    assert download is not None
    table = list(csv.DictReader(io.StringIO(data_of(download.uri).decode())))
    assert [(row["run"], row["quantity"]) for row in table] == [(row.run, row.quantity) for row in comparison.rows]
    assert [float(row["difference"]) for row in table] == [row.difference for row in comparison.rows]


def test_the_bias_is_seen(analyses: list[Analysis]) -> None:
    summaries = verdicts_of(compare(analyses, "icosahedral")).summaries
    states = {(one.run, SYMMETRY in one.text): one.state for one in summaries}
    assert states[("bare", False)] == states[("bare", True)] == "visible"
