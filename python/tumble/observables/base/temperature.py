"""The temperature of an analysis."""

from __future__ import annotations

import numpy as np

from tumble.errors import TrajectoryError


def checked_temperature(temperature: float) -> float:
    """Return the temperature in K after a check.

    Raises:
        TrajectoryError: If it isn't positive.
    """
    if not (np.isfinite(temperature) and temperature > 0):
        raise TrajectoryError(f"`temperature`: expected a positive number of K, got {temperature:g}")
    return float(temperature)
