"""The temperature of an analysis."""

from __future__ import annotations

import numpy as np

from tumble.errors import ConfigurationError


def checked_temperature(temperature: float) -> float:
    """Return the temperature in K after a check.

    Raises:
        ConfigurationError: If it isn't positive.
    """
    if not (np.isfinite(temperature) and temperature > 0):
        raise ConfigurationError(f"`temperature`: expected a positive number of K, got {temperature:g}")
    return float(temperature)
