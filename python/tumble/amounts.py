"""Durations and sizes with a unit that fits them, for texts."""

from __future__ import annotations

_DURATIONS = ((1.0, 1e-3, "ms"), (120.0, 1.0, "s"), (7200.0, 60.0, "minutes"), (172_800.0, 3600.0, "hours"))


def duration(seconds: float) -> str:
    """Return a time with three digits: `12.3 ms`, `4.5 hours`."""
    for limit, unit, name in _DURATIONS:
        if seconds < limit:
            return f"{_digits(seconds / unit)} {name}"
    return f"{_digits(seconds / 86_400.0)} days"


def size(count: float) -> str:
    """Return a number of bytes with three digits: `708 kB`."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < 999.5:
            return f"{_digits(count)} {unit}"
        count /= 1000.0
    return f"{_digits(count)} TB"


def _digits(value: float) -> str:
    return f"{value:.3g}" if value < 999.5 else f"{value:.0f}"
