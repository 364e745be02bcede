"""Quantities: their shapes."""

from __future__ import annotations

import numpy as np
import pytest

from tumble.errors import ConfigurationError
from tumble.observables.quantities.quantity import Axis, Quantity


def test_wrong_shapes_are_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"`x`: .* \(2,\), got \(3,\)"):
        Quantity("x", "x", "1", (Axis("r", "Å", np.arange(2.0)),), np.zeros(3), np.zeros(2))
