"""One run in a figure: its quantity, and its own color, pattern of dashes and marker."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from tumble.figure_style import BLUE, GREEN, PURPLE, STYLE, VERMILION
from tumble.observables.quantities.axis_text import label_of
from tumble.observables.quantities.quantity import Axis, Quantity
from tumble.types import Array

_COLORS = (BLUE, VERMILION, GREEN, PURPLE)
_DASHES: tuple[Any, ...] = ("-", (0, (7, 1.5)), (0, (7, 1.5, 1.5, 1.5)), (0, (1.5, 1)), (0, (4, 1)))
_MARKERS = "osD^v"
_POINTS = 72  # points per inch
_NO_BREAK = "\u00a0"
_STRETCHES = 500  # intervals into which a time series is divided


@dataclass(frozen=True)
class Look:
    """Color, dashes and marker of a run in all figures.

    Attributes:
        color: Color of lines, bands and markers.
        dashes: Line style of matplotlib.
        marker: Marker of matplotlib.
    """

    color: str
    dashes: Any
    marker: str


@dataclass(frozen=True)
class Trace:
    """A quantity of one run.

    Attributes:
        label: Name of the run.
        quantity: The quantity to draw.
        look: Look of the run.
    """

    label: str
    quantity: Quantity
    look: Look


def look(index: int) -> Look:
    """Return the look of the run with this index; 20 looks differ."""
    dashes = index % len(_DASHES)
    return Look(_COLORS[index % len(_COLORS)], _DASHES[dashes], _MARKERS[dashes])


def axis_label(one: Axis | Quantity, width: int = 36, power: int = 0) -> str:
    """Return a label with unit, such as `r / Å`, wrapped to `width` characters without breaking the unit."""
    text = label_of(one, power)
    unit = text[len(one.label) :].lstrip().replace(" ", _NO_BREAK)
    lines = textwrap.wrap(f"{one.label} {unit}", width, break_on_hyphens=False)
    return "\n".join(lines).replace(_NO_BREAK, " ")


def text_width(texts: Iterable[str], size: float = STYLE["font.size"]) -> float:
    """Return the width of the widest text in inches, at a font size in points; 0 if there are none."""
    font = FontProperties(family=STYLE["font.family"], size=size)
    widths = (text_to_path.get_text_width_height_descent(text, font, ismath=False)[0] for text in texts)
    return max(widths, default=0.0) / _POINTS


def power_for(low: float, high: float) -> int:
    """Return the exponent of a power of ten that makes an axis with these limits easy to read; 0 if it is already."""
    largest = max(abs(low), abs(high))
    return int(np.floor(np.log10(largest))) if largest > 0 and not 1e-3 <= largest < 1e5 else 0


def shortened(name: str, width: int) -> str:
    """Return a name shortened to `width` characters by an ellipsis in the middle."""
    half = (width - 1) // 2
    return name if len(name) <= width else f"{name[:half]}…{name[-half:]}"


def limits(traces: list[Trace]) -> tuple[float, float] | None:
    """Return a range that contains all values and their errors, unless errors are very large.

    Returns:
        Lower and upper limit; None if no value is known.
    """
    found = [trace.quantity.values for trace in traces]
    found += [trace.quantity.expected for trace in traces if trace.quantity.expected is not None]
    bands = [bound for trace in traces for bound in band(trace.quantity)]
    values, bounds = _finite(found), _finite([*found, *bands])
    if len(values) == 0:
        return None
    span = float(np.ptp(values))
    # Bins with few counts may have errors much larger than all values.
    reach = 0.5 * span if span > 0 else np.inf
    low, high = max(bounds.min(), values.min() - reach), min(bounds.max(), values.max() + reach)
    margin = 0.04 * (high - low) if high > low else 0.5 * abs(high) or 1.0
    return float(low - margin), float(high + margin)


def band(quantity: Quantity) -> tuple[Array, Array]:
    """Return values minus and plus their errors; NaN where these are unknown."""
    return quantity.values - quantity.errors, quantity.values + quantity.errors


def ends(parts: list[Array]) -> tuple[float, float]:
    """Return the smallest and largest of all numbers; 0 and 1 if there are none."""
    values = _finite(parts)
    return (float(values.min()), float(values.max())) if len(values) > 0 else (0.0, 1.0)


def is_long(series: Quantity) -> bool:
    """Return whether a time series has more points than a figure can show."""
    return len(series.values) > 2 * _STRETCHES


def thinned(series: Quantity) -> tuple[Array, Array, Array, Array]:
    """Return a time series reduced to the number of points that a figure can show.

    Returns:
        Times, means, lowest and highest values of intervals of equal length; the series itself if it is short.
    """
    places, values = series.axes[0].values, series.values
    if not is_long(series):
        return places, values, values, values
    stretch = -(-len(values) // _STRETCHES)
    starts = np.arange(0, len(values), stretch)
    counts = np.diff(np.append(starts, len(values)))
    means = np.add.reduceat(values, starts) / counts
    centers = np.add.reduceat(places, starts) / counts
    return centers, means, np.minimum.reduceat(values, starts), np.maximum.reduceat(values, starts)


def _finite(parts: list[Array]) -> Array:
    values = np.concatenate([part.ravel() for part in parts])
    return np.asarray(values[np.isfinite(values)])
