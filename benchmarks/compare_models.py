"""Compare the evaluation times of two model files in the core, measured alternately in one run.

    python benchmarks/compare_models.py A.pt B.pt [--threads 1] [--repeats 15]

Energy and forces of 1, 64 and 512 molecules of water on a graph made in advance. Printed are the medians, and the
median of the ratios A / B round by round. Only the ratios support a claim, since the machine drifts. The shipped
file before the packed attention is `git show 0ab7f46:python/tumble/share/models/water.pt`.
"""

from __future__ import annotations

import argparse
import statistics
import time

import torch
from ase.io import read

import tumble
from tumble import _core
from tumble.demo.inputs import LAMMPS_LIQUID, LAMMPS_MOLECULE, find_inputs
from tumble.structures import to_graph


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs=2, metavar="MODEL", help="path or name")
    parser.add_argument("--threads", type=int, default=1, help="(default: %(default)s)")
    parser.add_argument("--repeats", type=int, default=15, help="rounds that count, after two (default: %(default)s)")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    potentials = [tumble.load(model, check=False) for model in arguments.models]
    inputs = find_inputs(None)
    molecule, liquid = (
        read(inputs / source.data, format="lammps-data", atom_style="atomic")
        for source in (LAMMPS_MOLECULE, LAMMPS_LIQUID)
    )
    molecule.pbc = False
    for name, atoms in {"1": molecule, "64": liquid, "512": liquid.repeat(2)}.items():
        seconds: tuple[list[float], list[float]] = ([], [])
        graphs = [to_graph([atoms], p.metadata.species, p.metadata.cutoff) for p in potentials]
        for round_number in range(arguments.repeats + 2):
            for k in (0, 1) if round_number % 2 else (1, 0):
                seconds[k].append(seconds_of(potentials[k], graphs[k]))
        a, b = (values[2:] for values in seconds)
        ratio = statistics.median(x / y for x, y in zip(a, b, strict=True))
        medians = " ".join(f"{1e3 * statistics.median(values):9.2f} ms" for values in (a, b))
        print(f"{name:>4} molecules {medians}   ratio {ratio:.2f}")


def seconds_of(potential: _core.Potential, graph: _core.Graph) -> float:
    started = time.perf_counter()
    potential.evaluate(graph)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
