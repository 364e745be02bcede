"""Whether a run had come to equilibrium where its analysis begins, from what the engine logged."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from tumble.observables.base.opened_run import OpenedRun
from tumble.statistics.cells import cells_of
from tumble.statistics.equilibration import equilibration

# Columns that are stationary in equilibrium, and what they are in words. Conserved quantities may drift without end.
_COLUMNS = {
    "potential": "the potential energy",
    "temperature": "the temperature",
    "volume": "the volume",
    "Volume": "the volume",
    "density": "the density",
    "Density": "the density",
}
_DIGITS = 3  # of the time since the first row at which a start is proposed: less could round beyond the end


def drift_at_start(opened: OpenedRun) -> dict[str, Any] | None:
    """Return what drifts at the start of a run, for the provenance; None if nothing does.

    Args:
        opened: The run; only the rows of its log that count are looked at.

    Returns:
        `until_ps`: time on the clock of the run from which on all is stationary. `columns`: of each column that drifts,
        `what` it is in words, `until_ps`, and `sigma`, how far the mean before is from that of the last half.
    """
    columns: dict[str, dict[str, Any]] = {}
    for name, what in _COLUMNS.items():
        logged = opened.logged(name)
        if logged is None or logged[1].ndim != 1:
            continue
        known = np.isfinite(logged[1])
        times, values = logged[0][known], logged[1][known]
        if len(values) == 0:
            continue
        cells = cells_of(values - values.mean())
        full = cells.counts == cells.counts[0]
        found = equilibration((cells.sums / cells.counts)[full])
        if found.drifts:
            until = _rounded_up(float(times[found.start * cells.length]), float(times[0]))
            columns[name] = {"what": what, "until_ps": until, "sigma": min(found.sigma, 1e3)}
    if not columns:
        return None
    return {"until_ps": max(each["until_ps"] for each in columns.values()), "columns": columns}


def drift_text(provenance: Mapping[str, Any]) -> str:
    """Return what drifts at the start of a run, as the rest of a sentence about it; nothing if nothing does."""
    drift = provenance.get("drift")
    if not drift:
        return ""
    found = [
        f"{each['what']} by {each['sigma']:.0f} σ until {each['until_ps']:.12g} ps"
        for each in drift["columns"].values()
    ]
    return f"wasn't in equilibrium at its start: {', '.join(found)}; give `--start {drift['until_ps']:.12g}`"


def _rounded_up(time: float, first: float) -> float:
    """Return a time, rounded up to a few digits of what has passed since the first, whatever the clock shows."""
    if time <= first:
        return time
    place = _DIGITS - 1 - math.floor(math.log10(time - first))
    return round(math.ceil(time * 10.0**place - 1e-6) / 10.0**place, max(place, 0))
