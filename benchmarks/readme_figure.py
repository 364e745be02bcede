"""Draws docs/water.png, the figure of the README, from what `make demo` left.

python benchmarks/readme_figure.py [demo-output] [docs/water.png]
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure

from tumble.demo.figures import CLASSICAL, PATH_INTEGRAL
from tumble.demo.stages import STAGES, IpiStage, LammpsStage
from tumble.demo.runs import read_ipi, read_lammps


def main(folder: Path, picture: Path) -> None:
    with rc_context({"font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "legend.frameon": False}):
        figure = Figure(figsize=(8, 3), layout="constrained")
        left, right = figure.subplots(1, 2)
        for name, colour, label in (
            ("rdf-classical", CLASSICAL, "classical, LAMMPS"),
            ("rdf-path-integral", PATH_INTEGRAL, "path integral, i-PI"),
        ):
            curve = {key: np.array(value) for key, value in json.loads((folder / f"{name}.json").read_text()).items()}
            r, g, error = (curve[key] for key in ("centres", "values", "errors"))
            left.fill_between(r, g - error, g + error, color=colour, alpha=0.25, linewidth=0)
            left.plot(r, g, color=colour, label=label)
        left.set(xlabel="distance r / Å", ylabel="g(r), oxygen–oxygen", xlim=(2, 6.2), ylim=(0, None))
        left.legend()

        record = json.loads((folder / "demo.json").read_text())
        print(record)
        for run, colour in (("lammps-liquid", CLASSICAL), ("ipi-liquid", PATH_INTEGRAL)):
            ...
        figure.savefig(picture, dpi=150)


if __name__ == "__main__":
    main(*(Path(argument) for argument in (sys.argv[1:] or ["demo-output", "docs/water.png"])))
