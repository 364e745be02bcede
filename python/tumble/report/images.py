"""Figures in the page, as images in data URIs with a description for readers who can't see them."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from tumble.figures.panel import Panel
from tumble.figures.plot import draw_panels, figure_bytes
from tumble.figures.traces import Trace
from tumble.observables.quantities.axis_text import places_of, unit_after
from tumble.observables.quantities.number_text import with_error
from tumble.report.downloads import Download, quantity_csv

_LARGE = 300_000  # bytes above which a bitmap is smaller
_PIXELS = 96  # CSS pixels per inch


@dataclass(frozen=True)
class Image:
    """A figure.

    Attributes:
        uri: Data URI.
        width: Width in CSS pixels.
        height: Height in CSS pixels.
        alt: Description of the figure in words.
        title: Title.
        caption: Explanation of the figure.
        download: The numbers in the figure; None if they are elsewhere.
    """

    uri: str
    width: int
    height: int
    alt: str
    title: str
    caption: str
    download: Download | None = None


def panel_image(panel: Panel, observable: str) -> Image:
    """Return the figure of a curve or map with its numbers.

    Args:
        panel: The panel of a quantity with axes.
        observable: Name of the observable, for the name of the file.
    """
    quantity = panel.quantity
    runs, quantities = [trace.label for trace in panel.traces], [trace.quantity for trace in panel.traces]
    download = quantity_csv(runs, quantities, f"{observable}-{quantity.name}")
    return figure_image(draw_panels([panel]), _description(panel.traces), quantity.label, panel.reading, download)


def numbers_image(panels: Sequence[Panel], title: str) -> Image:
    """Return one figure of several numbers, in a column."""
    parts = []
    for trace in (trace for panel in panels for trace in panel.traces):
        value = with_error(float(trace.quantity.values), float(trace.quantity.errors))
        parts.append(f"{trace.quantity.label} of {trace.label}: {value}")
    return figure_image(
        draw_panels(panels, most_columns=1), f"Dots with error bars. {'; '.join(parts)}.", title, panels[0].reading
    )


def figure_image(figure: Figure, alt: str, title: str, caption: str, download: Download | None = None) -> Image:
    """Return an image of a matplotlib figure: SVG, or PNG if the SVG is large.

    Args:
        figure: The figure.
        alt: See `Image`.
        title: See `Image`.
        caption: See `Image`.
        download: See `Image`.
    """
    kind, content = "svg+xml", figure_bytes(figure, "svg")
    if len(content) > _LARGE:
        kind, content = "png", figure_bytes(figure, "png")
    width, height = (round(_PIXELS * size) for size in figure.get_size_inches())
    uri = f"data:image/{kind};base64,{base64.b64encode(content).decode()}"
    return Image(uri, width, height, alt, title, caption, download)


def _description(traces: Sequence[Trace]) -> str:
    """Return the description of a curve or map in words."""
    first = traces[0].quantity
    kind = "Curves" if len(first.axes) == 1 else "Maps"
    axes = " and ".join(
        f"{axis.label} from {_value(axis.values.min(), axis.unit)} to {_value(axis.values.max(), axis.unit)}"
        for axis in first.axes
    )
    return f"{kind} of {first.label} against {axes}. {' '.join(map(_extremes, traces))}"


def _extremes(trace: Trace) -> str:
    quantity = trace.quantity
    if not np.isfinite(quantity.values).any():
        return f"{trace.label}: unknown."
    parts = []
    for word, index in (("lowest", np.nanargmin(quantity.values)), ("highest", np.nanargmax(quantity.values))):
        value = _value(quantity.values.flat[int(index)], quantity.unit)
        parts.append(f"{word} {value} at {places_of(quantity, int(index))}")
    return f"{trace.label}: {', '.join(parts)}."


def _value(value: float, unit: str) -> str:
    return f"{value:.4g}".replace("-", "−") + unit_after(unit)
