"""Relax one water molecule by ASE's BFGS from random orientations, with and without a set of rotations.

    python benchmarks/relaxation.py [--model water] [--orientations 20] [--fmax 0.01] [--sets none ...] [--json FILE]

The molecule starts from ASE's geometry (O-H 0.969 Å, 104.0 degrees) and is relaxed until no force exceeds `--fmax`, in
eV/Å, for at most 200 steps. For an exactly invariant potential, neither the minimum nor the steps to it depend on the
orientation. Printed for each set: how many relaxations ended; for these, the median and the largest number of steps,
the spread of the energy (highest less lowest), and the mean O-H distance with its spread; and the largest force left.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from ase.build import molecule
from ase.optimize import BFGS

import tumble
from tumble.rotations import random_rotations

STEPS = 200
SEED = 4711
SETS = ["none", "inversion", "octahedral", "icosahedral+inversion", "degree:7+inversion"]


@dataclass(frozen=True)
class Relaxation:
    """A relaxation from one orientation. Energy in eV, distance in Å, force in eV/Å."""

    ended: bool
    steps: int
    energy: float
    distance: float
    force: float


def relax(model: str, symmetrize: str, orientations: int, fmax: float) -> list[Relaxation]:
    """Relax the molecule from random proper orientations, the same for each set."""
    calculator = tumble.Calculator(model, symmetrize=symmetrize)
    results = []
    for turn in random_rotations(orientations, np.random.default_rng(SEED)):
        atoms = molecule("H2O")
        atoms.positions = atoms.positions @ (turn * np.linalg.det(turn)).T
        atoms.calc = calculator
        optimizer = BFGS(atoms, logfile=None)
        ended = bool(optimizer.run(fmax=fmax, steps=STEPS))
        force = float(np.linalg.norm(atoms.get_forces(), axis=1).max())
        distance = float(atoms.get_distances(0, [1, 2]).mean())
        results.append(Relaxation(ended, optimizer.nsteps, atoms.get_potential_energy(), distance, force))
    return results


def row(symmetrize: str, runs: list[Relaxation]) -> str:
    """Return a line of the table; energies and distances are those of the relaxations that ended."""
    ended = [run for run in runs if run.ended]
    steps = [run.steps for run in ended]
    text = f"{symmetrize:24}{f'{len(ended)} of {len(runs)}':>10}"
    force = max(run.force for run in runs)
    if not ended:
        return f"{text}{'-':>20}{'-':>12}{'-':>14}{'-':>10}{force:16.4f}"
    energies, distances = (np.array([getattr(run, name) for run in ended]) for name in ("energy", "distance"))
    return (
        f"{text}{f'{np.median(steps):g}, {max(steps)}':>20}{1e3 * np.ptp(energies):12.3g}"
        f"{distances.mean():14.5f}{np.ptp(distances):10.1e}{force:16.4f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="water")
    parser.add_argument("--orientations", type=int, default=20)
    parser.add_argument("--fmax", type=float, default=0.01, help="eV/Å (default: 0.01)")
    parser.add_argument("--sets", nargs="+", default=SETS)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    print(
        f"{'set':24}{'ended':>10}{'steps: median, most':>20}{'E: spread':>12}{'O-H':>14}{'spread':>10}"
        f"{'largest force':>16}"
    )
    print(f"{'':54}{'meV':>12}{'Å':>14}{'Å':>10}{'eV/Å':>16}")
    results = {}
    for symmetrize in arguments.sets:
        runs = relax(arguments.model, symmetrize, arguments.orientations, arguments.fmax)
        results[symmetrize] = [asdict(run) for run in runs]
        print(row(symmetrize, runs), flush=True)
    if arguments.json is not None:
        arguments.json.write_text(json.dumps({"model": arguments.model, "relaxations": results}, indent=2) + "\n")


if __name__ == "__main__":
    main()
