"""Test the networks of the study of QM9 (benchmarks/qm9_train.py), and print and draw the results of docs/irreps.md.

    python benchmarks/qm9_table.py FOLDER [--figure degrees.png]

Prints mean absolute errors on the molecules of the test: of energies in meV per molecule, and of the magnitude of
dipoles in D. For PET, energies of the first molecules of the test are also evaluated in random orientations, and
averaged over the rotations of three groups ("none": as the molecules are in the file). Each error is the mean over
seeds, with their standard deviation. The errors of a training are kept in its folder.
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import torch
from ase.units import Debye
from numpy.typing import NDArray
from qm9_cases import CUTOFF, RATE, SEEDS, SIZES, SPECIES, Case, cases
from qm9_train import summary

from tumble import _core
from tumble.autograd import inputs
from tumble.frames import read_frames
from tumble.rotation_sets import RotationSet
from tumble.rotations import random_proper_rotations
from tumble.structures import to_graph
from tumble.train import TrainedModel, load_trained

BATCH = 50  # molecules in one graph
AVERAGED = 500  # molecules of the test on which averages are compared
GROUPS = ("none", "tetrahedral", "octahedral", "icosahedral")
UNITS = {"energy": "meV", "dipole": "D"}
Errors = dict[str, float]


@dataclass(frozen=True)
class Molecules:
    """Molecules of the test as graphs of several, with their labels [M] in eV and D."""

    graphs: list[_core.Graph]
    energies: NDArray[np.float64]
    dipoles: NDArray[np.float64]

    @classmethod
    def read(cls, path: Path) -> Molecules:
        molecules = list(read_frames(path))
        batches = [molecules[k : k + BATCH] for k in range(0, len(molecules), BATCH)]
        energies, dipoles = (np.array([each.info[key] for each in molecules]) for key in ("U0_atom", "mu"))
        return cls([to_graph(batch, SPECIES, CUTOFF) for batch in batches], energies, dipoles)

    def first(self, count: int) -> Molecules:
        return Molecules(self.graphs[: count // BATCH], self.energies[:count], self.dipoles[:count])

    def sums(self, network: torch.nn.Module, output: str, rotation: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the sums over the atoms of each molecule of an output, in a rotated frame of reference."""
        found = []
        for graph in self.graphs:
            given = inputs(graph, torch.float32, rotation)
            with torch.no_grad():
                values = network(given.edge_vectors, given.edge_index, given.reverse, given.species)[output]
            found.append(np.add.reduceat(values.double().numpy(), graph.first_atom[:-1]))
        return np.concatenate(found)

    def constants(self, baseline: Sequence[float]) -> NDArray[np.float64]:
        """Return the baseline of each molecule, eV."""
        values = np.array(baseline)
        return np.concatenate([np.add.reduceat(values[graph.species], graph.first_atom[:-1]) for graph in self.graphs])


def errors(case: Case, out: Path, molecules: Molecules) -> Errors:
    """Return the errors of a training, on the test and for averages of PET, which are kept in its folder."""
    kept = out / "errors.json"
    if kept.exists() and kept.stat().st_mtime > (out / "model.pt").stat().st_mtime:
        found: Errors = json.loads(kept.read_text())
        return found
    trained = load_trained(out / "model.pt")
    if case.target == "dipole":
        dipoles = molecules.sums(trained.model, "dipole", np.eye(3))
        found = {"test": mean_error(np.linalg.norm(dipoles, axis=1) / Debye - molecules.dipoles)}
    else:
        energies = molecules.sums(trained.model, "energy", np.eye(3)) + molecules.constants(trained.baseline)
        found = {"test": 1000.0 * mean_error(energies - molecules.energies)}
        if case.is_pet:
            few = molecules.first(AVERAGED)
            found |= {name: averaged(trained, few, name) for name in GROUPS} | {"random": turned(trained, few)}
    kept.write_text(json.dumps(found))
    return found


def averaged(trained: TrainedModel, molecules: Molecules, group: str) -> float:
    """Return the error of energies that are averaged over a set of rotations, meV."""
    frames = RotationSet(group).frames()
    energies = [molecules.sums(trained.model, "energy", each) for each in frames.rotations]
    mean = np.average(energies, 0, frames.weights) + molecules.constants(trained.baseline)
    return 1000.0 * mean_error(mean - molecules.energies)


def turned(trained: TrainedModel, molecules: Molecules) -> float:
    """Return the error of energies in a random orientation, the mean over several, meV."""
    exact = molecules.energies - molecules.constants(trained.baseline)
    rotations = random_proper_rotations(8, 1)
    return 1000.0 * float(np.mean([mean_error(molecules.sums(trained.model, "energy", r) - exact) for r in rotations]))


def mean_error(differences: NDArray[np.float64]) -> float:
    return float(np.abs(differences).mean())


@dataclass
class Row:
    """One network in one table: its errors of all seeds by size."""

    name: str
    parameters: int
    found: dict[int, list[Errors]]

    def values(self, size: int, of: str = "test") -> list[float]:
        return [each[of] for each in self.found.get(size, [])]

    def cell(self, size: int, digits: int, of: str = "test") -> str:
        values = self.values(size, of)
        if len(values) < 2:
            return f"{values[0]:.{digits}f}" if values else "–"
        few = "" if len(values) == len(SEEDS) else f" ({len(values)})"
        return f"{statistics.mean(values):.{digits}f} ± {statistics.stdev(values):.{digits}f}{few}"


def rows(folder: Path, molecules: Molecules) -> dict[tuple[str, str], list[Row]]:
    """Return the rows of each table, by target and by what is equal among its networks."""
    tables: dict[tuple[str, str], dict[str, Row]] = {}
    steps: set[int] = set()
    for case in cases():
        out = folder / case.name
        done = summary(out)
        if done is None:
            continue
        steps.add(done["steps"])
        rate = "" if case.rate == RATE else f", learning rate {case.rate:g}"
        table = tables.setdefault((case.target, f"{case.equal}{rate}"), {})
        row = table.setdefault(case.model, Row(case.model, done["parameters"], {}))
        row.found.setdefault(case.size, []).append(errors(case, out, molecules))
    if len(steps) > 1:
        raise SystemExit(f"`{folder}`: expected trainings of equal length, got {sorted(steps)} steps")
    return {key: list(table.values()) for key, table in tables.items()}


def table(target: str, found: list[Row]) -> Iterator[str]:
    digits = 3 if target == "dipole" else 0
    yield f"| degrees | parameters | {' | '.join(f'{size} molecules, {UNITS[target]}' for size in SIZES)} |"
    yield "|---" * (2 + len(SIZES)) + "|"
    for row in found:
        cells = (row.cell(size, digits) for size in SIZES)
        yield f"| {row.name} | {row.parameters} | {' | '.join(cells)} |"


def averages(found: list[Row]) -> Iterator[str]:
    shown = ("random", *GROUPS)
    yield f"| | molecules | {' | '.join(shown)} |"
    yield "|---" * (2 + len(shown)) + "|"
    for row in found:
        for size in row.found:
            yield f"| {row.name} | {size} | {' | '.join(row.cell(size, 0, name) for name in shown)} |"


def draw(tables: dict[tuple[str, str], list[Row]], path: Path) -> None:
    """Draw learning curves: error against number of molecules, with the standard deviation over seeds."""
    shown = [key for key in tables if key[1] == "parameters"]
    figure, axes = plt.subplots(1, len(shown), figsize=(5 * len(shown), 4), squeeze=False)
    for ax, (target, equal) in zip(axes[0], shown, strict=True):
        for row in tables[target, equal]:
            sizes = sorted(row.found)
            means = [statistics.mean(row.values(size)) for size in sizes]
            spread = [statistics.stdev(row.values(size)) if len(row.values(size)) > 1 else 0.0 for size in sizes]
            ax.errorbar(sizes, means, spread, marker="o", capsize=3, label=row.name)
        ax.set(xscale="log", yscale="log", xlabel="molecules", ylabel=f"MAE of the {target}, {UNITS[target]}")
        ax.legend(title="degrees")
    figure.tight_layout()
    figure.savefig(path, dpi=120)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--figure", type=Path)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    tables = rows(arguments.folder, Molecules.read(arguments.folder / "test.extxyz"))
    for (target, equal), found in tables.items():
        print(f"\n{target}, equal {equal}\n")
        print("\n".join(table(target, found)))
        if pets := [row for row in found if row.name.startswith("pet")]:
            print(f"\nPET averaged over rotations, {AVERAGED} molecules, meV\n")
            print("\n".join(averages(pets)))
    if arguments.figure is not None:
        draw(tables, arguments.figure)


if __name__ == "__main__":
    main()
