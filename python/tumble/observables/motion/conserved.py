"""Drift of the conserved quantity: how well a run integrates its equations of motion.

Forces that are exact derivatives of an energy conserve it, whether or not the energy is invariant under rotations. A
run drifts if its time step is too long or its forces are noisy, as with random rotations at each step.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tumble.errors import ConfigurationError, NotApplicableError
from tumble.observables.base.kind import Kind
from tumble.observables.base.series import time_curve
from tumble.observables.quantities.estimates import derived
from tumble.observables.quantities.log_rows import time_step
from tumble.observables.quantities.result import Result
from tumble.observables.quantities.trend import trend
from tumble.statistics.cells import cells_of
from tumble.version import __version__

_MEV = 1000.0


class Conserved(Kind):
    """Title and meaning of `conserved_drift` in reports."""

    observable = "conserved"
    title = "Conserved quantity"
    meaning = "The drift of the conserved quantity per molecule, and the fluctuation about the drift."
    symptom = (
        "It doesn't drift if the forces are derivatives of one energy, whether this is invariant or not. Random "
        "rotations at each step don't give such an energy, so it drifts."
    )


def conserved_drift(times: Any, energy: Any, molecules: int, *, blocks: int | None = None) -> Result:
    """Return the drift of a conserved quantity per molecule, with its error.

    Args:
        times: [T] in ps, equally spaced.
        energy: The conserved quantity in the log of the engine, [T] in eV.
        molecules: Number of molecules.
        blocks: Number of blocks; chosen if not given.

    Raises:
        ConfigurationError: If shapes don't fit.
        NotApplicableError: If there are fewer than 3 rows, a value isn't finite, or times aren't at equal distances.
    """
    times, energy = np.asarray(times, dtype=np.float64), np.asarray(energy, dtype=np.float64)
    step = time_step(times)
    if energy.shape != times.shape:
        raise ConfigurationError(f"`energy`: expected one value for each time, {times.shape}, got {energy.shape}")
    if not np.isfinite(energy).all():
        raise NotApplicableError("`energy`: expected finite values, got a NaN or infinity")
    if molecules < 1:
        raise ConfigurationError(f"`molecules`: expected at least 1, got {molecules}")
    # Subtract the first value: large numbers lose digits.
    change = _MEV * (energy - energy[0]) / molecules
    cells = cells_of(change)
    drift = trend(
        "conserved_drift",
        cells,
        label="drift of the conserved quantity per molecule",
        unit="meV/ps",
        frame_time=step,
        blocks=blocks,
        diagnostic=True,
    )
    line = float(drift.values) * (times - times.mean()) + change.mean()
    fluctuation = derived(
        "conserved_fluctuation",
        cells_of((change - line) ** 2),
        np.sqrt,
        label="fluctuation of the conserved quantity about its drift, per molecule, rms",
        unit="meV",
        frame_time=step,
        blocks=blocks,
        diagnostic=True,
    )
    curve = time_curve(
        "conserved_change",
        times,
        change,
        label="change of the conserved quantity per molecule",
        unit="meV",
        diagnostic=True,
    )
    notes: tuple[str, ...] = ()
    if not drift.resolved:
        notes = ("The conserved quantity is correlated over the whole run: the error of its drift is a lower bound.",)
    metadata = {"rows": len(times), "time_ps": [float(times[0]), float(times[-1])], "molecules": molecules}
    return Result(Conserved.observable, (drift, fluctuation, curve), {**metadata, "tumble": __version__}, notes)
