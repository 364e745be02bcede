"""Compare the speed of a converted PET with metatomic's calculator of the exported model, in an environment with both.

    python benchmarks/convert_metatrain.py CHECKPOINT MODEL.pt [--structure FILE] [--repeats 7] [--threads 1]

MODEL.pt is the model file that `tumble convert metatrain CHECKPOINT -o MODEL.pt` wrote; metatrain's export is saved and
loaded again, as its users do. Both give energy and forces of the structure (by default 64 molecules of water) through
ASE, neighbor list included, after a small random displacement of all atoms: medians over `repeats` rounds of
alternating evaluations, after three that aren't counted, since TorchScript compiles in them.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
import torch
from ase import Atoms
from ase.calculators.calculator import Calculator
from ase.io import read
from metatomic_ase import MetatomicCalculator
from metatrain.utils.io import load_model

import tumble

LIQUID = Path(__file__).parents[1] / "inputs/lammps/water64.data"
UNCOUNTED = 3


def seconds(calculator: Calculator, atoms: Atoms, random: np.random.Generator) -> float:
    moved = atoms.copy()
    moved.positions += random.normal(scale=0.01, size=moved.positions.shape)
    moved.calc = calculator
    start = time.perf_counter()
    moved.get_forces()
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("model", type=Path)
    parser.add_argument("--structure", type=Path, help="any file that ASE reads")
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    warnings.simplefilter("ignore")
    if arguments.structure is None:
        atoms = read(LIQUID, format="lammps-data", atom_style="atomic")
    else:
        atoms = read(arguments.structure)
    assert isinstance(atoms, Atoms)
    with tempfile.TemporaryDirectory() as folder:
        exported = Path(folder) / "exported.pt"
        load_model(arguments.checkpoint).export().save(str(exported))
        theirs = MetatomicCalculator(exported, device="cpu")
    ours = tumble.Calculator(arguments.model, device="cpu")
    random = np.random.default_rng(0)
    rounds = [
        (seconds(theirs, atoms, random), seconds(ours, atoms, random)) for _ in range(UNCOUNTED + arguments.repeats)
    ][UNCOUNTED:]
    print(
        f"{len(atoms)} atoms: metatomic {1e3 * statistics.median(their for their, _ in rounds):.0f} ms, Tumble "
        f"{1e3 * statistics.median(our for _, our in rounds):.0f} ms, ratio "
        f"{statistics.median(their / our for their, our in rounds):.2f}"
    )


if __name__ == "__main__":
    main()
