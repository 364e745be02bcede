"""Figures of the results of one or several runs.

A curve has one panel, in which runs are lines with bands for their errors. A time series (without errors) or a map has
one part for each run, all with the same range. A number is a dot with its error for each run. Values of an exactly
invariant model (`Quantity.expected`) are dashed. Colors are from the palette of Okabe and Ito, and lines and markers
differ as well, so that a black-and-white print is readable. Every axis has a unit.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure

from tumble.errors import ConfigurationError
from tumble.figure_style import METADATA, STYLE
from tumble.figures.curves import CurvePanel, PointsPanel
from tumble.figures.numbers import NumberPanel
from tumble.figures.panel import WIDTH, Panel
from tumble.figures.stacks import MapPanel, SeriesPanel
from tumble.figures.traces import Trace, look
from tumble.files import write_atomically
from tumble.observables.quantities.result import Result

FORMATS = (".svg", ".png", ".pdf")

_STYLE = {**STYLE, "text.parse_math": False}  # names of runs and quantities aren't formulas
_DOTS_PER_INCH = 200
_FEW = 40  # most points of a curve that is drawn as points
_SERIES = 200  # fewest points of a curve without errors that is drawn as a time series


def plot_results(
    results: Sequence[Result], *, labels: Sequence[str] | None = None, path: str | Path | None = None
) -> Figure:
    """Return a figure of one observable, with a panel for each quantity.

    Args:
        results: Results of the same observable, of one or several runs.
        labels: Names of the runs; the default is `run 1`, `run 2` ...
        path: File to which the figure is also written: .svg, .png or .pdf.

    Raises:
        ConfigurationError: If there is nothing to draw, results are of different observables, or the suffix of `path`
            isn't a format of figures.
        OSError: If the file can't be written; an earlier file is then left as it was.
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
        results: See `plot_results`. A run without a quantity is missing from its panel; a run with other units has
            another panel.
        labels: See `plot_results`.

    Raises:
        ConfigurationError: If results are of different observables.
    """
    traces: dict[tuple[str, ...], list[Trace]] = {}
    for index, (label, result) in enumerate(zip(_names(results, labels), results, strict=True)):
        for quantity in result.quantities:
            trace = Trace(label, quantity, look(index))
            traces.setdefault((quantity.name, *quantity.all_units), []).append(trace)
    return [_panel_of(found) for found in traces.values()]


def draw_panels(panels: Sequence[Panel], most_columns: int = 2) -> Figure:
    """Return a figure of panels in up to `most_columns` columns; each panel goes to the shortest column.

    Args:
        panels: Panels in the order of reading.
        most_columns: Largest number of columns.

    Raises:
        ConfigurationError: If there are no panels.
    """
    if not panels:
        raise ConfigurationError("`results`: expected at least one quantity to draw, got none")
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
    """Check that the suffix of a file is a format of figures.

    Raises:
        ConfigurationError: If it isn't.
    """
    if path.suffix.lower() not in FORMATS:
        raise ConfigurationError(f"`path`: expected a file that ends in .svg, .png or .pdf, got `{path}`")


def write_figure(figure: Figure, path: Path) -> None:
    """Write a figure in the format given by the suffix of the file.

    Raises:
        ConfigurationError: If the suffix isn't a format of figures.
        OSError: If the file can't be written; an earlier file is then left as it was.
    """
    check_figure(path)
    write_atomically(path, figure_bytes(figure, path.suffix.lower().removeprefix(".")))


def figure_bytes(figure: Figure, form: str) -> bytes:
    """Return the content of a file with a figure, in the format `svg`, `png` or `pdf`."""
    buffer = io.BytesIO()
    with rc_context(_STYLE):
        figure.savefig(buffer, format=form, dpi=_DOTS_PER_INCH, metadata=METADATA[form])
    return buffer.getvalue()


def _names(results: Sequence[Result], labels: Sequence[str] | None) -> list[str]:
    """Return the names of the runs, after a check that all results are of one observable."""
    observables = sorted({result.observable for result in results})
    if len(observables) > 1:
        raise ConfigurationError(
            f"`results`: expected results of one observable, got those of {', '.join(observables)}"
        )
    if labels is None:
        return [f"run {number}" for number in range(1, len(results) + 1)] if len(results) > 1 else [""] * len(results)
    if len(labels) != len(results):
        raise ConfigurationError(f"`labels`: expected {len(results)}, one for each result, got {len(labels)}")
    return list(labels)


def _panel_of(traces: Sequence[Trace]) -> Panel:
    """Return a panel of the right kind for a quantity."""
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
