"""Reader of the line in which a driver reports, at its end, how many beads came together and where its time went."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tumble.drive_summary import FORMAT
from tumble.launch.growing_file import size_of, tail_of
from tumble.runs.json_line import values_of

_TAIL = 1 << 14  # bytes at the end of a log with its last report
_TIMES = {"model": "model", "gathering": "waiting for beads", "server": "waiting for i-PI"}


@dataclass(frozen=True)
class DriverLine:
    """What a driver measured.

    Attributes:
        shares: Share of its time in each part, by words for it.
        together: Mean number of structures in an evaluation; None if unknown.
        occupancy: Structures per place that the server had for them; None if unknown.
        places: Number of places.
    """

    shares: dict[str, float] = field(default_factory=dict)
    together: float | None = None
    occupancy: float | None = None
    places: int = 1


def read_driver_line(log: Path, skip: int = 0) -> DriverLine | None:
    """Return the last such line of a log; None without one, as from a driver that was killed.

    Args:
        log: The log.
        skip: Bytes of earlier starts.
    """
    lines = tail_of(log, max(0, min(_TAIL, size_of(log) - skip))).decode(errors="replace").splitlines()
    found = [values for line in lines if (values := values_of(line, FORMAT)) is not None]
    return _line(found[-1]) if found else None


def _line(values: dict[str, Any]) -> DriverLine:
    times = values.get("seconds")
    times = {key: float(value) for key, value in times.items()} if isinstance(times, dict) else {}
    total = sum(times.values())
    shares = {_TIMES[key]: value / total for key, value in times.items() if key in _TIMES and total > 0}
    evaluations, calls, places = (values.get(key) for key in ("evaluations", "calls", "places"))
    return DriverLine(
        shares=shares,
        together=evaluations / calls if evaluations and calls else None,
        occupancy=evaluations / (calls * places) if evaluations and calls and places else None,
        places=places or 1,
    )
