"""The page of findings."""

from __future__ import annotations

from tumble.ipi_check.finding import error, note, warning
from tumble.ipi_check.page import format_report
from tumble.ipi_check.results import Answer, Report

ANSWERS = (
    Answer("beads", "number of beads", (note("a note"), warning("few beads", "nbeads='32'"))),
    Answer("address", "address", (error("in use", "another <address>"),), None, 1),
    Answer("masses", "masses", (), "nothing is known"),
    Answer("geometry", "lengths", (), "nothing is known"),
    Answer("disk", "size", (), "no disk"),
)


def test_errors_come_first() -> None:
    lines = format_report(Report("input.xml", "water", "3.3.1", ("a fact",), ANSWERS)).splitlines()
    assert lines == [
        "input.xml, model water, i-PI 3.3.1",
        "a fact",
        "",
        "error (address, system 2): in use",
        "  -> another <address>",
        "",
        "warning (beads): few beads",
        "  -> nbeads='32'",
        "",
        "note (beads): a note",
        "",
        "left out: masses, geometry: nothing is known",
        "left out: disk: no disk",
        "",
        "1 error, 1 warning, 1 note",
    ]


def test_nothing_to_say() -> None:
    text = format_report(Report("input.xml", "water", None, (), ()))
    assert text == "input.xml, model water, i-PI not asked\n\n0 errors, 0 warnings, 0 notes"


def test_names_are_not_broken() -> None:
    long = "word " * 30 + "<trajectory cell_units='angstrom'>"
    text = format_report(Report("i.xml", "w", None, (), (Answer("a", "a", (error(long),)),)))
    assert max(map(len, text.splitlines())) <= 100
    assert "cell_units='angstrom'>" in text
