"""The line about a running simulation."""

from __future__ import annotations

import io

import pytest

from tumble.launch import progress
from tumble.launch.progress import ProgressLine, duration, line_of
from tumble.launch.reading import Reading

READING = Reading(step=1200, last=10000, temperature=301.25, drift=0.123, torque=1.5e-3)


def test_all_values() -> None:
    expected = "step 1200 of 10000, 12 min left, T 301.2 K, drift +0.12 meV/atom/ps, |τ| 1.5 meV/rad"
    assert line_of(READING, 720.0) == expected


def test_unknown_values_are_left_out() -> None:
    assert line_of(Reading(), None) == "starting"
    assert line_of(Reading(step=5), None) == "step 5"


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
        line.show(Reading(step=step, last=2500))
    # A line a minute: 18 s for the last 1800 steps at 10 steps/s are 180 s, then 120 s.
    assert stream.getvalue() == "step 700 of 2500, 3 min left\nstep 1300 of 2500, 2 min left\n"


def test_a_terminal_has_one_line() -> None:
    stream = io.StringIO()
    line = ProgressLine(stream, terminal=True)
    line.show(READING)
    line.end()
    assert stream.getvalue().startswith("\rstep 1200 of 10000, T 301.2 K")
    assert stream.getvalue().count("\n") == 1
