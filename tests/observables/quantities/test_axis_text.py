"""Axes as text."""

from __future__ import annotations

import numpy as np
from support import made_up_results as made_up

from tumble.observables.quantities.axis_text import components_of, label_of, place_of
from tumble.observables.quantities.quantity import Axis


def test_labels_have_units() -> None:
    assert label_of(Axis("r", "Å", np.arange(3.0))) == "r / Å"
    assert label_of(made_up.curve()) == "g(r), O–O"
    assert label_of(made_up.number(1), -5) == "⟨|μ|⟩ / (10⁻⁵ D)"
    assert label_of(made_up.curve(), 6) == "g(r), O–O / 10⁶"


def test_places() -> None:
    assert place_of(Axis("r", "Å", np.array([1.0, 2.75])), 1) == "r = 2.75 Å"
    assert place_of(Axis("cos θ", "1", np.array([-0.95, 0.0])), 0) == "cos θ = −0.95"
    assert place_of(Axis("cos θ", "1", np.array([-0.08333])), 0) == "cos θ = −0.0833"
    assert place_of(Axis("φ", "°", np.array([7.5, 157.5])), 0) == "φ = 7.5°"
    assert place_of(Axis("ν̃", "cm⁻¹", np.array([3456.5])), 0) == "ν̃ = 3456 cm⁻¹"
    assert place_of(Axis("ν̃", "cm⁻¹", np.array([1000.0])), 0) == "ν̃ = 1000 cm⁻¹"


def test_components() -> None:
    values = np.array([1.0, 2.0, 3.0])
    for label in ("x, y, z", "component: x, y, z ="):
        assert components_of(Axis(label, "1", values)) == ["x", "y", "z"]
        assert place_of(Axis(label, "1", values), 1) == "component y"
    assert place_of(Axis("axis: a, b, c", "1", values), 2) == "axis c"
    assert components_of(Axis("component: x, y, z =", "1", values[:2])) == []
    assert components_of(Axis("m", "1", values[:1])) == []
