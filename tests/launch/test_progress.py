"""The line about a running simulation."""

from __future__ import annotations

import io

import pytest

from tumble.launch import progress
from tumble.launch.progress import ProgressLine, duration, line_of
from tumble.launch.reading import Details, Reading

READING = Reading(step=1200, last=10000, temperature=301.25, drift=0.123)
DETAILS = Details(torque=1.5e-3, occupancy=0.984)


def test_all_values() -> None:
    expected = "step 1200 of 10000, 12 min left, T 301.2 K, drift +0.12 meV/atom/ps, |τ| 1.5 meV/rad, batches 98% full"
    assert line_of(READING, DETAILS, 720.0) == expected


def test_unknown_values_are_left_out() -> None:
    assert line_of(Reading(), Details(), None) == "starting"
    assert line_of(Reading(step=5), Details(), None) == "step 5"


@pytest.mark.parametrize(
    ("width", "end"), [(79, "drift +0.12 meV/atom/ps"), (84, "|τ| 1.5 meV/rad"), (10, "step 1200 of 10000")]
)
def test_a_narrow_terminal_has_the_first_values(width: int, end: str) -> None:
    assert line_of(READING, DETAILS, 720.0, width).endswith(end)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(5, "5 s"), (99, "99 s"), (120, "2 min"), (5940, "99 min"), (12000, "3 h 20 min"), (259200, "3.0 days")],
)
def test_duration(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_time_left_follows_from_the_speed(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 0.0, 10.0, 70.0, 130.0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    stream = io.StringIO()
    line = ProgressLine(stream, terminal=False)
    for step in (0, 100, 700, 1300):
        line.show(Reading(step=step, last=2500), Details)
    # A line a minute: 18 s for the last 1800 steps at 10 steps/s are 180 s, then 120 s.
    assert stream.getvalue() == "step 700 of 2500, 3 min left\nstep 1300 of 2500, 2 min left\n"


def test_a_terminal_has_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setenv("COLUMNS", "40")
    line = ProgressLine(stream, terminal=True)
    line.show(READING, lambda: DETAILS)
    line.end()
    assert stream.getvalue() == "\rstep 1200 of 10000, T 301.2 K\n"


def test_details_are_read_for_a_line_only() -> None:
    line = ProgressLine(io.StringIO(), terminal=False)
    line.show(READING, lambda: pytest.fail("a minute hasn't passed"))


def test_a_sentence_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    stream = io.StringIO()
    line = ProgressLine(stream, terminal=True)
    line.show(READING, Details)
    line.note("checkpoints are rare")
    assert stream.getvalue() == "\rstep 1200 of 10000\ntumble run: checkpoints are rare\n"
