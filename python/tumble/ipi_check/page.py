"""The findings about an input as text: errors first, each with its cure below."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from tumble.counted import counted
from tumble.ipi_check.finding import Finding, Level
from tumble.ipi_check.results import Answer, Report

_WIDTH = 100


def format_report(report: Report) -> str:
    """Return the page."""
    return "\n".join(_lines(report))


def _lines(report: Report) -> Iterator[str]:
    version = "i-PI not asked" if report.ipi is None else f"i-PI {report.ipi}"
    yield f"{report.input}, model {report.model}, {version}"
    for fact in report.facts:
        yield from textwrap.wrap(fact, _WIDTH)
    for level in Level:
        for answer in report.answers:
            for finding in answer.findings:
                if finding.level is level:
                    yield ""
                    yield from _finding(answer, finding)
    left_out = [answer for answer in report.answers if answer.left_out is not None]
    if left_out:
        yield ""
    for reason in dict.fromkeys(str(answer.left_out) for answer in left_out):
        names = ", ".join(dict.fromkeys(answer.name for answer in left_out if answer.left_out == reason))
        yield from textwrap.wrap(f"left out: {names}: {reason}", _WIDTH, subsequent_indent="  ")
    yield ""
    yield ", ".join(counted(report.count(level), level.value) for level in Level)


def _finding(answer: Answer, finding: Finding) -> Iterator[str]:
    place = "" if answer.system is None else f", system {answer.system + 1}"
    text = f"{finding.level.value} ({answer.name}{place}): {finding.text}"
    yield from textwrap.wrap(text, _WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
    if finding.cure:
        cure = f"-> {finding.cure}"
        yield from textwrap.wrap(
            cure,
            _WIDTH,
            initial_indent="  ",
            subsequent_indent="     ",
            break_long_words=False,
            break_on_hyphens=False,
        )
