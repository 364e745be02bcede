"""Panels of curves, with all runs in the same axes."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase
from matplotlib.ticker import MaxNLocator
from typing_extensions import override

from tumble.figures.panel import (
    EXPECTED,
    WIDTH,
    Panel,
    bar_lengths,
    draw_expected,
    has_expected,
    reading_of_expected,
    scale_ticks,
    set_angles,
)
from tumble.figures.traces import (
    Trace,
    axis_label,
    band,
    ends,
    limits,
    shortened,
    text_width,
)
from tumble.observables.quantities.axis_text import component_label, components_of

_BAND = 600  # most points of a band, which files store in full, while lines are simplified

_HIGH = 25  # characters of a label that fit next to the axes
_LEGEND_MARGIN = 1.25  # inches of lines and spaces in a legend of two columns


class CurvePanel(Panel):
    """Lines with bands, and a legend above the axes, where it hides no data and can be as wide as the figure."""

    _errors = "Bands"

    @property
    @override
    def height(self) -> float:
        return 2.6 + 0.19 * -(-len(self._labels) // self._columns)

    @property
    @override
    def reading(self) -> str:
        known = any(np.isfinite(trace.quantity.errors).any() for trace in self.traces)
        errors = f"{self._errors}: 68 % intervals." if known else "Errors are unknown."
        return f"{errors}{reading_of_expected(self.traces)}"

    @override
    def draw(self, figure: FigureBase) -> None:
        axes = figure.subplots()
        handles = [self._draw_trace(axes, trace) for trace in self.traces]
        expected = draw_expected(axes, self.traces)
        axes.set(xlabel=axis_label(self.quantity.axes[0]), ylim=limits(self.traces))
        axes.set_ylabel(axis_label(self.quantity, _HIGH, scale_ticks(axes.yaxis)))
        self._set_places(axes)
        if len(self.traces) == 1:
            handles = []
        if expected is not None:
            handles.append(expected)
        if handles:
            figure.legend(handles, self._labels, ncols=self._columns, loc="outside upper left", borderaxespad=0.2)

    @property
    def _labels(self) -> list[str]:
        """Labels of the legend; a single run needs no name."""
        names = [shortened(trace.label, 36) for trace in self.traces] if len(self.traces) > 1 else []
        return [*names, EXPECTED] if has_expected(self.traces) else names

    @property
    def _columns(self) -> int:
        return 2 if 2 * text_width(self._labels) + _LEGEND_MARGIN <= WIDTH else 1

    def _draw_trace(self, axes: Axes, trace: Trace) -> Any:
        quantity, look = trace.quantity, trace.look
        places, (low, high) = quantity.axes[0].values, band(quantity)
        few = slice(None, None, -(-len(places) // _BAND))
        axes.fill_between(places[few], low[few], high[few], color=look.color, alpha=0.22, linewidth=0)
        (line,) = axes.plot(places, quantity.values, color=look.color, linestyle=look.dashes, linewidth=1.3)
        return line

    def _set_places(self, axes: Axes) -> None:
        axes.set_xlim(*ends([trace.quantity.axes[0].values for trace in self.traces]))
        set_angles(axes.xaxis, self.quantity.axes[0].unit)


class PointsPanel(CurvePanel):
    """Points with error bars, with the runs slightly shifted against each other."""

    _errors = "Bars"

    def _draw_trace(self, axes: Axes, trace: Trace) -> Any:
        places = trace.quantity.axes[0].values
        step = np.min(np.diff(places)) if len(places) > 1 else 1.0
        row = [one is trace for one in self.traces].index(True)  # by identity, since names may be equal
        shift = 0.5 * step * ((row + 0.5) / len(self.traces) - 0.5)
        return axes.errorbar(
            places + shift,
            trace.quantity.values,
            yerr=bar_lengths(trace.quantity.errors),
            color=trace.look.color,
            marker=trace.look.marker,
            markersize=3.5,
            linestyle="",
            elinewidth=1.2,
        )

    def _set_places(self, axes: Axes) -> None:
        first = self.quantity.axes[0]
        names = components_of(first)
        if names:
            axes.set_xticks(first.values, names)
            axes.set_xlabel(component_label(first))
        elif np.array_equal(first.values, np.round(first.values)):
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
