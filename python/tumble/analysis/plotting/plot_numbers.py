"""Numbers as dots with bars."""

from __future__ import annotations

from matplotlib.figure import FigureBase
from matplotlib.ticker import MaxNLocator

from tumble.analysis.plotting.number_text import with_error
from tumble.analysis.plotting.plot_panel import DASHED, Panel, bar_lengths, reading_of_expected, scale_ticks
from tumble.analysis.plotting.plot_traces import axis_label, shortened


class NumberPanel(Panel):
    """A dot for each run, one below the other, with the number beside it."""

    @property
    def height(self) -> float:
        """See the base."""
        return 0.8 + 0.24 * len(self.traces)

    @property
    def reading(self) -> str:
        """See the base."""
        return f"Bars: intervals of 68 %.{reading_of_expected(self.traces)}"

    def draw(self, figure: FigureBase) -> None:
        """See the base."""
        axes = figure.subplots()
        for row, trace in enumerate(self.traces):
            quantity, look = trace.quantity, trace.look
            axes.errorbar(
                quantity.values,
                row,
                xerr=bar_lengths(quantity.errors),
                color=look.colour,
                marker=look.marker,
                markersize=5,
            )
            text = with_error(float(quantity.values), float(quantity.errors))
            axes.text(1.02, row, text, transform=axes.get_yaxis_transform(), va="center", fontsize="small")
            if quantity.expected is not None:
                axes.plot([quantity.expected] * 2, [row - 0.5, row + 0.5], **DASHED)
        labels = [shortened(trace.label, 22) for trace in self.traces]
        axes.set_yticks(range(len(labels)) if any(labels) else [], labels if any(labels) else [])
        axes.set_ylim(len(labels) - 0.5, -0.5)
        axes.margins(x=0.1)
        axes.set_xlabel(axis_label(self.quantity, 60, scale_ticks(axes.xaxis)))
        axes.xaxis.set_major_locator(MaxNLocator(4))
        axes.grid(visible=False, axis="y")
