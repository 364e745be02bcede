"""Soak test of i-PI with several drivers: one driver is killed every minute and replaced.

    python benchmarks/soak.py --minutes 60                    # SIGKILL; i-PI doesn't consolidate its messages
    python benchmarks/soak.py --minutes 60 --signal TERM      # SIGTERM, which drivers handle; i-PI's default

Two equal runs of path-integral dynamics go on at the same time, with the same seeds: nobody touches the first, and the
drivers of the second are killed in turn. At the end

1. all numbers that both runs have written must be equal to the last bit: properties, positions, forces, torques of each
   bead. A model on one thread gives each bead, evaluated alone, the same bits in any driver, and i-PI draws its random
   numbers itself. So the beads aren't batched: how many go together depends on time, and on it the last bits;
2. memory and open files of both servers and of the drivers of the first run must not have grown between the second and
   the last quarter of the time, beyond `--growth` MB and no file;
3. the disturbed run must have made steps after the last kill, and no process of either run has ended by itself.

Exit status 1 if one of these fails. i-PI stops by its own file `EXIT`.
"""

from __future__ import annotations

import argparse
import itertools
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from ase import Atoms
from ase.io import read
from ipi_input import ipi_program, write_input

from tumble.demo.inputs import LAMMPS_MOLECULE, find_inputs

SAMPLE = 2.0  # s between samples
SHORTEST = 8 * SAMPLE  # s, of a run
END = 300.0  # s for a program to end, even on a busy machine


@dataclass
class Usage:
    """Samples of one process: seconds since the start, resident memory in MB, number of open files."""

    times: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    files: list[int] = field(default_factory=list)

    def sample(self, process: subprocess.Popen[bytes], now: float) -> None:
        folder = Path(f"/proc/{process.pid}")
        status = (folder / "status").read_text()
        memory = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("RssAnon:")) / 1024
        files = len(list((folder / "fd").iterdir()))
        self.times.append(now)
        self.memory.append(memory)
        self.files.append(files)

    def growth(self, length: float) -> tuple[float, int]:
        """Return how much median memory (MB) and median files have grown from the second to the last quarter."""

        def median(values: list[float] | list[int], first: float, last: float) -> float:
            return statistics.median(
                value for value, now in zip(values, self.times, strict=True) if first * length <= now <= last * length
            )

        memory, files = (median(each, 0.75, 1.0) - median(each, 0.25, 0.5) for each in (self.memory, self.files))
        return memory, round(files)


class Run:
    """i-PI and its drivers, in a folder."""

    def __init__(self, folder: Path, atoms: Atoms, arguments: argparse.Namespace, consolidate: bool) -> None:
        folder.mkdir()
        self.folder, self.arguments = folder, arguments
        self.address = f"tumble-soak-{os.getpid()}-{folder.name}"
        consolidated = f"<consolidate_messages> {consolidate} </consolidate_messages>"
        write_input(folder, atoms, self.address, beads=arguments.beads, options=consolidated)
        self.server = self._start([sys.executable, ipi_program(), "input.xml"], "server.log")
        self.drivers: list[subprocess.Popen[bytes]] = []
        self.numbers = itertools.count(1)  # of the drivers' logs
        self.usage: dict[int, Usage] = {}
        for _ in range(arguments.drivers):
            self.add_driver()

    def __enter__(self) -> Run:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in (self.server, *self.drivers):
            process.kill()
            process.wait()
        Path(f"/tmp/ipi_{self.address}").unlink(missing_ok=True)

    def _start(self, command: list[str], log: str) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"}
        with open(self.folder / log, "wb") as output:
            return subprocess.Popen(command, cwd=self.folder, env=environment, stdout=output, stderr=subprocess.STDOUT)

    def add_driver(self) -> None:
        command = [sys.executable, "-m", "tumble", "drive", self.arguments.model, "--unix", self.address]
        command += ["--structure", "start.xyz", "--periodic", "none", "--device", "cpu", "--check", "no"]
        self.drivers.append(self._start(command, f"driver{next(self.numbers)}.log"))

    def replace(self, index: int, number: signal.Signals) -> None:
        """Kill a driver and start another."""
        driver = self.drivers.pop(index)
        driver.send_signal(number)
        driver.wait(END)
        self.add_driver()

    def ended(self) -> str | None:
        """Return a sentence on a process that ended by itself, None if there is none."""
        for name, process in [("i-PI", self.server), *(("a driver", driver) for driver in self.drivers)]:
            if process.poll() is not None:
                return f"{name} of the {self.folder.name} run ended by itself with status {process.returncode}"
        return None

    def sample(self, now: float) -> None:
        for process in (self.server, *self.drivers):
            if process.poll() is None:
                self.usage.setdefault(process.pid, Usage()).sample(process, now)

    def steps(self) -> int:
        path = self.folder / "out.properties"
        return path.read_bytes().count(b"\n") if path.exists() else 0

    def end(self) -> list[str]:
        """Let i-PI end; return what ended with another status than 0."""
        (self.folder / "EXIT").touch()
        statuses = [process.wait(END) for process in (self.server, *self.drivers)]
        return [f"a program of the {self.folder.name} run ended with status {status}" for status in statuses if status]


def differing(one: Path, other: Path) -> list[str]:
    """Return the outputs that differ, up to the length of the shorter one; also those that are missing or empty."""
    found = []
    for path in sorted(one.glob("out.*")):
        first, second = path.read_bytes(), (other / path.name).read_bytes() if (other / path.name).exists() else b""
        length = min(len(first), len(second))
        if length == 0 or first[:length] != second[:length]:
            found.append(path.name)
    return found


def soak(calm: Run, wild: Run, arguments: argparse.Namespace) -> list[str]:
    """Let both run, kill drivers of the second, and return what is wrong at the end."""
    number = signal.Signals[f"SIG{arguments.signal}"]
    while min(calm.steps(), wild.steps()) < 10:
        for driver in (*calm.drivers, *wild.drivers):
            if driver.poll() is not None:
                return [f"a driver ended with status {driver.returncode} at its start; its log is kept with --keep"]
        time.sleep(0.5)
    start, kills = time.monotonic(), 0
    length = 60.0 * arguments.minutes
    while (now := time.monotonic() - start) < length:
        if (ended := calm.ended() or wild.ended()) is not None:
            return [f"{ended} after {now:.0f} s; its log is kept with --keep"]
        calm.sample(now)
        wild.sample(now)
        if now > (kills + 1) * arguments.every and now < length - arguments.every / 2:
            wild.replace(0, number)
            kills += 1
            after = wild.steps()
        time.sleep(SAMPLE)
    steps = {"undisturbed": calm.steps(), "disturbed": wild.steps()}
    wrong = []
    if kills and wild.steps() < after + 10:
        wrong.append(f"no steps after kill {kills}: the server waits forever")
    wrong += calm.end() + wild.end()
    print(f"{kills} drivers killed by {number.name}, steps: {steps}")
    wrong += growths(calm, wild, length, arguments.growth)
    different = differing(calm.folder, wild.folder)
    print(f"outputs that differ between the runs: {', '.join(different) or 'none'}")
    return wrong + [f"`{name}` differs from the undisturbed run" for name in different]


def growths(calm: Run, wild: Run, length: float, limit: float) -> list[str]:
    """Print and check memory and files of the processes that have lived through all of it."""
    wrong = []
    lasting = [("server, undisturbed", calm, calm.server), ("server, disturbed", wild, wild.server)]
    lasting += [(f"driver {n + 1}, undisturbed", calm, driver) for n, driver in enumerate(calm.drivers)]
    print(f"{'':24}{'memory, MB':>12}{'growth':>10}{'files':>8}{'growth':>10}")
    for name, run, process in lasting:
        usage = run.usage[process.pid]
        memory, files = usage.growth(length)
        print(f"{name:24}{usage.memory[-1]:12.1f}{memory:10.2f}{usage.files[-1]:8d}{files:10d}")
        if memory > limit:
            wrong.append(f"{name}: memory grew by {memory:.2f} MB, more than {limit:g}")
        if files > 0:
            wrong.append(f"{name}: {files} more open files")
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--every", type=float, default=60.0, help="seconds between kills")
    parser.add_argument("--signal", choices=("KILL", "TERM"), default="KILL")
    parser.add_argument("--beads", type=int, default=32)
    parser.add_argument("--drivers", type=int, default=3, help="of each run")
    parser.add_argument("--model", default="water")
    parser.add_argument("--growth", type=float, default=2.0, help="largest growth of memory, MB")
    parser.add_argument("--keep", metavar="DIR", type=Path, help="folder for both runs, else a temporary one")
    arguments = parser.parse_args()
    if arguments.minutes * 60.0 < SHORTEST:
        parser.error(f"--minutes: expected at least {SHORTEST / 60.0:g}, for samples in each quarter")
    atoms = read(find_inputs(None) / LAMMPS_MOLECULE.data, format="lammps-data", atom_style="atomic")
    consolidate = arguments.signal != "KILL"
    with tempfile.TemporaryDirectory(prefix="tumble-soak-") as temporary:
        folder = arguments.keep or Path(temporary)
        folder.mkdir(exist_ok=True)
        with (
            Run(folder / "undisturbed", atoms, arguments, consolidate) as calm,
            Run(folder / "disturbed", atoms, arguments, consolidate) as wild,
        ):
            wrong = soak(calm, wild, arguments)
    for line in wrong:
        print(f"FAILED: {line}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
