"""Panels of numbers, as dots with error bars."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase
from matplotlib.ticker import MaxNLocator
from typing_extensions import override

from tumble.figure_style import STYLE
from tumble.figures.panel import (
    DASHED,
    WIDTH,
    Panel,
    bar_lengths,
    reading_of_expected,
    scale_ticks,
)
from tumble.figures.traces import axis_label, shortened, text_width
from tumble.observables.quantities.number_text import with_error
from tumble.types import Array

_WIDE = 46  # characters of a label that fit below the axes
_SMALL = 0.833 * STYLE["font.size"]  # font size `small` in points
_TICK = 0.7  # width of the number at a tick, inches
_MARGINS = 0.4  # inches


class NumberPanel(Panel):
    """A row with a dot and the number for each run."""

    @property
    @override
    def height(self) -> float:
        return 0.8 + 0.24 * len(self.traces) + 0.16 * axis_label(self.quantity, _WIDE).count("\n")

    @property
    @override
    def reading(self) -> str:
        return f"Bars: 68 % intervals.{reading_of_expected(self.traces)}"

    @override
    def draw(self, figure: FigureBase) -> None:
        axes = figure.subplots()
        texts = [with_error(float(trace.quantity.values), float(trace.quantity.errors)) for trace in self.traces]
        for row, trace in enumerate(self.traces):
            quantity, look = trace.quantity, trace.look
            axes.errorbar(
                quantity.values,
                row,
                xerr=bar_lengths(quantity.errors),
                color=look.color,
                marker=look.marker,
                markersize=5,
            )
            axes.text(1.02, row, texts[row], transform=axes.get_yaxis_transform(), va="center", fontsize="small")
            if quantity.expected is not None:
                axes.plot([quantity.expected] * 2, [row - 0.5, row + 0.5], **DASHED)
        labels = [shortened(trace.label, 22) for trace in self.traces]
        axes.set_yticks(range(len(labels)) if any(labels) else [], labels if any(labels) else [])
        axes.set_ylim(len(labels) - 0.5, -0.5)
        axes.margins(x=0.1)
        # The axes are too narrow for a long label, so it is centered below the whole panel.
        figure.supxlabel(axis_label(self.quantity, _WIDE, scale_ticks(axes.xaxis)), fontsize="medium")
        room = WIDTH - _MARGINS - text_width(labels) - text_width(texts, _SMALL)
        axes.set_xticks(_few_ticks(axes, min(max(int(room / _TICK), 1), 4)))
        axes.tick_params(axis="x", labelsize="small")
        axes.grid(visible=False, axis="y")


def _few_ticks(axes: Axes, most: int) -> Array:
    """Return positions of ticks with about `most` intervals; a locator may give many more, so as to have two."""
    low, high = axes.get_xlim()
    places = np.asarray(MaxNLocator(most, steps=[1, 2, 5, 10]).tick_values(low, high))
    places = places[(places >= low) & (places <= high)]
    return places[:: max(-(-len(places) // (most + 1)), 1)]
