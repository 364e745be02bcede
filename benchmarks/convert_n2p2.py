"""Compare the conversion of an n2p2 potential with the labels of n2p2, and its speed with that of another model.

    python benchmarks/convert_n2p2.py FOLDER --labels FRAMES [FRAMES ...] [--step 50] [--model water] [--repeats 5]

FOLDER is the potential, each FRAMES an extended XYZ file (also gzipped) with energies and forces that n2p2 computed, of
which every `step`-th frame is read. The first table has the differences in both precisions. The second one has the
time of energy and forces by `tumble.Calculator` for the first periodic frame on one thread, neighbor list included, as
a ratio to the model's: medians over `repeats` rounds of alternating evaluations. The third one has the spread of the
energy over 24 random rotations and their products with the inversion.
"""

from __future__ import annotations

import argparse
import gzip
import statistics
import tempfile
import time
from collections.abc import Iterator
from io import StringIO
from itertools import count, islice
from pathlib import Path

import numpy as np
import torch
from ase import Atoms
from ase.io import read

import tumble
from tumble import _core
from tumble.convert import Request, convert
from tumble.structures import to_graph

DTYPES = ("float32", "float64")


def frames_of(path: Path, step: int) -> Iterator[Atoms]:
    """Every `step`-th frame; only these are parsed."""
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as file:
        for number in count():
            first = file.readline()
            if not first.strip():
                return
            rest = list(islice(file, int(first) + 1))
            if number % step == 0:
                yield read(StringIO(first + "".join(rest)), format="extxyz")


def differences(path: Path, frames: list[Atoms]) -> list[float]:
    """Largest and rms difference of energies, meV, and of force components, meV/Å."""
    calculator = tumble.Calculator(path, device="cpu")
    energies, forces = [], []
    for atoms in frames:
        energies.append(calculator.get_potential_energy(atoms) - atoms.get_potential_energy())
        forces.append((calculator.get_forces(atoms) - atoms.get_forces()).ravel())
    found = (1e3 * np.array(energies), 1e3 * np.concatenate(forces))
    return [number for d in found for number in (np.abs(d).max(), np.sqrt(np.mean(d**2)))]


def seconds(calculator: tumble.Calculator, atoms: Atoms) -> float:
    calculator.reset()
    start = time.perf_counter()
    calculator.get_potential_energy(atoms)
    calculator.get_forces(atoms)
    return time.perf_counter() - start


def spread(path: Path, atoms: Atoms) -> float:
    """Standard deviation over rotations, meV."""
    potential = tumble.load(path, "cpu", check=False)
    graph = to_graph([atoms], potential.metadata.species, potential.metadata.cutoff)
    frames = _core.Symmetrizer("random:24+inversion", seed=1).frames()
    return float(1e3 * np.std(potential.evaluate(graph, [frames]).frame_energies))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--labels", type=Path, nargs="+", required=True)
    parser.add_argument("--step", type=int, default=50)
    parser.add_argument("--model", default="water")
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    sets = {path.name: list(frames_of(path, arguments.step)) for path in arguments.labels}
    with tempfile.TemporaryDirectory() as folder:
        paths = {
            dtype: convert("n2p2", Request(str(arguments.folder), dtype=dtype), Path(folder) / f"{dtype}.pt").path
            for dtype in DTYPES
        }
        print(f"{'labels':28}{'frames':>7}  {'precision':10}{'meV: max':>10}{'rms':>9}{'meV/Å: max':>12}{'rms':>9}")
        for name, frames in sets.items():
            for dtype, path in paths.items():
                most, rms, force, force_rms = differences(path, frames)
                print(f"{name:28}{len(frames):7d}  {dtype:10}{most:10.4f}{rms:9.4f}{force:12.4f}{force_rms:9.4f}")
        atoms = next(frame for frames in sets.values() for frame in frames if frame.pbc.all())
        calculators = {name: tumble.Calculator(path, device="cpu") for name, path in paths.items()}
        calculators[arguments.model] = tumble.Calculator(arguments.model, device="cpu")
        rounds = [{name: seconds(c, atoms) for name, c in calculators.items()} for _ in range(arguments.repeats + 1)][
            1:
        ]
        print(f"\n{'model':28}{'atoms':>7}{'ms':>8}{'ratio':>8}")
        for name in calculators:
            own = statistics.median(each[name] for each in rounds)
            ratio = statistics.median(each[name] / each[arguments.model] for each in rounds)
            print(f"{name:28}{len(atoms):7d}{1e3 * own:8.1f}{ratio:8.2f}")
        print(f"\n{'spread over rotations':28}{'atoms':>7}{'meV':>10}")
        for name in (*DTYPES, arguments.model):
            print(f"{name:28}{len(atoms):7d}{spread(paths.get(name, name), atoms):10.1e}")


if __name__ == "__main__":
    main()
