"""Text for axes and points on them, with units.

An axis whose label lists as many names as it has values, such as `x, y, z` or `component: x, y, z =`, is an axis of
components: its points are named by these words.
"""

from __future__ import annotations

import numpy as np

from tumble.observables.quantities.number_text import power_of_ten
from tumble.observables.quantities.quantity import Axis, Quantity


def label_of(one: Axis | Quantity, power: int = 0) -> str:
    """Return the label of an axis or a column, such as `r / Å`, or `D / (10⁻⁵ Å²/ps)` with a power of ten."""
    unit = "" if one.unit == "1" else one.unit
    if power != 0:
        factor = power_of_ten(power)
        unit = f"({factor} {unit})" if unit else factor
    return f"{one.label} / {unit}" if unit else one.label


def components_of(axis: Axis) -> list[str]:
    """Return the names of the components along an axis; empty for an axis of numbers."""
    names = axis.label.removesuffix(" =").rpartition(": ")[2].split(", ")
    return names if len(names) == len(axis.values) > 1 else []


def place_of(axis: Axis, index: int) -> str:
    """Return the text for a point on an axis, such as `r = 2.75 Å` or `component y`."""
    names = components_of(axis)
    if names:
        return f"{component_label(axis)} {names[index]}"
    return f"{axis.label} = {_coordinate(float(axis.values[index]))}{unit_after(axis.unit)}"


def unit_after(unit: str) -> str:
    """Return a unit as written after a number: with a space in front, except for the degree sign."""
    return "" if unit in ("", "1") else unit if unit == "°" else f" {unit}"


def places_of(quantity: Quantity, index: int) -> str:
    """Return the text for a point of a quantity, given its index in the flat array."""
    places = np.unravel_index(index, quantity.values.shape)
    return ", ".join(place_of(axis, int(place)) for axis, place in zip(quantity.axes, places, strict=True))


def component_label(axis: Axis) -> str:
    """Return what the components along an axis are, such as `component`."""
    return axis.label.rpartition(": ")[0] or "component"


def _coordinate(value: float) -> str:
    """Return a number with three significant digits, or all digits before the decimal point."""
    text = f"{value:.0f}" if 1000 <= abs(value) < 1e6 else f"{value:.3g}"
    return text.replace("-", "−")
