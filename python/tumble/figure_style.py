"""Style of figures: light background, few lines, and the palette of Okabe and Ito for color-blind readers."""

from __future__ import annotations

from typing import Any

BLUE = "#0072B2"
VERMILION = "#D55E00"
GREEN = "#009E73"
PURPLE = "#CC79A7"
GRAY = "#666666"

MARK = "tumble figure"  # by which `tumble.outputs` recognizes a figure

#: Metadata of figure files by their format. Without dates, the same results give the same file.
METADATA: dict[str, dict[str, str | None]] = {
    "svg": {"Date": None, "Creator": MARK},
    "pdf": {"CreationDate": None, "Creator": MARK},
    "png": {"Software": MARK},
}

#: Settings for `matplotlib.rc_context`.
STYLE: dict[Any, Any] = {
    "figure.facecolor": "white",
    "axes.facecolor": "white",
    "savefig.facecolor": "white",
    "font.family": "DejaVu Sans",  # comes with matplotlib
    "font.size": 10,
    "axes.titlesize": 10,
    "axes.grid": True,
    "grid.color": "#dddddd",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "legend.frameon": False,
    "svg.hashsalt": "tumble",  # the same figure gives the same file
}
