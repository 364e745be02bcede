"""Measure the absolute speed of MD in LAMMPS with the shipped model on this machine (the table in docs/models.md).

    python benchmarks/speed.py [--model water] [--threads 1 2] [--symmetrize none octahedral] [--seconds 20]

The script runs a molecule and 64, 512 and 4096 molecules of liquid water at constant energy, each for about `seconds`,
and prints ms per step, ns per day at a time step of 0.5 fs, and µs per step and atom. Times of other machines differ.
To compare two versions of the code, alternate between them (benchmarks/compare_models.py). Nothing else should run."""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import sysconfig
import tempfile
from dataclasses import dataclass
from pathlib import Path

INPUTS = Path(__file__).parents[1] / "inputs" / "lammps"
TIMESTEP = 0.0005  # ps
#: Name, data file, copies along each axis.
SYSTEMS = [("1", "water1.data", 1), ("64", "water64.data", 1), ("512", "water64.data", 2), ("4096", "water64.data", 4)]
SCRIPT = """\
units         metal
atom_style    atomic
boundary      {boundary}
read_data     {data}
replicate     {copies} {copies} {copies}
pair_style    tumble symmetrize {symmetrize}
pair_coeff    * * {model} O H
neighbor      1.0 bin
timestep      {timestep}
velocity      all create 300.0 4711 mom yes rot no dist gaussian
fix           integrate all nve
thermo        1000000
run           {first}
run           {steps}
"""


@dataclass(frozen=True)
class Speed:
    """Seconds per step, and the number of atoms."""

    seconds: float
    atoms: int


def measure(system: tuple[str, str, int], model: str, symmetrize: str, threads: int, seconds: float) -> Speed:
    """Run a few steps to determine how many fill the time, then run these."""
    trial = run(system, model, symmetrize, threads, 2, 5)
    return run(system, model, symmetrize, threads, 5, max(10, round(seconds / trial.seconds)))


def run(system: tuple[str, str, int], model: str, symmetrize: str, threads: int, first: int, steps: int) -> Speed:
    """Run `lmp`; the first steps warm up and aren't timed."""
    _, data, copies = system
    script = SCRIPT.format(
        boundary="f f f" if data == "water1.data" else "p p p",
        data=INPUTS / data,
        copies=copies,
        symmetrize=symmetrize,
        model=model,
        timestep=TIMESTEP,
        first=first,
        steps=steps,
    )
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "in.speed").write_text(script)
        subprocess.run(
            [Path(sysconfig.get_path("scripts")) / "lmp", "-in", "in.speed", "-screen", "none"],
            cwd=folder,
            check=True,
            env={**os.environ, "OMP_NUM_THREADS": str(threads)},
        )
        log = (Path(folder) / "log.lammps").read_text()
    time, atoms = re.findall(r"Loop time of (\S+) on .* with (\d+) atoms", log)[-1]
    return Speed(float(time) / steps, int(atoms))


def processor() -> str:
    """Return the name of the processor, if Linux gives it."""
    found = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    return found.group(1) if found else "unknown processor"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="water")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--symmetrize", nargs="+", default=["none", "octahedral"])
    parser.add_argument("--systems", nargs="+", choices=[name for name, *_ in SYSTEMS], default=["1", "64", "512"])
    parser.add_argument("--seconds", type=float, default=20.0)
    arguments = parser.parse_args()
    print(processor())
    columns = ["molecules", "symmetrize", "threads", "ms per step", "ns per day", "µs per step and atom"]
    print("| " + " | ".join(columns) + " |\n" + "|---" * len(columns) + "|")
    for system in SYSTEMS:
        if system[0] not in arguments.systems:
            continue
        for symmetrize in arguments.symmetrize:
            for threads in arguments.threads:
                speed = measure(system, arguments.model, symmetrize, threads, arguments.seconds)
                per_day = 86400 / speed.seconds * TIMESTEP / 1000
                per_atom = 1e6 * speed.seconds / speed.atoms
                row = (
                    system[0],
                    symmetrize,
                    threads,
                    f"{1e3 * speed.seconds:.3g}",
                    f"{per_day:.3g}",
                    f"{per_atom:.3g}",
                )
                print("| " + " | ".join(map(str, row)) + " |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
