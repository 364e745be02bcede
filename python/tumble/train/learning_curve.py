"""The learning curve of a training as a figure: errors of the most important target against steps."""

from __future__ import annotations

import io
from collections.abc import Sequence
from itertools import cycle
from pathlib import Path
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogFormatter, MaxNLocator

from tumble.figure_style import BLUE, GRAY, GREEN, PURPLE, STYLE, VERMILION
from tumble.train.checkpoint import write
from tumble.train.targets import Target

Rows = Sequence[dict[str, Any]]

_LOOKS = ((BLUE, "o"), (VERMILION, "s"), (GREEN, "^"), (PURPLE, "D"))


def draw(rows: Rows, target: Target, path: Path) -> None:
    """Write the figure of a learning curve.

    Args:
        rows: Rows of the metrics, at least one; errors in the target's unit.
        target: Target whose errors are drawn.
        path: PNG file.

    Raises:
        OSError: If the file can't be written.
    """
    buffer = io.BytesIO()
    with rc_context(STYLE):
        figure = learning_curve(rows, target)
        figure.savefig(buffer, format="png", dpi=150)
    write(path, buffer.getvalue())


def learning_curve(rows: Rows, target: Target) -> Figure:
    """Draw a target's MAE on each held-out set and its RMSE in training; lines separate the stages."""
    suffix = f"_{target.metric}_mae"
    figure = Figure(figsize=(6.4, 4.0), layout="constrained")
    axes = figure.subplots()
    steps = [row["step"] for row in rows]
    training = [row[f"train_{target.metric}_rmse"] for row in rows]
    axes.plot(steps, training, color=GRAY, linestyle="--", label="training, running RMSE")
    sets = [key.removesuffix(suffix) for key in rows[0] if key.endswith(suffix)]
    for name, (color, marker) in zip(sets, cycle(_LOOKS), strict=False):
        errors = [row[name + suffix] for row in rows]
        axes.plot(steps, errors, color=color, marker=marker, markersize=3, label=f"{name}, held out, MAE")
    _mark_stages(axes, rows)
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter(LogFormatter())
    axes.yaxis.set_minor_formatter(LogFormatter(minor_thresholds=(2.0, 0.4)))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlim(0.0, 1.02 * max(steps))
    axes.set_xlabel("optimizer steps")
    axes.set_ylabel(f"error of {target.quantity} / ({target.unit})")
    axes.legend()
    return figure


def _mark_stages(axes: Axes, rows: Rows) -> None:
    begin = 0
    for row, following in zip(rows, [*rows[1:], None], strict=True):
        if following is not None and following["stage"] == row["stage"]:
            continue
        if following is not None:
            axes.axvline(row["step"], color=GRAY, linewidth=0.8, linestyle=":")
        axes.text(
            0.5 * (begin + row["step"]),
            1.01,
            row["stage"],
            transform=axes.get_xaxis_transform(),
            ha="center",
            fontsize=8,
        )
        begin = row["step"]
