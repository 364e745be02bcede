"""Draw docs/water.png, the figure of the README, from the output of `make demo`.

    python benchmarks/readme_figure.py [demo-output] [docs/water.png]

Left: the O-O radial distribution function, classical and with path integrals. Right: how strongly molecules prefer a
direction in the gas, with the bare model, with random rotations and with the exactly invariant model.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tumble.analysis import load_analysis
from tumble.figure_style import BLUE, GRAY, GREEN, STYLE, VERMILION

AXES = {"bisector": "bisector", "OH": "O–H bonds", "normal": "normal"}


def draw_rdf(axes: Axes, folder: Path) -> None:
    for name, color, dashes, label in (
        ("liquid-bare", BLUE, "-", "classical, LAMMPS"),
        ("path-integral-bare", VERMILION, (0, (7, 1.5)), "path integral, i-PI"),
    ):
        g = load_analysis(folder / name)["rdf"]["g_OO"]
        r = g.axes[0].values
        axes.fill_between(r, g.values - g.errors, g.values + g.errors, color=color, alpha=0.22, linewidth=0)
        axes.plot(r, g.values, color=color, linestyle=dashes, label=label)
    axes.set(xlabel="r / Å", ylabel="g(r), O–O", xlim=(2, 6.2), ylim=(0, None))
    axes.legend()


def draw_orientation(axes: Axes, folder: Path) -> None:
    places = np.arange(len(AXES))
    for shift, name, color, marker, label in (
        (-0.12, "gas-bare", BLUE, "o", "bare model"),
        (0.0, "gas-random", VERMILION, "s", "random rotations"),
        (0.12, "gas-exact", GREEN, "^", "exact model"),
    ):
        result = load_analysis(folder / name)["orientation"]
        biases = [result[f"bias_{axis}"] for axis in AXES]
        values, errors = (np.array([float(getattr(one, what)) for one in biases]) for what in ("values", "errors"))
        axes.errorbar(places + shift, values, yerr=errors, color=color, marker=marker, linestyle="", label=label)
    axes.axhline(0.0, color=GRAY, linestyle="--", linewidth=1.0)
    axes.set(ylabel="bias of the orientation / kT", xlim=(-0.5, len(AXES) - 0.5))
    axes.set_xticks(places, list(AXES.values()))
    axes.legend(title="gas, LAMMPS", alignment="left")


def main(folder: Path, picture: Path) -> None:
    with rc_context({**STYLE, "font.size": 9}):
        figure = Figure(figsize=(8, 3), layout="constrained")
        left, right = figure.subplots(1, 2)
        draw_rdf(left, folder)
        draw_orientation(right, folder)
        figure.savefig(picture, dpi=150)


if __name__ == "__main__":
    main(*(Path(argument) for argument in (sys.argv[1:] or ["demo-output", "docs/water.png"])))
