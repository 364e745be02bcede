"""Figures of results, of one run or of several beside each other.

Each curve has a panel in which the runs are lines with bands of their errors; a time series (no errors) has one for
each run, as has a map, all with the same range; a number is a dot with its error for each run. What an exactly
invariant model gives (`Quantity.expected`) is dashed. Colors are of the palette of Okabe and Ito, and lines and
markers differ as well, so that a black-and-white print is enough. Units are on every axis.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure

from tumble.errors import TrajectoryError
from tumble.figure_style import METADATA, STYLE
from tumble.figures.curves import CurvePanel, PointsPanel
from tumble.figures.numbers import NumberPanel
from tumble.figures.panel import WIDTH, Panel
from tumble.figures.stacks import MapPanel, SeriesPanel
from tumble.figures.traces import Trace, look
from tumble.files import write_atomically
from tumble.observables.quantities.result import Result

FORMATS = (".svg", ".png", ".pdf")

_STYLE = {**STYLE, "text.parse_math": False}  # names of runs and quantities are no formulas
_DOTS_PER_INCH = 200
_FEW = 40  # points of a curve that are marked one by one
_SERIES = 200  # points of a curve without errors from which on it is a time series


def plot_results(
    results: Sequence[Result], *, labels: Sequence[str] | None = None, path: str | Path | None = None
) -> Figure:
    """Return a figure of one observable, with a panel for each quantity.

    Args:
        results: Of the same observable, of one or several runs.
        labels: Names of the runs; `run 1`, `run 2` ... if not given.
        path: Where to write it as well: .svg, .png or .pdf.

    Raises:
        TrajectoryError: If there is nothing to draw, if results don't belong together, or if the ending of `path` is no
            format of figures.
        OSError: If it can't be written; what was there is then left.
    """
    if path is not None:
        check_figure(Path(path))
    figure = draw_panels(quantity_panels(results, labels=labels))
    if path is not None:
        write_figure(figure, Path(path))
    return figure


def quantity_panels(results: Sequence[Result], *, labels: Sequence[str] | None = None) -> list[Panel]:
    """Return the panels of `plot_results`, one for each quantity in the order of the results.

    Args:
        results: As for `plot_results`. Runs that lack a quantity aren't in its panel, and those that have it in other
            units are in another one.
        labels: As for `plot_results`.

    Raises:
        TrajectoryError: If results don't belong together.
    """
    traces: dict[tuple[str, ...], list[Trace]] = {}
    for index, (label, result) in enumerate(zip(_names(results, labels), results, strict=True)):
        for quantity in result.quantities:
            trace = Trace(label, quantity, look(index))
            traces.setdefault((quantity.name, *trace.units), []).append(trace)
    return [_panel_of(found) for found in traces.values()]


def draw_panels(panels: Sequence[Panel], most_columns: int = 2) -> Figure:
    """Return panels in one column, or in several if there are more; the next one goes where there is most room.

    Args:
        panels: In the order of reading.
        most_columns: Number of columns at most.

    Raises:
        TrajectoryError: If there are none.
    """
    if not panels:
        raise TrajectoryError("`results`: expected at least one quantity to draw, got none")
    columns: list[list[Panel]] = [[] for _ in panels[:most_columns]]
    for panel in panels:
        min(columns, key=_height).append(panel)
    tallest = max(_height(column) for column in columns)
    with rc_context(_STYLE):
        figure = Figure(figsize=(WIDTH * len(columns), tallest), layout="constrained")
        for side, column in zip(figure.subfigures(1, len(columns), squeeze=False)[0], columns, strict=True):
            heights = [panel.height for panel in column]
            room = tallest - sum(heights)
            ratios = [*heights, room] if room > 0 else heights
            places = side.subfigures(len(ratios), 1, squeeze=False, height_ratios=ratios)[:, 0]
            for place, panel in zip(places, column, strict=False):
                panel.draw(place)
    return figure


def check_figure(path: Path) -> None:
    """Check that a figure can be written in the format that a name ends in.

    Raises:
        TrajectoryError: If it can't.
    """
    if path.suffix.lower() not in FORMATS:
        raise TrajectoryError(f"`path`: expected a file that ends in .svg, .png or .pdf, got `{path}`")


def write_figure(figure: Figure, path: Path) -> None:
    """Write a figure in the format that the name ends in.

    Raises:
        TrajectoryError: If that is no format of figures.
        OSError: If it can't be written; what was there is then left.
    """
    check_figure(path)
    write_atomically(path, figure_bytes(figure, path.suffix.lower().removeprefix(".")))


def figure_bytes(figure: Figure, form: str) -> bytes:
    """Return the content of a file of a figure, in the format `svg`, `png` or `pdf`."""
    buffer = io.BytesIO()
    with rc_context(_STYLE):
        figure.savefig(buffer, format=form, dpi=_DOTS_PER_INCH, metadata=METADATA[form])
    return buffer.getvalue()


def _names(results: Sequence[Result], labels: Sequence[str] | None) -> list[str]:
    """Return names of the runs; sees that results belong together."""
    observables = sorted({result.observable for result in results})
    if len(observables) > 1:
        raise TrajectoryError(f"`results`: expected results of one observable, got those of {', '.join(observables)}")
    if labels is None:
        return [f"run {number}" for number in range(1, len(results) + 1)] if len(results) > 1 else [""] * len(results)
    if len(labels) != len(results):
        raise TrajectoryError(f"`labels`: expected {len(results)}, one for each result, got {len(labels)}")
    return list(labels)


def _panel_of(traces: Sequence[Trace]) -> Panel:
    """Return the panel that suits a quantity, of the runs that have it."""
    first = traces[0].quantity
    if first.values.ndim == 0:
        return NumberPanel(traces)
    if first.values.ndim == 2:
        return MapPanel(traces)
    places = first.axes[0].values
    without = all(np.all(np.isnan(trace.quantity.errors)) for trace in traces)
    if without and first.axes[0].unit == "ps" and len(places) >= _SERIES:
        return SeriesPanel(traces)
    if len(places) <= _FEW or (first.axes[0].unit == "1" and np.array_equal(places, np.round(places))):
        return PointsPanel(traces)
    return CurvePanel(traces)


def _height(column: Sequence[Panel]) -> float:
    return sum(panel.height for panel in column)
