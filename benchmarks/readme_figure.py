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
from tumble.demo.runs import read_lammps, read_torques


def main(folder: Path, picture: Path) -> None:
    with rc_context({"font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "legend.frameon": False}):
        figure = Figure(figsize=(8, 3), layout="constrained")
        left, right = figure.subplots(1, 2)
        for name, colour, label in (
            ("rdf-classical", CLASSICAL, "classical, LAMMPS"),
            ("rdf-path-integral", PATH_INTEGRAL, "path integral, i-PI"),
        ):
            curve = json.loads((folder / f"{name}.json").read_text())  # as RadialDistribution.to_json writes it
            r, g, error = (np.array(curve[key]) for key in ("r", "g", "g_error"))
            left.fill_between(r, g - error, g + error, color=colour, alpha=0.25, linewidth=0)
            left.plot(r, g, color=colour, label=label)
        left.set(xlabel="distance r / Å", ylabel="g(r), oxygen–oxygen", xlim=(2, 6.2), ylim=(0, None))
        left.legend()

        classical = read_lammps(
            folder / "lammps-liquid", system="liquid", ensemble="NVT", conserved="Econserve", molecules=64, seconds=0
        )
        steps, torques = read_torques(folder / "ipi-liquid")
        quantum_time = steps * classical.timestep / 1000  # both inputs have the same time step
        for time, torque, colour, label in (
            (classical.torque_time, classical.torque, CLASSICAL, "classical, LAMMPS"),
            (quantum_time, np.linalg.norm(torques[:, 0], axis=1), PATH_INTEGRAL, "one bead of i-PI's"),
        ):
            right.plot(time, 1000 * torque, color=colour, label=label)
        right.set(xlabel="time / ps", ylabel="|frame torque| / meV rad$^{-1}$", xlim=(0, None), ylim=(0, None))
        right.legend()
        figure.savefig(picture, dpi=150)


if __name__ == "__main__":
    main(*(Path(argument) for argument in (sys.argv[1:] or ["demo-output", "docs/water.png"])))
