"""The base of the panels of a figure, each with one quantity of all runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import FigureBase
from matplotlib.lines import Line2D
from matplotlib.ticker import MultipleLocator, ScalarFormatter

from tumble.figure_style import GRAY
from tumble.figures.traces import Trace, power_for
from tumble.types import Array

WIDTH = 4.2  # width of a panel, inches
EXPECTED = "by symmetry"
DASHED: dict[str, Any] = {"color": GRAY, "linestyle": "--", "linewidth": 1.0}


class Panel:
    """A part of a figure with one quantity.

    Args:
        traces: The quantity of each run, with the same name and units.
    """

    def __init__(self, traces: Sequence[Trace]) -> None:
        self.traces = list(traces)
        self.quantity = traces[0].quantity

    @property
    def height(self) -> float:
        """Height of the panel, inches."""
        return 3.0

    @property
    def reading(self) -> str:
        """Explanation of lines, bands and bars, in sentences."""
        raise NotImplementedError

    def draw(self, figure: FigureBase) -> None:
        """Draw the panel into an empty part of a figure."""
        raise NotImplementedError


def reading_of_expected(traces: list[Trace]) -> str:
    """Return a sentence on the dashed line, if there is one."""
    return f" Dashed: {EXPECTED}." if has_expected(traces) else ""


def has_expected(traces: list[Trace]) -> bool:
    """Return whether symmetry determines the value for any run."""
    return any(trace.quantity.expected is not None for trace in traces)


def draw_expected(axes: Axes, traces: list[Trace]) -> Line2D | None:
    """Draw the values by symmetry, once if they are equal for several runs; return the line, or None."""
    line = None
    drawn: list[Array] = []
    for trace in traces:
        expected, places = trace.quantity.expected, trace.quantity.axes[0].values
        if expected is None or any(np.array_equal(expected, one) for one in drawn):
            continue
        if np.ptp(expected) == 0:
            line = axes.axhline(expected[0], **DASHED)
        else:
            (line,) = axes.plot(places, expected, **DASHED)
        drawn.append(expected)
    return line


def scale_ticks(axis: Axis) -> int:
    """Show ticks in units of a power of ten, chosen from the limits of the axis; return its exponent for the label."""
    power = power_for(*axis.get_view_interval())
    formatter = ScalarFormatter(useOffset=False)
    formatter.set_scientific(False)
    axis.set_major_formatter(formatter)
    if power != 0:
        axis.set_major_formatter(lambda value, _: f"{value / 10.0**power:.6g}".replace("-", "−"))
    return power


def set_angles(axis: Axis, unit: str) -> None:
    """Place ticks at multiples of 90 or 45 degrees on an axis of angles."""
    low, high = axis.get_view_interval()
    if unit in ("°", "deg", "degree", "degrees") and abs(high - low) > 120:
        axis.set_major_locator(MultipleLocator(90 if abs(high - low) > 200 else 45))


def bar_lengths(errors: Array) -> Array:
    """Return the lengths of error bars, zero where the error is unknown."""
    return np.nan_to_num(errors, nan=0.0, posinf=0.0)
