"""Durations and sizes in words."""

from __future__ import annotations

import pytest

from tumble.amounts import duration, size


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0123, "12.3 ms"),
        (47.51, "47.5 s"),
        (125.0, "2.08 minutes"),
        (9000.0, "2.5 hours"),
        (8.16 * 86400, "8.16 days"),
        (86400.0 * 36500, "36500 days"),
    ],
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [(400, "400 bytes"), (708_000, "708 kB"), (258_123_456, "258 MB"), (999_900_000, "1 GB"), (3.2e15, "3200 TB")],
)
def test_sizes(count: float, text: str) -> None:
    assert size(count) == text
