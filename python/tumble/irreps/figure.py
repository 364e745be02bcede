"""Figure of an analysis of irreps: bars for each layer and l."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tumble.counted import counted
from tumble.figure_style import BLUE, GRAY, GREEN, METADATA, PURPLE, STYLE, VERMILION
from tumble.files import write_atomically
from tumble.irreps.ablation import PERMUTED, ZEROED
from tumble.irreps.bootstrap import Estimate
from tumble.irreps.marks import degree_of, order
from tumble.irreps.results import Irreps, PartResult

_WIDE = 30.0  # a wider range is drawn on a logarithmic axis
_SHOWN = 1e-4  # of the highest bar; lower ones are rounding, or as good as nothing
#: A title, and the height of the bar of a part.
Panel: TypeAlias = tuple[str, Callable[[PartResult], Estimate | None]]
_COLORS = (BLUE, VERMILION, GREEN, PURPLE, "#E69F00", "#56B4E9", "#F0E442", GRAY)


def write_figure(figure: Figure, path: Path) -> None:
    """Write a figure in the format of the suffix; the same results give the same file.

    Raises:
        OSError: If the file can't be written.
    """
    kind = path.suffix.removeprefix(".").lower()
    buffer = io.BytesIO()
    figure.savefig(buffer, format=kind, dpi=150, metadata=METADATA.get(kind))
    write_atomically(path, buffer.getvalue())


def color_of(irrep: str) -> str:
    """Return the color of an irrep; those of one l share it."""
    return _COLORS[degree_of(irrep) % len(_COLORS)]


def plot(result: Irreps, path: Path) -> None:
    """Write the bars: shares of power and gradient, participation ratio, and what is lost, with error bars.

    Raises:
        OSError: If the file can't be written.
    """
    features: list[Panel] = [
        ("share of power", lambda row: row.measures.power_share),
        ("share of gradient", lambda row: row.measures.gradient_share),
        ("participation ratio / channels", _relative_ratio),
    ]
    losses = [_losses(result, way, name) for way in (ZEROED, PERMUTED) for name in result.quantities]
    rows = [features, losses] if result.options.ablation else [features]
    columns = max(map(len, rows))
    with rc_context(STYLE):
        figure = Figure(figsize=(4.4 * columns, 3.4 * len(rows)), layout="constrained")
        grid = figure.subplots(len(rows), columns, squeeze=False)
        for line, panels in zip(grid, rows, strict=True):
            for axes, panel in zip(line, panels, strict=False):
                _bars(axes, result, *panel)
            for unused in line[len(panels) :]:
                unused.set_visible(False)
        handles, labels = grid[0, 0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=len(labels))
        figure.suptitle(
            f"{result.model}, {counted(len(result.atoms), 'structure')}, {result.frames}", fontsize=STYLE["font.size"]
        )
        write_figure(figure, path)


def _losses(result: Irreps, way: str, name: str) -> Panel:
    what = "mean change" if result.errors[name] is None else "increase of MAE"
    title = f"{way}, {name}: {what} / ({result.quantities[name].unit})"
    return title, lambda row: result.lost(row.effects, way, name)


def _relative_ratio(row: PartResult) -> Estimate | None:
    ratio = row.measures.participation_ratio
    return None if ratio is None else Estimate(ratio / row.part.channels, None)


def _bars(axes: Axes, result: Irreps, title: str, value: Callable[[PartResult], Estimate | None]) -> None:
    irreps = sorted({row.part.irrep for row in result.parts}, key=order)
    width = 0.8 / len(irreps)
    heights: list[float] = []
    for k, irrep in enumerate(irreps):
        shift = (k - 0.5 * (len(irreps) - 1)) * width
        rows = [
            (result.layers.index(row.part.layer) + shift, value(row)) for row in result.parts if row.part.irrep == irrep
        ]
        found = [(place, each) for place, each in rows if each is not None]
        errors = [np.nan if each.error is None else each.error for _, each in found]
        axes.bar(
            [place for place, _ in found],
            [each.value for _, each in found],
            width,
            yerr=None if np.isnan(errors).all() else errors,
            color=color_of(irrep),
            edgecolor="white",
            label=irrep,
            capsize=2,
        )
        heights += [each.value for _, each in found if each.value != 0.0]
    if heights and min(heights) > 0.0 and max(heights) > _WIDE * min(heights):
        axes.set_yscale("log")
        axes.set_ylim(bottom=max(0.5 * min(heights), _SHOWN * max(heights)))
    axes.set_xticks(range(len(result.layers)), result.layers, rotation=30, ha="right", fontsize=8)
    axes.grid(visible=False, axis="x")
    axes.set_title(title)
