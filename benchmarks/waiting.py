"""Measure the cost of waiting threads, with several OpenMP settings, on a quiet machine and next to busy loops.

    python benchmarks/waiting.py [--model water] [--threads 2] [--busy 1] [--rounds 20]

Threads that wait for the others of a parallel region spin by default, for milliseconds, before they sleep. If another
process wants their cores, each region takes time slices instead of microseconds. libgomp reads its settings from the
environment when it is loaded, so each setting has a separate process here. One process works at a time:
in each round every setting evaluates every system for a while. Tables have the medians over the rounds, in ms, and as
ratios to the first column.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import TracebackType

from ase import Atoms
from ase.io import read

from tumble.demo.inputs import LAMMPS_LIQUID, LAMMPS_MOLECULE, find_inputs

#: Environment variables of each setting, with N for the number of threads.
SETTINGS = {
    "1 thread": {"OMP_NUM_THREADS": "1"},
    "default": {"OMP_NUM_THREADS": "N"},
    "passive": {"OMP_NUM_THREADS": "N", "OMP_WAIT_POLICY": "passive"},
    **{
        f"{spins} spins": {"OMP_NUM_THREADS": "N", "OMP_WAIT_POLICY": "passive", "GOMP_SPINCOUNT": str(spins)}
        for spins in (0, 8000, 20000)
    },
}
VARIABLES = ("OMP_NUM_THREADS", "OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "OMP_DYNAMIC")
BURST = 0.05  # s; time for one setting and one system in each round


def systems() -> dict[str, Atoms]:
    """Return the structures of `tumble demo`."""
    inputs = find_inputs(None)
    molecule, liquid = (
        read(inputs / files.data, format="lammps-data", atom_style="atomic")
        for files in (LAMMPS_MOLECULE, LAMMPS_LIQUID)
    )
    gases = {f"{n**3} molecules": molecule * n for n in (2, 3, 6)}
    return {"molecule": molecule, **gases, "liquid": liquid}


def work(model: str) -> None:
    """Serve one setting in a process: count edges, then evaluate the systems whose names are read."""
    import tumble
    from tumble.structures import to_graph

    potential = tumble.load(model, "cpu", check=False)
    metadata = potential.metadata
    graphs = {name: to_graph([atoms], metadata.species, metadata.cutoff) for name, atoms in systems().items()}
    for graph in graphs.values():
        for _ in range(3):
            potential.evaluate(graph, [])
    print(json.dumps({name: len(graph.reverse) for name, graph in graphs.items()}), flush=True)
    for line in sys.stdin:
        graph = graphs[line.strip()]
        times: list[float] = []
        while sum(times) < BURST:
            start = time.perf_counter()
            potential.evaluate(graph, [])
            times.append(time.perf_counter() - start)
        print(json.dumps(times), flush=True)


class Worker:
    """A process of one setting."""

    def __init__(self, model: str, setting: dict[str, str], threads: int) -> None:
        environment = {name: value for name, value in os.environ.items() if name not in VARIABLES}
        environment |= {name: value.replace("N", str(threads)) for name, value in setting.items()}
        command = [sys.executable, __file__, "--model", model, "--work"]
        self.process = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.edges: dict[str, int] = json.loads(self._line())

    def __enter__(self) -> Worker:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.kill()
        self.process.wait()

    def times(self, system: str) -> list[float]:
        assert self.process.stdin is not None
        print(system, file=self.process.stdin, flush=True)
        return list(json.loads(self._line()))

    def _line(self) -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("a process died")
        return line


@contextmanager
def busy_loops(count: int) -> Iterator[None]:
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def measure(workers: dict[str, Worker], rounds: int, best: bool) -> None:
    times: dict[str, dict[str, list[float]]] = {}
    edges = next(iter(workers.values())).edges
    for system in edges:
        times[system] = {name: [] for name in workers}
    for _ in range(rounds):
        for system, of_system in times.items():
            for name, worker in workers.items():
                found = worker.times(system)
                of_system[name].append(min(found) if best else statistics.mean(found))
    print("".join(f"{name:>14}" for name in ("", *workers)))
    for system, of_system in times.items():
        middle = {name: 1e3 * (min if best else statistics.median)(found) for name, found in of_system.items()}
        print(f"{system:>14}" + "".join(f"{value:14.3f}" for value in middle.values()) + f"   {edges[system]} edges")
        first = middle[next(iter(middle))]
        print(f"{'':>14}" + "".join(f"{value / first:14.2f}" for value in middle.values()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="water")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--busy", type=int, default=1, help="busy loops of the second table")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--best", action="store_true", help="smallest times instead, for a machine that isn't quiet")
    parser.add_argument(
        "--before", metavar="DIR", help="another build's folder `python`, as the first column: `default`"
    )
    parser.add_argument("--settings", nargs="+", choices=SETTINGS, default=list(SETTINGS))
    parser.add_argument("--work", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.work:
        return work(arguments.model)
    with ExitStack() as stack:
        workers: dict[str, Worker] = {}
        if arguments.before:
            setting = SETTINGS["default"] | {"PYTHONPATH": arguments.before}
            workers["before"] = stack.enter_context(Worker(arguments.model, setting, arguments.threads))
        workers |= {
            name: stack.enter_context(Worker(arguments.model, SETTINGS[name], arguments.threads))
            for name in arguments.settings
        }
        print(f"{arguments.threads} threads, {arguments.rounds} rounds\n\nas the machine is:")
        measure(workers, arguments.rounds, arguments.best)
        if arguments.busy:
            print(f"\nnext to {arguments.busy} busy loops:")
            with busy_loops(arguments.busy):
                measure(workers, arguments.rounds, arguments.best)
    return None


if __name__ == "__main__":
    main()
