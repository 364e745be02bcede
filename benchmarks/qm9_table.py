"""Test the networks of the study of QM9 (benchmarks/qm9_train.py), and print and draw the results of docs/irreps.md.

    python benchmarks/qm9_table.py FOLDER [--figure degrees.png]

Prints mean absolute errors on the molecules of the test: of energies in meV per molecule, and of the magnitude of
dipoles in D; each is the mean over seeds ± their standard deviation. Then come differences between networks on the same
molecules, for the same seeds: the mean ± the standard error from other molecules (bootstrap) ± the standard deviation
over seeds. For PET, energies of the first molecules of the test are also evaluated in random orientations and averaged
over the rotations of three groups ("none": as the molecules are in the file), compared with the equivariant networks,
and their variance over rotations is divided by degrees. Errors are kept in the folder of each training.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import torch
from qm9_cases import CHECKED_SIZE, RATE, SEEDS, SIZES, SPECIES, Case, cases
from qm9_errors import ANALYZED, AVERAGED, GROUPS, HIGHEST, Errors, Molecules, difference, errors, magnitudes
from qm9_train import summary

from tumble.frames import read_frames

UNITS = {"energy": "meV", "dipole": "D"}
DIGITS = {"energy": 1, "dipole": 3}
REFERENCES = ("0", "01")  # what the other networks are compared with
EXACT = ("0", "01", "01234")  # what averages of PET are compared with


@dataclass
class Row:
    """One network in one table: its errors by size and seed."""

    name: str
    parameters: int
    found: dict[int, dict[int, Errors]] = field(default_factory=dict)

    @property
    def is_pet(self) -> bool:
        return self.name.startswith("pet")

    def values(self, size: int, of: str = "test", first: int | None = None) -> list[float]:
        """Return the mean absolute errors of all seeds; those of the first molecules are comparable with averages."""
        return [float(magnitudes(each[of])[:first].mean()) for each in self.found.get(size, {}).values()]


@dataclass
class Table:
    """The networks of one target with the same number of parameters or of channels, and one learning rate."""

    target: str
    equal: str
    rate: float
    rows: dict[str, Row] = field(default_factory=dict)

    @property
    def title(self) -> str:
        rate = "" if self.rate == RATE else f", learning rate {self.rate:g}"
        return f"{self.target}, equal {self.equal}{rate}"

    @property
    def digits(self) -> int:
        return DIGITS[self.target]

    def add(self, case: Case, parameters: int, found: Errors) -> None:
        row = self.rows.setdefault(case.model, Row(case.model, parameters))
        row.found.setdefault(case.size, {})[case.seed] = found


def read(folder: Path, molecules: Molecules) -> list[Table]:
    """Return the tables of all finished trainings."""
    tables: dict[tuple[str, str, float], Table] = {}
    steps: set[int] = set()
    for case in cases():
        out = folder / case.name
        done = summary(out)
        if done is None:
            continue
        steps.add(done["steps"])
        key = (case.target, case.equal, case.rate)
        tables.setdefault(key, Table(*key)).add(case, done["parameters"], errors(case, out, molecules))
    if len(steps) > 1:
        raise SystemExit(f"`{folder}`: expected trainings of equal length, got {sorted(steps)} steps")
    return list(tables.values())


def line(*cells: object) -> str:
    return f"| {' | '.join(map(str, cells))} |"


def head(*cells: object) -> Iterator[str]:
    yield line(*cells)
    yield "|---" * len(cells) + "|"


def spread(values: Sequence[float], digits: int) -> str:
    """Return mean ± standard deviation over seeds, and how many there are if some are missing."""
    if len(values) < 2:
        return f"{values[0]:.{digits}f}" if values else "–"
    return f"{statistics.mean(values):.{digits}f} ± {statistics.stdev(values):.{digits}f}{few(values)}"


def few(seeds: Sequence[object]) -> str:
    """Return how many seeds there are, if some are missing."""
    return "" if len(seeds) == len(SEEDS) else f" ({len(seeds)})"


def compared(ours: Row, others: Row, size: int, digits: int, of: str = "test", first: int | None = None) -> str:
    """Return the difference of two networks for the seeds that both have: ± molecules ± seeds.

    Args:
        ours, others: The networks.
        size: Number of molecules in training.
        digits: Decimals.
        of: Errors of the first network.
        first: Number of molecules of the test; by default all.
    """
    one, other = ours.found.get(size, {}), others.found.get(size, {})
    seeds = [seed for seed in one if seed in other]
    if not seeds:
        return "–"
    found = difference(
        [magnitudes(one[seed][of])[:first] for seed in seeds],
        [magnitudes(other[seed]["test"])[:first] for seed in seeds],
    )
    over_seeds = f"{statistics.stdev(found.seeds):.{digits}f}" if len(seeds) > 1 else "?"
    return f"{found.value:+.{digits}f} ± {found.error:.{digits}f} ± {over_seeds}{few(seeds)}"


def accuracy(table: Table) -> Iterator[str]:
    yield from head("degrees", "parameters", *(f"{size} molecules, {UNITS[table.target]}" for size in SIZES))
    for row in table.rows.values():
        yield line(row.name, row.parameters, *(spread(row.values(size), table.digits) for size in SIZES))


def composition(folder: Path) -> Iterator[str]:
    """Yield the error of a linear function of the numbers of atoms, the least that a network has to know."""
    training, test = (list(read_frames(folder / f"{name}.extxyz")) for name in ("training", "test"))
    counts, expected = ([[m.symbols.count(s) for s in SPECIES] for m in part] for part in (training, test))
    energies, labels = (1000.0 * np.array([m.info["U0_atom"] for m in part]) for part in (training, test))
    yield from head("", *(f"{size} molecules, meV" for size in SIZES))
    fits = [np.linalg.lstsq(np.array(counts[:size]), energies[:size])[0] for size in SIZES]
    yield line("linear", *(f"{np.abs(np.array(expected) @ fit - labels).mean():.0f}" for fit in fits))


def differences(table: Table) -> Iterator[str]:
    """Yield the differences from the networks with few degrees."""
    yield from head("degrees", "minus", *(f"{size} molecules, {UNITS[table.target]}" for size in SIZES))
    for reference in REFERENCES:
        other = table.rows.get(reference)
        for row in table.rows.values() if other is not None else ():
            if row is not other:
                cells = (compared(row, other, size, table.digits) for size in SIZES)
                yield line(row.name, reference, *cells)


def averages(table: Table) -> Iterator[str]:
    """Yield the errors of averages of PET, and those of exact networks on the same molecules."""
    shown = ("random", *GROUPS)
    yield from head("", "molecules", *shown)
    for row in table.rows.values():
        for size in sorted(row.found):
            names = shown if row.is_pet else ["test"] * len(shown)  # rotations don't change an exact network
            yield line(row.name, size, *(spread(row.values(size, name, AVERAGED), table.digits) for name in names))


def averages_compared(table: Table) -> Iterator[str]:
    """Yield the differences of PET and its averages from exact networks."""
    exact = [table.rows[name] for name in EXACT if name in table.rows]
    yield from head("", "molecules", "average", *(f"minus {row.name}" for row in exact))
    for pet in (row for row in table.rows.values() if row.is_pet):
        for size in sorted(pet.found):
            for name in ("random", *GROUPS):
                cells = (compared(pet, row, size, table.digits, name, AVERAGED) for row in exact)
                yield line(pet.name, size, name, *cells)


def symmetry(table: Table) -> Iterator[str]:
    """Yield the symmetry error of PET by degrees: root mean squares over molecules."""
    degrees = ("inversion alone", *(f"l = {degree}" for degree in range(1, HIGHEST + 1)), "higher", "all")
    yield from head("", "molecules", *degrees)
    for row in table.rows.values():
        for size in sorted(row.found) if row.is_pet else ():
            squares = np.array([each["powers"].mean(axis=0) for each in row.found[size].values()])
            roots = np.sqrt(np.column_stack([squares, squares.sum(axis=1)]).clip(0.0))
            yield line(row.name, size, *(spread(column.tolist(), table.digits) for column in roots.T))


def rates(tables: Sequence[Table]) -> Iterator[str]:
    """Yield the errors with each learning rate, for the seed and the size that have several."""
    found = sorted(
        (table for table in tables if table.target == "energy" and table.equal == "parameters"),
        key=lambda table: table.rate,
    )
    names = [name for table in found if table.rate != RATE for name in table.rows]
    yield from head("degrees", *(f"{table.rate:g}" for table in found))
    for name in dict.fromkeys(names):
        rows = (table.rows.get(name) for table in found)
        values = (None if row is None else row.found.get(CHECKED_SIZE, {}).get(SEEDS[0]) for row in rows)
        yield line(name, *("–" if each is None else f"{magnitudes(each['test']).mean():.1f}" for each in values))


def draw(tables: Sequence[Table], path: Path) -> None:
    """Draw learning curves: error against number of molecules, with the standard deviation over seeds."""
    shown = [table for table in tables if table.equal == "parameters" and table.rate == RATE]
    figure, axes = plt.subplots(1, len(shown), figsize=(5 * len(shown), 4), squeeze=False)
    for ax, table in zip(axes[0], shown, strict=True):
        for row in table.rows.values():
            sizes = sorted(row.found)
            means = [statistics.mean(row.values(size)) for size in sizes]
            deviations = [statistics.stdev(row.values(size)) if len(row.values(size)) > 1 else 0.0 for size in sizes]
            ax.errorbar(sizes, means, deviations, marker="o", capsize=3, label=row.name)
        label = f"MAE of the {table.target}, {UNITS[table.target]}"
        ax.set(xscale="log", yscale="log", xlabel="molecules", ylabel=label)
        ax.legend(title="degrees")
    figure.tight_layout()
    figure.savefig(path, dpi=120)


def pages(tables: Sequence[Table], folder: Path) -> Iterator[tuple[str, Iterator[str]]]:
    """Yield the titles and lines of what is printed."""
    yield "energy from the numbers of atoms of each element: mean absolute error", composition(folder)
    for table in tables:
        if table.rate != RATE:
            continue
        yield f"{table.title}: mean absolute error, mean ± standard deviation over seeds", accuracy(table)
        yield f"{table.title}: differences ± molecules ± seeds", differences(table)
        if any(row.is_pet for row in table.rows.values()):
            yield f"PET averaged over rotations, {AVERAGED} molecules, meV", averages(table)
            yield "PET and its averages, differences from exact networks, meV", averages_compared(table)
            yield f"PET, symmetry error, {ANALYZED} molecules, rms, meV", symmetry(table)
    if any(table.rate != RATE for table in tables):
        yield f"energy by learning rate, {CHECKED_SIZE} molecules, seed {SEEDS[0]}, meV", rates(tables)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--figure", type=Path)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    tables = read(arguments.folder, Molecules.read(arguments.folder / "test.extxyz"))
    for title, lines in pages(tables, arguments.folder):
        print("\n".join(["", title, "", *lines]))
    if arguments.figure is not None:
        draw(tables, arguments.figure)


if __name__ == "__main__":
    main()
