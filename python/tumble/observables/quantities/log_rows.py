"""Rows of a log, written at equal intervals of time, as quantities with errors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from tumble.errors import ConfigurationError, NotApplicableError
from tumble.observables.quantities.estimates import derived
from tumble.observables.quantities.quantity import Quantity
from tumble.statistics.cells import cells_of
from tumble.types import Array


class LogRows(NamedTuple):
    """Times and sizes that the quantities of a log need.

    Attributes:
        times: [T] in ps.
        step: Time between two rows, ps.
        molecules: Number of molecules.
        blocks: Number of blocks for errors; chosen automatically if None.
    """

    times: Array
    step: float
    molecules: int
    blocks: int | None


def time_step(times: Array, *, gaps: bool = False) -> float:
    """Return time between two rows of a log, ps.

    Args:
        times: [T] in ps.
        gaps: Whether rows may be missing, such as damaged ones: at most one in 20. Averages tolerate that.

    Raises:
        NotApplicableError: If there are fewer than 3 rows, or their times aren't equally spaced.
    """
    if times.ndim != 1:
        raise NotApplicableError(f"`times`: expected times [T], got shape {times.shape}")
    if len(times) < 3:
        raise NotApplicableError(f"`times`: expected at least 3 rows of a log, got {len(times)}")
    steps = np.diff(times)
    if gaps and np.all(steps > 0):
        step = float(np.median(steps))
        missing = np.rint(steps / step) - 1
        if 0 < missing.sum() <= len(times) / 20 and np.all(np.abs(steps - (missing + 1) * step) <= 1e-3 * step):
            return step
    if not np.all(steps > 0) or unevenly_spaced(times):
        raise NotApplicableError(
            f"`times`: expected rows at equal distances in time, got from {steps.min():.6g} to {steps.max():.6g} ps"
        )
    return float(steps.mean())


def unevenly_spaced(times: Array) -> bool:
    """Return whether times, [T] with T > 1, aren't at equal distances, apart from rounding in a file."""
    steps = np.diff(times)
    # Times may be rounded to a few digits, so the tolerance grows with the largest time.
    return bool(np.ptp(steps) > 1e-3 * abs(steps.mean()) + 1e-6 * np.abs(times).max())


def checked_rows(name: str, times: Any, values: Any, components: int) -> tuple[Array, Array]:
    """Return the times [T] and values [T,P,components] of a log.

    Args:
        name: Name of the values, for messages.
        times: [T] in ps.
        values: [T,P,components] for P beads; the axis of beads may be missing, and the last axis if there is one
            component.
        components: Number of components.

    Raises:
        ConfigurationError: If shapes don't fit.
        NotApplicableError: If a value isn't finite.
    """
    if times is None:
        raise ConfigurationError(f"`{name}`: expected the times of its rows, got none")
    times, values = np.asarray(times, dtype=np.float64), np.asarray(values, dtype=np.float64)
    if components == 1:
        values = values[..., None]
    if values.ndim == 2:
        values = values[:, None, :]
    if values.ndim != 3 or values.shape[0] != len(times) or values.shape[2] != components:
        raise ConfigurationError(f"`{name}`: expected a row for each of {len(times)} times, got shape {values.shape}")
    if not np.isfinite(values).all():
        raise NotApplicableError(f"`{name}`: expected finite values, got a NaN or infinity")
    return times, values


def root_mean_square(log: LogRows, name: str, squares: Array, label: str, unit: str) -> Quantity:
    """Return the root of the mean of squares [T], which is 0 for an exactly invariant model."""
    return derived(
        name,
        cells_of(squares),
        np.sqrt,
        label=label,
        unit=unit,
        frame_time=log.step,
        blocks=log.blocks,
        expected=0.0,
        diagnostic=True,
    )


def unresolved_notes(quantities: Sequence[Quantity]) -> tuple[str, ...]:
    """Return a note on the quantities whose correlation time the log is too short to resolve."""
    names = [quantity.name for quantity in quantities if not quantity.resolved]
    if not names:
        return ()
    return (f"The log is too short to resolve the correlation time of {', '.join(names)}: errors are lower bounds.",)
