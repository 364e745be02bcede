"""Findings as plain values."""

from __future__ import annotations

from tumble.ipi_check.finding import Level, error, note
from tumble.ipi_check.results import Answer, Report


def test_plain_values() -> None:
    answers = (
        Answer("beads", "number of beads", (error("few", "more"), note("a note"))),
        Answer("disk", "size", (), "no disk", 1),
    )
    report = Report("input.xml", "water", "3.3.1", ("a fact",), answers)
    assert [report.count(level) for level in Level] == [1, 0, 1]
    found = report.to_dict()
    assert (found["format"], found["errors"], found["warnings"], found["notes"]) == ("tumble-ipi-check-1", 1, 0, 1)
    first, second = found["checks"]
    assert first["findings"][0] == {"level": "error", "text": "few", "cure": "more"}
    assert (second["left_out"], second["system"], second["findings"]) == ("no disk", 1, [])
