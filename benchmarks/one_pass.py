"""Measure the time of `analyze`: all observables in one pass over the frames, one by one, and with an older Tumble.

    python benchmarks/one_pass.py [--frames 1000] [--rounds 3] [--jobs 1] [--older FOLDER] [--json FILE]

The run is a path integral of 64 water molecules with 8 beads, made up with the density of water from a fixed seed, in
files in i-PI's format (93 MB for 1000 frames). Each way is a separate process on one thread, and the processes
alternate, since machines drift. Printed are processor times (medians over the rounds) and medians of the ratios round
by round. The results of all ways are compared to the last bit.

`--older` is a folder with the built package `tumble` of another commit: `git worktree add FOLDER COMMIT`, and
`cmake -DTUMBLE_IN_SOURCE=ON` in there.
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
from pathlib import Path
from typing import Any

import numpy as np
from scipy.spatial.transform import Rotation

EDGE, BEADS = 4, 8  # molecules along an edge of the box; beads
SPACING = 29.9 ** (1 / 3)  # Å, at 1.0 g/cm³
WATER = np.array([[0.0, 0.0, 0.0], [0.757, 0.586, 0.0], [-0.757, 0.586, 0.0]])  # Å

INPUT = f"""
<simulation verbosity='low'>
  <output prefix='water'>
    <properties filename='out' stride='2'> [ step, time{{picosecond}}, temperature{{kelvin}}, potential{{electronvolt}},
      conserved{{electronvolt}} ] </properties>
    <trajectory filename='pos' stride='2' format='xyz' cell_units='angstrom'> positions{{angstrom}} </trajectory>
    <trajectory filename='torque' stride='2' extra_type='torque'> extras </trajectory>
  </output>
  <system>
    <initialize nbeads='{BEADS}'> <file mode='xyz'> start.xyz </file> </initialize>
    <ensemble> <temperature units='kelvin'> 300 </temperature> </ensemble>
    <motion mode='dynamics'> <dynamics mode='nvt'> <timestep units='femtosecond'> 0.5 </timestep>
      <thermostat mode='pile_l'> <tau units='femtosecond'> 100 </tau> </thermostat> </dynamics> </motion>
  </system>
</simulation>
"""
NAMES = ("step", "time{picosecond}", "temperature{kelvin}", "potential{electronvolt}", "conserved{electronvolt}")


def write_run(folder: Path, frames: int) -> None:
    """Write the files of an i-PI run, with frames 1 fs apart."""
    generator = np.random.default_rng(1)
    (folder / "input.xml").write_text(INPUT)
    rows = [f"# column {place} --> {name} : ." for place, name in enumerate(NAMES, start=1)]
    for frame, (t, v, h) in enumerate(generator.normal(size=(frames, 3))):
        rows.append(f"{2 * frame} {0.001 * frame:.8e} {300 + 5 * t:.8e} {v - 30000:.8e} {0.001 * h - 29000:.8e}")
    (folder / "water.out").write_text("\n".join(rows) + "\n")
    count = EDGE**3
    places = SPACING * np.stack(np.meshgrid(*[np.arange(EDGE)] * 3), axis=-1).reshape(-1, 1, 3)
    turned = Rotation.random(count, rng=generator)
    offsets = 0.1 * generator.normal(size=(BEADS, 3 * count, 3))
    files = [(folder / f"water.pos_{bead}.xyz").open("w") for bead in range(BEADS)]
    extras = [(folder / f"water.torque_{bead}").open("w") for bead in range(BEADS)]
    cell = f"{EDGE * SPACING:10.5f} " * 3 + f"{90:10.5f} " * 3
    for frame in range(frames):
        turned = Rotation.from_rotvec(generator.normal(scale=0.06, size=(count, 3))) * turned
        places = places + generator.normal(scale=0.02, size=(count, 1, 3))
        molecules = (places + np.einsum("mab,ib->mia", turned.as_matrix(), WATER)).reshape(-1, 3)
        offsets = 0.9 * offsets + 0.03 * generator.normal(size=offsets.shape)
        beads = molecules + offsets - offsets.mean(axis=0)
        for bead, (file, extra) in enumerate(zip(files, extras, strict=True)):
            file.write(f"{3 * count}\n# CELL(abcABC): {cell} Step: {2 * frame:11d}  Bead: {bead:7d} ")
            file.write("positions{angstrom}  cell{angstrom}\n")
            atoms = zip("OHH" * count, beads[bead].tolist(), strict=True)
            file.write("".join(f"{symbol:>8s} {x:12.5e} {y:12.5e} {z:12.5e}\n" for symbol, (x, y, z) in atoms))
            x, y, z = 0.1 * generator.normal(size=3)
            extra.write(f" #EXTRAS(torque)# Step: {2 * frame:11d} Bead: {bead}\n {x:.6e} {y:.6e} {z:.6e}\n")
    for file in (*files, *extras):
        file.close()


def measure(way: str, folder: Path, jobs: int) -> dict[str, Any]:
    """Analyze the run in this process; return the processor time of it and its processes, s, and the results."""
    from tumble.runs import open_run

    try:
        from tumble.observables.base.settings import Settings
        from tumble.study.analyze import analyze
    except ImportError:  # an older Tumble
        from tumble.analysis.analyze import analyze
        from tumble.analysis.settings import Settings

    settings, run = Settings(jobs=jobs), open_run(folder)
    before = computed()
    if way == "one by one":
        from tumble.errors import TumbleError
        from tumble.observables.registry import OBSERVABLES

        results = []
        for name in OBSERVABLES:
            try:
                results += analyze(run, [name], settings).results
            except TumbleError:
                continue  # this run doesn't allow it
    else:
        results = list(analyze(run, None, settings).results)
    seconds = computed() - before
    numbers = {
        f"{result.observable} {quantity.name}": [np.asarray(quantity.values).tolist(), quantity.errors.tolist()]
        for result in results
        for quantity in result.quantities
    }
    return {"seconds": seconds, "numbers": numbers}


def computed() -> float:
    """Return the processor time of this process and of its ended child processes, s."""
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def in_a_process(way: str, folder: Path, jobs: int, package: Path | None) -> dict[str, Any]:
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    if package is not None:
        environment["PYTHONPATH"] = str(package)
    command = [sys.executable, __file__, "--measure", way, str(folder), "--jobs", str(jobs)]
    output = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
    found: dict[str, Any] = json.loads(output)
    return found


def compare_ways(frames: int, rounds: int, jobs: int, older: Path | None) -> dict[str, Any]:
    ways: dict[str, Path | None] = {"one pass": None, "one by one": None}
    if older is not None:
        ways["older"] = older
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    numbers = {}
    with tempfile.TemporaryDirectory() as name:
        write_run(Path(name), frames)
        for _ in range(rounds):
            for way, package in ways.items():
                found = in_a_process(way, Path(name), jobs, package)
                seconds[way].append(found["seconds"])
                numbers[way] = found["numbers"]
    print(f"analyze: {frames} frames, {3 * EDGE**3} atoms, {BEADS} beads, {jobs} process(es), {rounds} rounds")
    ratios, differing = {}, {}
    for way, values in seconds.items():
        ratios[way] = statistics.median(one / other for one, other in zip(seconds["one pass"], values, strict=True))
        common = numbers[way].keys() & numbers["one pass"].keys()
        differing[way] = sorted(key for key in common if repr(numbers[way][key]) != repr(numbers["one pass"][key]))
        text = f"one pass takes {ratios[way]:.3f} of it; {len(common)} quantities, {len(differing[way])} differ"
        print(f"  {way:12}{statistics.median(values):8.2f} s   {text}")
    return {"seconds": seconds, "of_it": ratios, "differing": differing}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--older", type=Path, help="folder with the package of another commit")
    parser.add_argument("--json", type=Path, help="file for the results")
    parser.add_argument("--measure", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure is not None:
        way, folder = arguments.measure
        print(json.dumps(measure(way, Path(folder), arguments.jobs)))
        return
    results = compare_ways(arguments.frames, arguments.rounds, arguments.jobs, arguments.older)
    if arguments.json is not None:
        arguments.json.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
