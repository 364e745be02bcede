"""Lines that the core writes for programs, whole and damaged."""

from __future__ import annotations

import pytest

from tumble.runs.json_line import values_of


def test_values_of_a_whole_line() -> None:
    assert values_of('tumble: {"format":"a-1","every":10}', "a-1") == {"format": "a-1", "every": 10}


@pytest.mark.parametrize(
    "line",
    [
        "",
        "tumble: a sentence",
        ' tumble: {"format":"a-1"}',
        'tumble: {"format":"a-2"}',
        'tumble: {"format":["a-1"]}',
        'tumble: {"format":"a-1"',
        'tumble: {"format":"a-1"} 5',
        'tumble: {"a":' * 100_000,
    ],
)
def test_any_other_line(line: str) -> None:
    assert values_of(line, "a-1") is None
