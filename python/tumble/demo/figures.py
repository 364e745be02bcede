"""The plots of the report, as SVG in data URIs. Light background; units on every axis.

Colours are of the palette of Okabe and Ito, which colour-blind readers can tell apart; lines differ in style
as well, so that a black-and-white print is enough. The figures are narrow, so that their text can be read on
a phone.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Sequence

from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from tumble.analysis import RadialDistribution
from tumble.demo.runs import Array, Run
from tumble.figure_style import BLUE, GREY, STYLE, VERMILION

CLASSICAL = BLUE
PATH_INTEGRAL = VERMILION

_POINTS = 1000  # a line on a page shows no more


def over_time(
    runs: Sequence[Run],
    samples: Callable[[Run], tuple[Array, Array]],
    label: str,
    *,
    level: float | None = None,
    from_zero: bool = False,
    same_range: bool = True,
) -> str:
    """A quantity over time, one panel below the other for each run.

    Args:
        runs: The simulations.
        samples: Gives times [T] in ps and values [T] of a run.
        label: Name and unit of the values.
        level: A value to mark with a line.
        from_zero: Whether the axis of values starts at zero.
        same_range: Whether all panels show the same range of values.

    Returns:
        A data URI.
    """
    with rc_context(STYLE):
        figure = Figure(figsize=(4.8, 3.8), layout="constrained")
        panels = figure.subplots(len(runs), 1, sharey=same_range, squeeze=False)[:, 0]
        for axes, run in zip(panels, runs, strict=True):
            time, values = samples(run)
            stride = max(1, len(time) // _POINTS)
            colour = CLASSICAL if run.beads == 1 else PATH_INTEGRAL
            axes.plot(time[::stride], values[::stride], color=colour, linewidth=1.2)
            if level is not None:
                axes.axhline(level, color=GREY, linewidth=1)
            axes.set_title(run.title, loc="left", color=colour)
            axes.set_xlim(0, run.length)
            axes.xaxis.set_major_locator(MaxNLocator(5))
        if from_zero:
            for axes in panels:
                axes.set_ylim(bottom=0)
        panels[-1].set_xlabel("time / ps")
        figure.supylabel(label, fontsize=STYLE["font.size"])
        return _data_uri(figure)


def rdf(classical: RadialDistribution, path_integral: RadialDistribution) -> str:
    """Both radial distribution functions with bands of one standard error, as a data URI."""
    with rc_context(STYLE):
        figure = Figure(figsize=(4.8, 3.4), layout="constrained")
        axes = figure.subplots()
        beads = f"path integral, {path_integral.beads} beads (i-PI)"
        for result, colour, style, label in (
            (classical, CLASSICAL, "-", "classical (LAMMPS)"),
            (path_integral, PATH_INTEGRAL, "--", beads),
        ):
            low, high = result.values - result.errors, result.values + result.errors
            axes.fill_between(result.centres, low, high, color=colour, alpha=0.25, linewidth=0)
            axes.plot(result.centres, result.values, style, color=colour, label=label)
        axes.axhline(1, color=GREY, linewidth=1)
        axes.set(xlabel="distance r / Å", ylabel="g(r), oxygen–oxygen (no unit)", xlim=(2, classical.edges[-1]))
        axes.set_ylim(bottom=0)
        axes.legend(loc="upper right")
        return _data_uri(figure)


def _data_uri(figure: Figure) -> str:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None})
    return "data:image/svg+xml;base64," + base64.b64encode(buffer.getvalue()).decode()
