"""Whether a run was in equilibrium at the start of its analysis, according to the log of the engine."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from tumble.observables.base.opened_run import OpenedRun
from tumble.statistics.cells import cells_of
from tumble.statistics.equilibration import equilibration

# Columns that are stationary in equilibrium, with their names in words. Conserved quantities may drift forever.
_COLUMNS = {
    "potential": "the potential energy",
    "temperature": "the temperature",
    "volume": "the volume",
    "Volume": "the volume",
    "density": "the density",
    "Density": "the density",
}
_DIGITS = 3  # significant digits of the proposed start, counted from the first row; fewer could round it beyond the end


def drift_at_start(opened: OpenedRun) -> dict[str, Any] | None:
    """Return the columns of the log that drift at the start of a run, for the provenance; None if none drifts.

    Args:
        opened: The run; only the rows of its log in the analyzed range are used.

    Returns:
        `until_ps`: time of the run after which all columns are stationary. `columns`: for each column that drifts, its
        name in words (`what`), `until_ps`, and `sigma`, the distance of the mean before that time from the mean of the
        last half.
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
    """Return the drift at the start of a run, as a predicate for its name; empty if nothing drifts."""
    drift = provenance.get("drift")
    if not drift:
        return ""
    found = [
        f"{each['what']} by {each['sigma']:.0f} σ until {each['until_ps']:.12g} ps"
        for each in drift["columns"].values()
    ]
    return f"wasn't in equilibrium at its start: {', '.join(found)}; give `--start {drift['until_ps']:.12g}`"


def _rounded_up(time: float, first: float) -> float:
    """Return a time, rounded up to a few significant digits of the time since the first row."""
    if time <= first:
        return time
    place = _DIGITS - 1 - math.floor(math.log10(time - first))
    return round(math.ceil(time * 10.0**place - 1e-6) / 10.0**place, max(place, 0))
