"""Panels of time series and maps, in which runs would hide each other: one part for each run, with the same range."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import FigureBase
from typing_extensions import override

from tumble.figures.panel import (
    EXPECTED,
    Panel,
    draw_expected,
    reading_of_expected,
    scale_ticks,
    set_angles,
)
from tumble.figures.traces import (
    Trace,
    axis_label,
    ends,
    is_long,
    limits,
    shortened,
    thinned,
)
from tumble.observables.quantities.number_text import UNKNOWN, number

_COLORS = "viridis"  # perceptually uniform, for color-blind readers as well
_NOTHING = "#e8e8e8"


class SeriesPanel(Panel):
    """Thin lines against time, with a separate part for each run, since noisy lines would hide each other."""

    @property
    @override
    def height(self) -> float:
        return 0.8 + 1.2 * len(self.traces)

    @property
    @override
    def reading(self) -> str:
        if not any(is_long(trace.quantity) for trace in self.traces):
            return f"Lines: single frames.{reading_of_expected(self.traces)}"
        return (
            "Lines: means over short intervals of time; bands: lowest to highest value in each."
            f"{reading_of_expected(self.traces)}"
        )

    @override
    def draw(self, figure: FigureBase) -> None:
        panels = figure.subplots(len(self.traces), 1, sharex=True, sharey=True, squeeze=False)[:, 0]
        for axes, trace in zip(panels, self.traces, strict=True):
            times, mean, low, high = thinned(trace.quantity)
            axes.fill_between(times, low, high, color=trace.look.color, alpha=0.3, linewidth=0)
            axes.plot(times, mean, color=trace.look.color, linewidth=0.9)
            draw_expected(axes, [trace])
            if len(self.traces) > 1:
                axes.set_title(shortened(trace.label, 42), loc="left", fontsize="medium")
        panels[-1].set(xlabel=axis_label(self.quantity.axes[0]))
        panels[0].set_ylim(limits(self.traces))
        panels[0].set_xlim(*ends([trace.quantity.axes[0].values for trace in self.traces]))
        power = scale_ticks(panels[0].yaxis)
        figure.supylabel(axis_label(self.quantity, 13 * len(panels) + 9, power), fontsize="medium")


class MapPanel(Panel):
    """Colors in a plane, with the second axis to the right and the first upwards; gray where values are unknown."""

    @property
    @override
    def height(self) -> float:
        return 0.8 + 1.9 * len(self.traces)

    @property
    @override
    def reading(self) -> str:
        unit = "" if self.quantity.unit == "1" else f" {self.quantity.unit}"
        sizes = [f"{_median_error(trace)}{unit}{f' ({trace.label})' if trace.label else ''}" for trace in self.traces]
        missing = any(np.isnan(trace.quantity.values).any() for trace in self.traces)
        return f"Median errors: ±{', ±'.join(sizes)}.{' Gray: unknown.' if missing else ''}"

    @override
    def draw(self, figure: FigureBase) -> None:
        panels = figure.subplots(len(self.traces), 1, sharex=True, sharey=True, squeeze=False)[:, 0]
        low, high = ends([trace.quantity.values for trace in self.traces])
        for axes, trace in zip(panels, self.traces, strict=True):
            up, right = trace.quantity.axes
            colors = axes.pcolormesh(
                right.values,
                up.values,
                trace.quantity.values,
                shading="nearest",
                cmap=_COLORS,
                vmin=low,
                vmax=high,
                rasterized=True,  # thousands of small rectangles would be slow in .svg and .pdf
            )
            axes.set(ylabel=axis_label(up, 22), facecolor=_NOTHING)
            axes.grid(visible=False)
            if len(self.traces) > 1:
                axes.set_title(shortened(trace.label, 42), loc="left", fontsize="medium")
        panels[-1].set(xlabel=axis_label(self.quantity.axes[1]))
        set_angles(panels[-1].xaxis, self.quantity.axes[1].unit)
        set_angles(panels[-1].yaxis, self.quantity.axes[0].unit)
        bar = figure.colorbar(colors, ax=list(panels))
        expected = self.quantity.expected
        marked = expected is not None and np.ptp(expected) == 0 and low <= expected.flat[0] <= high
        if expected is not None and marked:
            bar.ax.axhline(expected.flat[0], color="white", linestyle="--", linewidth=1.4)
        label = axis_label(self.quantity, 22 * len(panels), scale_ticks(bar.ax.yaxis))
        bar.set_label(f"{label}\n(dashed: {EXPECTED})" if marked else label)


def _median_error(trace: Trace) -> str:
    """Return the median error over the points of a map."""
    errors = trace.quantity.errors[np.isfinite(trace.quantity.errors)]
    return number(float(np.median(errors)), 2) if len(errors) > 0 else UNKNOWN
