"""Measure the cost of averaging over rotations: time against one evaluation, peak memory, and i-PI's `ffrotations`.

    python benchmarks/rotations.py [--model water] [--threads 2] [--repeats 5] [--atoms 3 192 1536]

Everything is measured alternately in one run, since machines drift: for each system, `repeats` rounds of (one
evaluation in the lab frame, one over k rotations, for each k), and medians of the ratios round by round. Peak memory is
that of separate processes, as counted by the kernel (VmHWM), at the default budget of a chunk. The last table compares
MD steps of i-PI with `ffrotations`, which sends the rotations one by one to a bare driver, and with a driver that
averages over as many (`random:k`) itself.
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
from pathlib import Path

import torch
from ase import Atoms
from ase.io import read

import tumble
from tumble import _core
from tumble.demo.inputs import LAMMPS_LIQUID, LAMMPS_MOLECULE, find_inputs
from tumble.structures import to_graph

#: Default budget of a chunk on a CPU, MB.
MEMORY = 64.0
SETS = ("tetrahedral", "octahedral", "icosahedral", "icosahedral+inversion")
#: i-PI's Gauss-Legendre grids: order and number of rotations, L (2L - 1)².
LEGENDRE = {2: 18, 3: 75}

IPI = """
<simulation verbosity='high'>
  <total_steps>{steps}</total_steps>
  {forcefield}
  <output prefix='simulation'><properties filename='p' stride='1000'>[step]</properties></output>
  <system>
    <initialize nbeads='1'>
      <file mode='xyz'>structure.xyz</file><velocities mode='thermal' units='kelvin'>300</velocities>
    </initialize>
    <forces><force forcefield='{name}'/></forces>
    <motion mode='dynamics'><dynamics mode='nve'><timestep units='femtosecond'>0.1</timestep></dynamics></motion>
  </system>
</simulation>
"""
SOCKET = "<ffsocket name='model' mode='unix' pbc='False'><address>{address}</address><latency>1e-4</latency></ffsocket>"
ROTATIONS = """
<ffrotations name='rotations'>
  {socket} <grid_mode>legendre</grid_mode> <grid_order>{order}</grid_order>
</ffrotations>
"""


def system(atoms: int) -> Atoms:
    """Return one molecule, the box of 64 molecules, or 8 of these boxes."""
    files = LAMMPS_MOLECULE if atoms == 3 else LAMMPS_LIQUID
    structure = read(find_inputs(None) / files.data, format="lammps-data", atom_style="atomic")
    structure.pbc = atoms != 3
    times = round((atoms / len(structure)) ** (1 / 3))
    structure = structure * (times, times, times)
    if len(structure) != atoms:
        raise SystemExit(f"`--atoms`: expected 3 or 192 n³, got {atoms}")
    return structure


def cost(path: str, atoms: int, repeats: int) -> None:
    """Return the time over k rotations relative to k evaluations in the lab frame."""
    potential = tumble.load(path, "cpu", check=False)
    graph = to_graph([system(atoms)], potential.metadata.species, potential.metadata.cutoff)
    frames = {name: [_core.Symmetrizer(name).frames()] for name in SETS}

    def seconds(of: list[_core.Frames], count: int) -> float:
        start = time.perf_counter()
        for _ in range(count):
            potential.evaluate(graph, of)
        return (time.perf_counter() - start) / count

    seconds([], 5 if atoms < 1000 else 1)
    count = max(1, int(0.2 / seconds([], 1)))
    rounds = []
    for _ in range(repeats):
        # each set next to its own evaluation in the lab frame
        rounds.append({name: (seconds([], count), seconds(frames[name], max(1, count // 4))) for name in SETS})
    single = statistics.median(pair[0] for one in rounds for pair in one.values())
    print(f"{atoms:5d} atoms, {len(graph.reverse):6d} edges: {1e3 * single:8.2f} ms in the lab frame")
    for name in SETS:
        k = len(frames[name][0])
        ratio = statistics.median(one[name][1] / one[name][0] for one in rounds)
        print(f"    {name:22} k = {k:4d}   {ratio:7.2f} evaluations' time   {ratio / k:6.3f} k")


def budgets(path: str, atoms: int, repeats: int) -> None:
    """Return the time over twelve rotations relative to twelve evaluations, for several budgets of a chunk."""
    frames = [_core.Symmetrizer("tetrahedral").frames()]
    for memory in (32.0, 64.0, 128.0, 256.0, 1024.0):
        potential = tumble.load(path, "cpu", check=False, memory=memory)
        graph = to_graph([system(atoms)], potential.metadata.species, potential.metadata.cutoff)
        ratios = []
        potential.evaluate(graph)
        for _ in range(repeats):
            start = time.perf_counter()
            for _ in range(4):
                potential.evaluate(graph)
            middle = time.perf_counter()
            potential.evaluate(graph, frames)
            ratios.append((time.perf_counter() - middle) / (middle - start) / 3)
        print(f"{atoms:5d} atoms, memory {memory:6.0f} MB: {statistics.median(ratios):6.3f} k")


MEMORY_PROCESS = """
import re, sys
import tumble
from tumble import _core
from tumble.structures import to_graph
sys.path.insert(0, {folder!r})
from rotations import system
potential = tumble.load({path!r}, "cpu", check=False)
graph = to_graph([system({atoms})], potential.metadata.species, potential.metadata.cutoff)
before = int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1])
for _ in range(3):
    potential.evaluate(graph, [_core.Symmetrizer("random:{frames}", seed=1).frames()])
print(before, int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]))
"""


def memory(path: str, atoms: int) -> None:
    """Return the peak memory with 120 rotations and with one full chunk."""
    potential = tumble.load(path, "cpu", check=False)
    edges = len(to_graph([system(atoms)], potential.metadata.species, potential.metadata.cutoff).reverse)
    budget = 1024.0**2 * MEMORY / potential.metadata.bytes_per_edge
    in_chunk = min(max(1, int(budget / edges)), 120)
    peaks = {}
    for frames in sorted({1, in_chunk, 120}):
        code = MEMORY_PROCESS.format(folder=str(Path(__file__).parent), path=path, atoms=atoms, frames=frames)
        run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        before, after = (int(word) / 1024 for word in run.stdout.split())
        peaks[frames] = after
        print(
            f"{atoms:5d} atoms, {frames:4d} frames: peak {after:7.0f} MB ({before:.0f} MB before the first evaluation)"
        )
    print(f"    120 frames against one chunk of {in_chunk}: {peaks[120] / peaks[in_chunk]:.3f}")


def ipi_step(path: str, atoms: Atoms, folder: Path, order: int, *, own: bool, steps: int) -> float:
    """Return the median seconds of an MD step."""
    folder.mkdir()
    address = f"tumble-rotations-{os.getpid()}-{order}-{own:d}"
    atoms.write(folder / "structure.xyz", plain=True)
    lengths = " ".join(f"{x:.6f}" for x in (atoms.cell.lengths() if atoms.pbc.all() else (90, 90, 90)))
    lines = (folder / "structure.xyz").read_text().split("\n")
    lines[1] = f"# CELL(abcABC): {lengths} 90 90 90 cell{{angstrom}} positions{{angstrom}}"
    (folder / "structure.xyz").write_text("\n".join(lines))
    atoms.write(folder / "structure.extxyz")
    socket = SOCKET.format(address=address)
    forcefield = socket if own else ROTATIONS.format(socket=socket, order=order)
    xml = IPI.format(steps=steps, forcefield=forcefield, name="model" if own else "rotations")
    (folder / "input.xml").write_text(xml)
    scripts = Path(sys.executable).parent
    drive = [scripts / "tumble", "drive", path, "--unix", address, "--structure", "structure.extxyz", "--device", "cpu"]
    drive += ["--check", "no", "--periodic", "xyz" if atoms.pbc.all() else "none"]
    drive += ["--symmetrize", f"random:{LEGENDRE[order]}", "--seed", "1"] if own else []
    with open(folder / "driver.log", "w") as log, open(folder / "ipi.log", "w") as output:
        server = subprocess.Popen([scripts / "i-pi", "input.xml"], cwd=folder, stdout=output, stderr=output)
        driver = subprocess.Popen(drive, cwd=folder, stdout=log, stderr=log)
        server.wait(1200)
        driver.wait(60)
    times = [float(t) for t in re.findall(r"t/step: *(\S+)", (folder / "ipi.log").read_text())]
    if len(times) < steps - 1:
        raise RuntimeError((folder / "ipi.log").read_text()[-2000:] + (folder / "driver.log").read_text()[-2000:])
    return statistics.median(times[2:])


def against_ipi(path: str, repeats: int) -> None:
    """Compare the same number of rotations, sent one by one by i-PI or generated in the driver."""
    with tempfile.TemporaryDirectory() as name:
        for atoms, steps, orders in ((3, 40, (2, 3)), (192, 6, (2,))):
            for order in orders:
                rounds = []
                for repeat in range(repeats):
                    pair = []
                    for own in (False, True):
                        folder = Path(name) / f"{atoms}-{order}-{repeat}-{own:d}"
                        pair.append(ipi_step(path, system(atoms), folder, order, own=own, steps=steps))
                    rounds.append(pair)
                theirs, ours = (statistics.median(column) for column in zip(*rounds, strict=True))
                ratio = statistics.median(a / b for a, b in rounds)
                print(
                    f"{atoms:5d} atoms, {LEGENDRE[order]:3d} rotations: ffrotations {1e3 * theirs:8.1f} ms per step, "
                    f"in the driver {1e3 * ours:8.1f} ms: {ratio:.1f} times faster"
                )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="water")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--atoms", type=int, nargs="+", default=[3, 192, 1536])
    arguments = parser.parse_args()
    path = str(Path(_core.find_model(arguments.model)).resolve())
    torch.set_num_threads(arguments.threads)
    os.environ["OMP_NUM_THREADS"] = str(arguments.threads)
    print(f"{path}, {arguments.threads} threads, torch {torch.__version__}, medians of {arguments.repeats} rounds\n")
    for atoms in arguments.atoms:
        cost(path, atoms, arguments.repeats if atoms < 1000 else 1)
    print("\nbudgets:")
    budgets(path, 192, arguments.repeats)
    print("\npeak memory of the whole process:")
    for atoms in arguments.atoms[:2]:
        memory(path, atoms)
    print("\nMD steps of i-PI:")
    against_ipi(path, min(arguments.repeats, 3))


if __name__ == "__main__":
    main()
