"""Measure speed and memory of the analysis and of libraries that compute the same.

    python benchmarks/analysis.py [--threads 1] [--rounds 5] [--frames 100 400] [--json FILE]

Three parts, all in one run, on synthetic trajectories with the density of water and fixed seeds:

rdf             O-O, O-H and H-H radial distribution functions of 3000 atoms in 200 frames to 10 Å: `Rdf`, with three
                calls of freud for each frame and, on a fifth of the frames, three of MDAnalysis' `InterRDF`, all with
                the same number of threads (of processes, for `Rdf`). The libraries alternate after a few frames each,
                since machines drift; printed are medians of the ratios round by round.
reorientation   C_1(t) and C_2(t) of 64 molecules in 1000 frames, of all axes and all origins, by `Reorientation`, with
                fits and errors. For comparison the package `waterdynamics`, if installed, on fewer frames (--short),
                on which `Reorientation` runs again; it computes only C_2(t), and for the lag k only every k-th origin.
memory          peak memory of a process that reads 32 beads of 192 atoms from files of i-PI (xyz) and computes radial
                distribution functions and radii of gyration, for each number of frames. `--frames 10000` writes files
                of 2.9 GB.

Needs freud (`pip install freud-analysis`).
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import freud
import MDAnalysis
import numpy as np
from MDAnalysis.analysis.rdf import InterRDF
from MDAnalysis.coordinates.memory import MemoryReader
from scipy.spatial.transform import Rotation

from tumble.observables.dynamics.reorientation import Reorientation
from tumble.observables.path_integral.gyration import Gyration
from tumble.observables.structure.rdf import Rdf
from tumble.trajectories.open import open_trajectory

PAIRS = (("O", "O"), ("O", "H"), ("H", "H"))
CUTOFF, BIN_WIDTH = 10.0, 0.05  # Å
VOLUME = 29.9  # Å³ for each molecule, at 1.0 g/cm³
WATER = np.array([[0.0, 0.0, 0.0], [0.757, 0.586, 0.0], [-0.757, 0.586, 0.0]])  # Å
BEADS = 32


def liquid(edge: int, frames: int, seed: int) -> MDAnalysis.Universe:
    """Return edge³ molecules near lattice sites, turned by 0.1 rad from frame to frame, 0.1 ps apart."""
    generator = np.random.default_rng(seed)
    spacing = VOLUME ** (1 / 3)
    places = spacing * np.stack(np.meshgrid(*[np.arange(edge)] * 3), axis=-1).reshape(-1, 1, 3)
    turned = Rotation.random(len(places), rng=generator)
    positions = np.empty((frames, 3 * len(places), 3), dtype=np.float32)
    for frame in range(frames):
        turned = Rotation.from_rotvec(generator.normal(scale=0.06, size=(len(places), 3))) * turned
        molecules = np.einsum("mab,ib->mia", turned.as_matrix(), WATER)
        jitter = generator.normal(scale=0.5, size=(len(places), 1, 3))
        positions[frame] = (places + jitter + molecules).reshape(-1, 3)
    universe = MDAnalysis.Universe.empty(
        3 * len(places), n_residues=len(places), atom_resindex=np.repeat(np.arange(len(places)), 3), trajectory=True
    )
    universe.add_TopologyAttr("elements", ["O", "H", "H"] * len(places))
    universe.load_new(positions, format=MemoryReader, dimensions=[edge * spacing] * 3 + [90.0] * 3, dt=0.1)
    return universe


@contextmanager
def measured(seconds: list[float]) -> Iterator[None]:
    """Append the time that a block of code took."""
    started = time.perf_counter()
    yield
    seconds.append(time.perf_counter() - started)


def by_tumble(universe: MDAnalysis.Universe, frames: range, threads: int) -> dict[str, np.ndarray]:
    rdf = Rdf(universe, PAIRS, cutoff=CUTOFF, bin_width=BIN_WIDTH, blocks=2)
    parallel = {"backend": "multiprocessing", "n_workers": threads} if threads > 1 else {}
    result = rdf.run(start=frames.start, stop=frames.stop, **parallel).result
    return {a + b: result[f"g_{a}{b}"].values for a, b in PAIRS}


def by_freud(universe: MDAnalysis.Universe, frames: range) -> dict[str, np.ndarray]:
    elements = universe.atoms.elements
    found = {}
    rdfs = {pair: freud.density.RDF(round(CUTOFF / BIN_WIDTH), CUTOFF) for pair in PAIRS}
    for ts in universe.trajectory[frames.start : frames.stop]:
        box = freud.box.Box.from_box(ts.dimensions[:3])
        wrapped = box.wrap(ts.positions)
        for (a, b), rdf in rdfs.items():
            query = {"r_max": CUTOFF, "exclude_ii": a == b}
            rdf.compute((box, wrapped[elements == a]), wrapped[elements == b], neighbors=query, reset=False)
    for (a, b), rdf in rdfs.items():
        atoms = np.sum(elements == a)
        # freud divides by N^2 even if an atom isn't its own partner.
        found[a + b] = rdf.rdf * (atoms / (atoms - 1) if a == b else 1.0)
    return found


def by_mdanalysis(universe: MDAnalysis.Universe, frames: range) -> dict[str, np.ndarray]:
    found = {}
    for a, b in PAIRS:
        groups = [universe.select_atoms(f"element {symbol}") for symbol in (a, b)]
        itself = (1, 1) if a == b else None
        rdf = InterRDF(*groups, nbins=round(CUTOFF / BIN_WIDTH), range=(0.0, CUTOFF), exclusion_block=itself)
        found[a + b] = rdf.run(start=frames.start, stop=frames.stop).results.rdf
    return found


def distribution_functions(threads: int, rounds: int) -> dict[str, Any]:
    frames = 200
    universe = liquid(10, frames, seed=1)
    freud.parallel.set_num_threads(threads)
    ways: dict[str, Callable[[range], dict[str, np.ndarray]]] = {
        "tumble": lambda part: by_tumble(universe, part, threads),
        "freud": lambda part: by_freud(universe, part),
        "MDAnalysis": lambda part: by_mdanalysis(universe, range(part.start, part.start + len(part) // 5)),
    }
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    largest = 0.0
    for start in np.arange(rounds) * (frames // rounds):
        part = range(int(start), int(start) + frames // rounds)
        curves = {}
        for name, way in ways.items():
            with measured(seconds[name]):
                curves[name] = way(part)
        largest = max(
            largest, *(np.abs(curves["tumble"][pair] - curves["freud"][pair]).max() for pair in curves["freud"])
        )
    seconds["MDAnalysis"] = [5 * each for each in seconds["MDAnalysis"]]
    print(f"rdf: 3000 atoms, {frames // rounds * rounds} frames, to {CUTOFF:g} Å, {threads} thread(s)")
    ratios = {}
    for name, values in seconds.items():
        ratios[name] = statistics.median(a / b for a, b in zip(values, seconds["freud"], strict=True))
        share = " (from a fifth of the frames)" if name == "MDAnalysis" else ""
        print(f"  {name:12}{sum(values):8.2f} s   {ratios[name]:6.2f} of freud's time{share}")
    print(f"  largest difference of g(r) between Tumble and freud: {largest:.1e}")
    return {"seconds": seconds, "of_freud": ratios, "largest_difference": float(largest)}


def reorientation(short: int) -> dict[str, Any]:
    universe = liquid(4, 1000, seed=2)
    seconds: list[float] = []
    started = time.process_time()
    for _ in range(3):
        with measured(seconds):
            Reorientation(universe).run()
    busy = (time.process_time() - started) / 3
    print(f"reorientation: 64 molecules, 1000 frames: {statistics.median(seconds):.2f} s ({busy:.2f} s of a processor)")
    found: dict[str, Any] = {"seconds": seconds, "processor_seconds": busy}
    try:
        import waterdynamics
    except ImportError:
        print("  waterdynamics isn't installed: no comparison")
        return found
    universe = liquid(4, short, seed=2)
    lags = short // 4
    ours: list[float] = []
    theirs: list[float] = []
    with measured(ours):
        curve = Reorientation(universe, longest=0.1 * lags).run().result["C2_bisector"].values
    with measured(theirs), open(os.devnull, "w") as nothing:
        # Its progress bar can't be turned off.
        stream, sys.stderr = sys.stderr, nothing
        try:
            reference = waterdynamics.WaterOrientationalRelaxation(universe, "all", 0, short, lags)
            reference.run()
        finally:
            sys.stderr = stream
    ratio = theirs[0] / ours[0]
    difference = np.abs(curve[1:] - np.array(reference.timeseries)[:, 2]).max()
    print(f"  {short} frames: Tumble {ours[0]:.2f} s, waterdynamics {theirs[0]:.1f} s: {ratio:.0f} times as long")
    print(f"  largest difference of C2(t), which its fewer origins make: {difference:.2f}")
    return {**found, "short_frames": short, "short_seconds": ours[0], "waterdynamics_seconds": theirs[0]}


def write_beads(folder: Path, frames: int) -> None:
    """Write files in i-PI's format, with eight different frames in turn."""
    universe = liquid(4, 8, seed=3)
    generator = np.random.default_rng(4)
    cell = "".join(f"{value:12.5f}" for value in universe.dimensions)
    symbols = universe.atoms.elements
    for bead in range(BEADS):
        bodies = []
        for ts in universe.trajectory:
            positions = ts.positions + generator.normal(scale=0.08, size=ts.positions.shape)
            rows = zip(symbols, positions, strict=True)
            bodies.append("".join(f"{symbol:>8s} {x:12.5e} {y:12.5e} {z:12.5e}\n" for symbol, (x, y, z) in rows))
        with (folder / f"simulation.pos_{bead:02d}.xyz").open("w") as file:
            for frame in range(frames):
                comment = f"# CELL(abcABC): {cell}  Step: {10 * frame:11d}  Bead: {bead:7d} "
                file.write(f"{len(symbols)}\n{comment}positions{{angstrom}}  cell{{angstrom}}\n{bodies[frame % 8]}")


def analyze_beads(folder: Path) -> None:
    """Run one part in a separate process; print its peak memory (MB) and the seconds of each part."""
    seconds: list[float] = []
    with measured(seconds):
        universe = open_trajectory(str(folder / "simulation.pos_*.xyz"), timestep=0.0005)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    with measured(seconds):
        Rdf(universe).run()
    with measured(seconds):
        Gyration(universe).run()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"frames": len(universe.trajectory), "MB_opened": before, "MB": peak, "seconds": seconds}))


def memory(numbers: list[int]) -> list[dict[str, Any]]:
    print(f"memory: {BEADS} beads, 192 atoms, xyz of i-PI")
    found = []
    for frames in numbers:
        with tempfile.TemporaryDirectory(prefix="tumble-analysis-") as temporary:
            write_beads(Path(temporary), frames)
            command = [sys.executable, __file__, "--analyze", temporary]
            output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        one = json.loads(output.splitlines()[-1])
        found.append(one)
        rate = [1e3 * each / frames for each in one["seconds"]]
        print(
            f"  {frames:6d} frames: peak {one['MB']:.0f} MB; opening {rate[0]:.1f}, rdf {rate[1]:.1f}, gyration "
            f"{rate[2]:.1f} ms per frame, reading included"
        )
    print(f"  growth: {found[-1]['MB'] - found[0]['MB']:+.1f} MB")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--threads", type=int, default=1, help="for radial distribution functions (default: %(default)s)"
    )
    parser.add_argument("--rounds", type=int, default=5, help="of these (default: %(default)s)")
    parser.add_argument("--short", type=int, default=200, help="frames for waterdynamics (default: %(default)s)")
    parser.add_argument(
        "--frames",
        type=int,
        nargs="+",
        default=[100, 400],
        help="numbers of frames for the memory (default: %(default)s)",
    )
    parser.add_argument("--json", type=Path, help="file for the results")
    parser.add_argument("--analyze", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.analyze is not None:
        analyze_beads(arguments.analyze)
        return
    results = {
        "threads": arguments.threads,
        "rdf": distribution_functions(arguments.threads, arguments.rounds),
        "reorientation": reorientation(arguments.short),
        "memory": memory(arguments.frames),
    }
    if arguments.json is not None:
        arguments.json.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
