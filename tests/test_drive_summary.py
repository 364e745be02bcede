"""What a run of the driver came to, for people and for programs."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from tumble.drive_summary import summary_line, summary_words


def summary(**values: object) -> SimpleNamespace:
    """In place of the core's own, which only a run can make."""
    times = SimpleNamespace(model=1.5, gathering=0.1, server=0.4)
    defaults = {"evaluations": 90, "calls": 12, "largest": 8, "places": 16, "times": times, "exited": True}
    return SimpleNamespace(**{**defaults, "reason": "the server sent EXIT", **values})


def test_programs_get_all_numbers() -> None:
    line = summary_line(summary())
    assert json.loads(line.removeprefix("tumble: ")) == {
        "format": "tumble-drive-1",
        "evaluations": 90,
        "calls": 12,
        "largest": 8,
        "places": 16,
        "seconds": {"model": 1.5, "gathering": 0.1, "server": 0.4},
        "exited": True,
        "reason": "the server sent EXIT",
    }
    assert "\n" not in line


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, ["90 evaluations; the server sent EXIT; 7.5 structures at once", "at most 8", "16", "75 % model", "20 %"]),
        ({"calls": 90, "places": 1}, ["90 evaluations; the server sent EXIT; 2.0 s: 75 % model"]),
        ({"evaluations": 0, "calls": 0}, ["0 evaluations; the server sent EXIT"]),
    ],
)
def test_people_get_shares(values: dict[str, int], words: list[str]) -> None:
    text = summary_words(summary(**values))
    assert all(word in text for word in words)
    assert ("at once" in text) == (not values)
