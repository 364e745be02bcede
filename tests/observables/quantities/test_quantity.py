"""Quantities: their shapes, and what a file may have in place of their numbers."""

from __future__ import annotations

import numpy as np
import pytest

from tumble.errors import ConfigurationError, TrajectoryError
from tumble.observables.quantities.quantity import Axis, Quantity, quantity_from_dict, quantity_to_dict


def test_wrong_shapes_are_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"`x`: .* \(2,\), got \(3,\)"):
        Quantity("x", "x", "1", (Axis("r", "Å", np.arange(2.0)),), np.zeros(3), np.zeros(2))


def test_stored_samples_without_a_sample_are_refused() -> None:
    data = quantity_to_dict(Quantity("x", "x", "1", (), np.asarray(1.0), np.asarray(0.1), np.array([0.9, 1.1])))
    assert quantity_from_dict(data).blocks == pytest.approx([0.9, 1.1])
    with pytest.raises(TrajectoryError, match="`blocks`"):
        quantity_from_dict(data | {"blocks": []})
