"""Draw the figures of docs/analysis.md.

    python benchmarks/analysis_figures.py --demo demo-output --liquid stability/nvt [--fine FOLDER]
        [--path-integral FOLDER] [--only rdf msd] [--out docs/analysis]

- `--demo`: the output folder of `make demo`.
- `--liquid`: 64 molecules at constant temperature, such as `nvt` of `benchmarks/stability.py` (50 ps), of which the
  first `--start` ps are left out; a folder, or the file that `tumble analyze` wrote for it.
- `--fine`: a run of `inputs/lammps/water-gas.in` with frames close enough for the O–H stretch, `-var every 4`.
- `--path-integral`: a run of `inputs/ipi/water-liquid.xml`; the default is that of the demonstration, which is very
  short. Use 2400 steps, frames and properties every 10 steps, and `kinetic_cv` and `kinetic_tens` of O and H.

A figure whose runs aren't given is left out. Results in a run's analysis.json are taken from there. The script makes
the orderings of ice itself: a random selection of the possible proton positions in the cubic cell of ice Ic."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from ase import Atoms
from numpy.typing import NDArray

import tumble
from tumble.analysis import (
    Ordering,
    Quantity,
    Result,
    load_analysis,
    plot_results,
)
from tumble.observables.base.settings import Settings
from tumble.runs import open_run
from tumble.study.analysis_file import NAME
from tumble.study.analyze import analyze

DOTS_PER_INCH = 110

# Titles of runs in legends, by the options or the folders of the demonstration.
LIQUID, FINE, PATH_INTEGRAL = "liquid", "fine", "path-integral-bare"
TITLES = {
    LIQUID: "liquid",
    FINE: "gas",
    PATH_INTEGRAL: "path integral",
    "gas-bare": "gas, bare",
    "gas-random": "gas, random rotations",
    "molecule-bare": "bare",
    "gas-exact": "gas, exact model",
    "molecule-octahedral": "octahedral",
    "molecule-exact": "exact model",
}
GAS, MOLECULE = ("gas-bare", "gas-random"), ("molecule-bare", "molecule-octahedral", "molecule-exact")
# In ps. All molecules start in the same state, and all beads at the same position.
STARTS = {"gas-bare": 1.0, "gas-random": 1.0, "gas-exact": 1.0, FINE: 1.0, PATH_INTEGRAL: 0.3}

# Cubic ice: the nearest oxygens of the diamond lattice are 2.75 Å apart.
EDGE, BOND = 6.35, 0.98  # Å
ORDERINGS = 12


@dataclass(frozen=True)
class Picture:
    """A figure of one observable.

    Attributes:
        runs: Keys of its runs in `TITLES`.
        quantities: Quantities that are drawn.
        ranges: Part of the axis that is drawn, for curves.
    """

    runs: tuple[str, ...]
    quantities: tuple[str, ...]
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)


PICTURES = {
    "symmetry": Picture(
        GAS, ("frame_torque_distribution", "frame_torque_correlation"), {"frame_torque_correlation": (0, 0.6)}
    ),
    "orientation": Picture((*GAS, "gas-exact"), ("density_bisector", "power_bisector", "bias_bisector", "bias_OH")),
    "rdf": Picture((LIQUID, PATH_INTEGRAL), ("g_OO", "p_OH_intra"), {"g_OO": (2.2, 6.2), "p_OH_intra": (0.7, 1.3)}),
    "dipole": Picture((LIQUID, "gas-bare"), ("mu_distribution", "mu_mean"), {"mu_distribution": (1.2, 3.4)}),
    "dielectric": Picture((LIQUID,), ("epsilon_anisotropy", "epsilon")),
    "dipole-correlation": Picture((LIQUID,), ("c_uu_L", "c_uu_T"), {"c_uu_L": (2.0, 6.2), "c_uu_T": (2.0, 6.2)}),
    "dipole-relaxation": Picture((LIQUID,), ("c_uu_t", "C_MM_t")),
    "infrared": Picture((FINE,), ("ir_spectrum",)),
    "spectrum": Picture((FINE,), ("dos_H", "temperature_H", "temperature_O")),
    "msd": Picture((LIQUID,), ("msd_molecules", "D_anisotropy_molecules", "D_molecules")),
    "reorientation": Picture((LIQUID,), ("C1_bisector", "C2_OH", "tau2_OH", "tau2_integral_OH")),
    "gyration": Picture((PATH_INTEGRAL,), ("gyration_anisotropy_H", "r_gyration_H", "r_gyration_O")),
    "kinetic": Picture((PATH_INTEGRAL,), ("kinetic_anisotropy_H", "kinetic_H", "kinetic_O", "kinetic")),
    "drift": Picture(MOLECULE, ("angular_momentum", "direction_change")),
}


def main() -> None:
    arguments = parse()
    folders = {LIQUID: arguments.liquid, FINE: arguments.fine, PATH_INTEGRAL: arguments.path_integral}
    if arguments.demo is not None:
        folders |= {name: arguments.demo / name for name in TITLES if "-" in name and folders.get(name) is None}
    starts = {**STARTS, LIQUID: arguments.start}
    if arguments.path_integral is None:
        starts[PATH_INTEGRAL] = None  # use all frames of such a short run
    arguments.out.mkdir(parents=True, exist_ok=True)
    for name in arguments.only:
        picture = PICTURES.get(name)
        missing = [run for run in (picture.runs if picture else ()) if folders.get(run) is None]
        if missing:
            print(f"{name}: left out, without {', '.join(missing)}")
            continue
        labels: list[str] | None
        if picture is None:
            results, labels = orderings_of_ice(arguments.model)
        else:
            results = [chosen(result_of(folders[run], name, starts.get(run)), picture) for run in picture.runs]
            labels = [TITLES[run] for run in picture.runs] if len(results) > 1 else None
        path = arguments.out / f"{name}.png"
        plot_results(results, labels=labels).savefig(path, dpi=DOTS_PER_INCH)
        print(f"{path}: {path.stat().st_size // 1000} kB")


def parse() -> argparse.Namespace:
    """Return the parsed command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = [*PICTURES, "ordering"]
    parser.add_argument("--demo", metavar="FOLDER", type=Path, help="what `make demo` left")
    parser.add_argument("--liquid", metavar="RUN", type=Path, help="run of the liquid, or its analysis")
    parser.add_argument("--start", metavar="PS", type=float, default=5.0, help="of the liquid (default: %(default)s)")
    parser.add_argument("--fine", metavar="RUN", type=Path, help="run of the gas with frames every 2 fs")
    parser.add_argument("--path-integral", metavar="RUN", type=Path, help="run of the liquid with beads")
    parser.add_argument("--model", default="water", help="for the orderings of ice (default: %(default)s)")
    parser.add_argument("--only", nargs="+", choices=names, default=names, metavar="NAME", help=", ".join(names))
    parser.add_argument("--out", type=Path, default=Path("docs/analysis"), help="folder (default: %(default)s)")
    return parser.parse_args()


def result_of(run: Path, observable: str, start: float | None) -> Result:
    """Return an observable of a run, from its stored analysis if that has it."""
    file = run / NAME if run.is_dir() else run
    if file.suffix == ".json" and file.is_file():
        found = load_analysis(file)
        if any(result.observable == observable for result in found.results):
            return found[observable]
    return analyze(open_run(run), [observable], Settings(start=start))[observable]


def chosen(result: Result, picture: Picture) -> Result:
    """Return a result with only the quantities to draw, if the run has them."""
    names = {quantity.name for quantity in result.quantities}
    wanted = [result[name] for name in picture.quantities if name in names]
    cut = [part_of(one, picture.ranges[one.name]) if one.name in picture.ranges else one for one in wanted]
    return replace(result, quantities=tuple(cut))


def part_of(curve: Quantity, limits: tuple[float, float]) -> Quantity:
    """Return a part of a curve."""
    (axis,) = curve.axes
    inside = (axis.values >= limits[0]) & (axis.values <= limits[1])
    return replace(
        curve,
        axes=(replace(axis, values=axis.values[inside]),),
        values=curve.values[inside],
        errors=curve.errors[inside],
        blocks=None,
        expected=None if curve.expected is None else curve.expected[inside],
    )


def orderings_of_ice(model: str) -> tuple[list[Result], list[str]]:
    """Return relaxed energies of orderings of cubic ice, bare and averaged over rotations, with their titles."""
    orderings = proton_orderings(np.random.default_rng(1))
    found = Ordering(orderings, tumble.Calculator(model), largest_force=0.02).run().result
    titles = {"_lab": "one orientation", "": "average over rotations"}
    results = []
    for ending in titles:
        energies, spread = found[f"ordering_energies{ending}"], found[f"ordering_spread{ending}"]
        named = (
            replace(energies, name="energies", label="energy per molecule"),
            replace(spread, name="spread", label="spread over orderings"),
        )
        results.append(replace(found, quantities=(*named, found["ordering_noise"]) if ending else named))
    return results, list(titles.values())


def proton_orderings(generator: np.random.Generator) -> list[Atoms]:
    """Return some assignments of two protons to each oxygen of the cubic cell, from its four bonds (the ice rules)."""
    corners = np.array([[0, 0, 0], [0, 2, 2], [2, 0, 2], [2, 2, 0]])
    oxygens = EDGE / 4 * np.concatenate([corners, corners + 1]).astype(float)
    # Each of the first four has a bond to four of the others, along half a diagonal of an eighth of the cell.
    directions = np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]])
    bonds = [
        (first, second, way) for first in range(4) for way in directions for second in [partner(corners, first, way)]
    ]
    ways = (np.arange(2 ** len(bonds))[:, None] >> np.arange(len(bonds))) & 1  # 1: the proton is the first one's
    own = np.zeros((len(ways), 8), dtype=int)
    for column, (first, second, _) in enumerate(bonds):
        own[:, first] += ways[:, column]
        own[:, second] += 1 - ways[:, column]
    allowed = ways[np.all(own == 2, axis=1)]
    picked = allowed[generator.choice(len(allowed), ORDERINGS, replace=False)]
    return [ordering(oxygens, bonds, way) for way in picked]


def partner(corners: NDArray[np.int_], first: int, way: NDArray[np.int_]) -> int:
    """Return the index of the oxygen at the end of a bond; positions are in quarters of the edge."""
    (found,) = np.flatnonzero(np.all((corners + 1 - corners[first] - way) % 4 == 0, axis=1))
    return 4 + int(found)


def ordering(
    oxygens: NDArray[np.float64], bonds: list[tuple[int, int, NDArray[np.int_]]], way: NDArray[np.int_]
) -> Atoms:
    """Return a structure with the atoms molecule by molecule."""
    protons: list[list[NDArray[np.float64]]] = [[] for _ in oxygens]
    for (first, second, direction), mine in zip(bonds, way, strict=True):
        owner, sign = (first, 1) if mine else (second, -1)
        protons[owner].append(oxygens[owner] + sign * BOND / np.sqrt(3) * direction)
    positions = [[oxygen, *hydrogens] for oxygen, hydrogens in zip(oxygens, protons, strict=True)]
    return Atoms("OHH" * len(oxygens), np.reshape(positions, (-1, 3)), cell=[EDGE] * 3, pbc=True)


if __name__ == "__main__":
    main()
