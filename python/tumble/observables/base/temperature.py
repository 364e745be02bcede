"""The temperature that an analysis is told."""

from __future__ import annotations

import numpy as np

from tumble.errors import TrajectoryError


def checked_temperature(temperature: float) -> float:
    """The temperature, K.

    Raises:
        TrajectoryError: If it isn't positive.
    """
    if not (np.isfinite(temperature) and temperature > 0):
        raise TrajectoryError(f"`temperature`: expected a positive number of K, got {temperature:g}")
    return float(temperature)
