"""What a reader must know of the runs of a comparison."""

from __future__ import annotations

from dataclasses import replace

from support.synthetic_curves import analysis

from tumble.study.analysis_file import Analysis
from tumble.study.compare import compare


def test_runs_analysed_from_different_times_are_named() -> None:
    first, second = analysis("a", 1), analysis("b", 2)
    first = replace(first, provenance={"settings": {"start": 5.0}})
    assert compare([first, second], "b").notes == ("a was analyzed from 5 ps on, b from its start on.",)
    assert compare([first, second]).notes == ()


def test_observables_that_failed_are_named() -> None:
    failed = {"msd": {"error": "a fault of Tumble, KeyError: 'x'", "traceback": "line 1"}}
    runs = [analysis("a", 1), Analysis("b", (), {"failed": failed})]
    assert "b has no msd: a fault of Tumble, KeyError: 'x'." in compare(runs).notes
