"""Measure the time of a step of path-integral dynamics in i-PI, with all ways to evaluate a model.

    python benchmarks/path_integrals.py [--systems monomer:32 64:8] [--rounds 3] [--seconds 2] [--size small|published]
                                        [--metatrain PYTHON] [--kinds ...] [--keep DIR]

One run, in turns, since machines drift: each round runs every kind once, for `--seconds` after some first steps. A
system is `monomer:BEADS` or `MOLECULES:BEADS` of liquid water. All have one thread, and models have random weights in
float32: `small` is the size of the shipped model, `published` that of the published PET.

    batches      `tumble drive` with <batch_size> of all beads
    connections  `tumble drive --connections BEADS`, without batches
    ffdirect     the model in i-PI's process, with batches
    shm          `tumble drive --shm`, with batches
    ase          i-PI's Python driver with the same model as an ASE calculator, one bead after the other
    metatomic    i-PI's metatomic driver with a PET of this size, with batches; needs --metatrain (benchmarks/pet.py)
    floor        i-PI with a client that returns zeros at once, with batches
    model        the evaluation of all beads as one batch, with their neighbor lists, without i-PI

The table has the time of a step, the ratio to model + floor, and how many times as fast as `metatomic` it is: medians
over the rounds, of ratios within a round, with the smallest and the largest.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before torch is loaded

import numpy as np
import torch
from ase import Atoms
from ase.io import read, write
from ipi_input import ipi_program, socket_block, write_input
from pet import metatrain_hypers, published_size, shipped_size
from ranks import export

import tumble
from tumble.demo.inputs import LAMMPS_MOLECULE, find_inputs
from tumble.models.pet import Pet, PetConfig
from tumble.new.systems.liquid import Liquid
from tumble.new.systems.system import Choices
from tumble.structures import to_graph

HERE = Path(__file__).resolve().parent
PATIENCE = 300.0  # s without a step
POLL = 0.001  # s
FIRST = 5  # steps that aren't measured
TIMESTEP = 1e-3  # fs; beads hardly move, since forces of random weights would tear molecules apart


@dataclass(frozen=True)
class Case:
    """What is measured: a structure, a number of beads and the models.

    Attributes:
        name: As the user wrote it.
        atoms: The structure.
        beads: Number of beads.
        model: Model file of Tumble.
        theirs: Model file of metatomic; None without it.
        metatrain: Python of its environment.
        address: Name of the socket.
    """

    name: str
    atoms: Atoms
    beads: int
    model: Path
    theirs: Path | None
    metatrain: str | None

    @property
    def address(self) -> str:
        return f"tumble-beads-{os.getpid()}"

    @property
    def batch(self) -> str:
        return f"<batch_size> {self.beads} </batch_size>" if self.beads > 1 else ""


@dataclass(frozen=True)
class Kind:
    """A way to evaluate: the forcefield of the input, and the command of the driver, which may be none."""

    forcefield: Callable[[Case, Path], str]
    command: Callable[[Case], list[str]] | None


def with_batches(case: Case, folder: Path) -> str:
    return socket_block(case.address, case.batch)


def without_batches(case: Case, folder: Path) -> str:
    return socket_block(case.address)


def with_shared_memory(case: Case, folder: Path) -> str:
    return socket_block(case.address, case.batch, mode="shm")


def direct(case: Case, folder: Path) -> str:
    command = [sys.executable, "-m", "tumble", "ffdirect", str(case.model), *structure_options(case)]
    command += ["--batch-size", str(case.beads), "--device", "cpu"]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True, timeout=PATIENCE).stdout


def structure_options(case: Case) -> list[str]:
    return ["--structure", "start.xyz", "--periodic", "xyz" if case.atoms.pbc.all() else "none"]


def drive(*options: str) -> Callable[[Case], list[str]]:
    def command(case: Case) -> list[str]:
        words = [option.format(address=case.address, beads=case.beads) for option in options]
        return [sys.executable, "-m", "tumble", "drive", str(case.model), *structure_options(case), *words]

    return command


def python_driver(python: str, case: Case, *options: str) -> list[str]:
    return [python, str(Path(ipi_program()).with_name("i-pi-driver-py")), "-u", "-a", case.address, *options]


def ase_driver(case: Case) -> list[str]:
    parameters = f"template=start.extxyz,model={case.model}"
    potential = str(HERE / "ipi_ase_potential.py")
    return python_driver(sys.executable, case, "-m", "custom", "-P", potential, "-o", parameters)


def metatomic_driver(case: Case) -> list[str]:
    assert case.metatrain is not None
    parameters = f"template=start.extxyz,model={case.theirs}"
    return python_driver(case.metatrain, case, "-m", "metatomic", "-o", parameters)


def floor(case: Case) -> list[str]:
    return [sys.executable, str(HERE / "ipi_floor.py"), case.address]


KINDS = {
    "batches": Kind(with_batches, drive("--unix", "{address}", "--device", "cpu")),
    "connections": Kind(without_batches, drive("--unix", "{address}", "--connections", "{beads}", "--device", "cpu")),
    "ffdirect": Kind(direct, None),
    "shm": Kind(with_shared_memory, drive("--shm", "{address}", "--device", "cpu")),
    "ase": Kind(without_batches, ase_driver),
    "metatomic": Kind(with_batches, metatomic_driver),
    "floor": Kind(with_batches, floor),
}


def environment(folder: Path, python: str) -> dict[str, str]:
    """Return the variables of a process; metatrain's environment gets i-PI, and nothing else of this one."""
    kept = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"}
    if python != sys.executable:
        import ipi

        (folder / "ipi-alone").mkdir()
        (folder / "ipi-alone" / "ipi").symlink_to(Path(ipi.__file__).parent)
        kept["PYTHONPATH"] = str(folder / "ipi-alone")
    return kept


def wait_for_socket(case: Case, check: Callable[[], None]) -> None:
    end = time.monotonic() + PATIENCE
    while not Path(f"/tmp/ipi_{case.address}").exists():
        check()
        if time.monotonic() > end:
            raise RuntimeError("i-PI opens no socket")
        time.sleep(POLL)


def step_time(case: Case, kind: Kind, seconds: float, folder: Path) -> float:
    """Return the time of a step in i-PI, s."""
    periodic = case.atoms.copy()
    periodic.pbc = True  # i-PI's class for ASE needs the stress; the cell of the molecule is large
    write(folder / "start.extxyz", periodic)
    for forcefield in (None, kind.forcefield):  # first for start.xyz
        block = None if forcefield is None else forcefield(case, folder)
        write_input(
            folder,
            case.atoms,
            case.address,
            beads=case.beads,
            forcefield=block,
            trajectories=False,
            timestep=TIMESTEP,
        )
    with ExitStack() as stack:
        stack.callback(Path(f"/tmp/ipi_{case.address}").unlink, missing_ok=True)
        running: dict[str, subprocess.Popen[bytes]] = {}

        def start(name: str, command: list[str]) -> None:
            log = stack.enter_context((folder / f"{name}.log").open("wb"))
            running[name] = subprocess.Popen(
                command, cwd=folder, env=environment(folder, command[0]), stdout=log, stderr=subprocess.STDOUT
            )
            stack.callback(running[name].wait)
            stack.callback(running[name].kill)

        def check() -> None:
            for name, process in running.items():
                if process.poll() is not None:
                    text = (folder / f"{name}.log").read_text(errors="replace")
                    raise RuntimeError(f"{name} ended with status {process.returncode}:\n{text[-3000:]}")

        start("i-pi", [sys.executable, ipi_program(), "input.xml"])
        if kind.command is not None:
            wait_for_socket(case, check)
            start("driver", kind.command(case))
        return measure(folder / "out.properties", seconds, check)


def measure(properties: Path, seconds: float, check: Callable[[], None]) -> float:
    """Return the mean time between rows of a table in which all rows have the same length, s."""

    def next_row(size: int) -> int:
        end = time.monotonic() + PATIENCE
        while not properties.exists() or properties.stat().st_size <= size:
            check()
            if time.monotonic() > end:
                raise RuntimeError(f"i-PI made no step in {PATIENCE:g} s")
            time.sleep(POLL)
        return properties.stat().st_size

    size = 0
    while size == 0 or sum(not line.startswith("#") for line in properties.read_text().splitlines()) < FIRST:
        size = next_row(size)
    length = len(properties.read_bytes().splitlines(keepends=True)[-1])
    first = size = next_row(size)
    start = now = time.perf_counter()
    while now - start < seconds:
        size = next_row(size)
        now = time.perf_counter()
    return (now - start) * length / (size - first)


def model_time(case: Case, potential: tumble.Potential, seconds: float) -> float:
    """Return the time of an evaluation of all beads, s; two sets of beads alternate."""
    random = np.random.default_rng(1)
    sets = []
    for _ in range(2):
        beads = [case.atoms.copy() for _ in range(case.beads)]
        for bead in beads:
            bead.positions += 0.03 * random.normal(size=bead.positions.shape)
        sets.append(beads)
    metadata = potential.metadata

    def evaluate(beads: list[Atoms]) -> None:
        potential.evaluate(to_graph(beads, metadata.species, metadata.cutoff))

    for beads in sets:
        evaluate(beads)
    count, start = 0, time.perf_counter()
    while (now := time.perf_counter()) - start < seconds:
        evaluate(sets[count % 2])
        count += 1
    return (now - start) / count


def structure(name: str) -> Atoms:
    """Return a molecule in a large cell, or liquid water."""
    if name == "monomer":
        found = read(find_inputs(None) / LAMMPS_MOLECULE.data, format="lammps-data", atom_style="atomic")
        assert isinstance(found, Atoms)
        found.pbc = False
        return found
    return Liquid().build(name, Choices(equilibration=0.1)).atoms


def export_ours(config: PetConfig, folder: Path) -> Path:
    torch.manual_seed(0)
    network = Pet(config).eval().requires_grad_(False)
    return export(network, config.cutoff, config.message_layers, folder / "pet.pt")


def export_theirs(config: PetConfig, folder: Path, python: str) -> Path:
    """Let metatrain write its own model of the same size."""
    script = "import sys, json, pathlib; from pet_metatrain import Evaluations; "
    script += "Evaluations(json.loads(sys.argv[1]), pathlib.Path(sys.argv[2]))"
    kept = {**os.environ, "PYTHONPATH": str(HERE)}
    done = subprocess.run(
        [python, "-c", script, json.dumps(metatrain_hypers(config)), str(folder)],
        env=kept,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"metatrain made no model:\n{done.stderr[-3000:]}")
    return folder / "model.pt"


def spread(values: list[float]) -> str:
    return f"{statistics.median(values):7.2f} ({min(values):.2f} to {max(values):.2f})"


def print_table(case: Case, times: dict[str, list[float]]) -> None:
    print(f"\n{case.name}: {len(case.atoms)} atoms, {case.beads} beads")
    print(f"{'':14}{'ms':>10}   {'/ (model + floor)':>26}{'times as fast as metatomic':>30}")
    for name, found in times.items():
        line = f"{name:14}{1e3 * statistics.median(found):10.2f}   "
        ratios = ""
        if name not in ("model", "floor") and {"model", "floor"} <= times.keys():
            limits = [sum(pair) for pair in zip(times["model"], times["floor"], strict=True)]
            ratios = spread([time / limit for time, limit in zip(found, limits, strict=True)])
        line += f"{ratios:>26}"
        if "metatomic" in times and name not in ("metatomic", "model", "floor"):
            line += f"{spread([b / a for a, b in zip(found, times['metatomic'], strict=True)]):>30}"
        print(line, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--systems", nargs="+", default=["monomer:32", "64:8"], metavar="NAME:BEADS")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=2.0, help="of each measurement")
    parser.add_argument("--size", choices=("small", "published"), default="small")
    parser.add_argument("--metatrain", metavar="PYTHON", help="of its environment, see benchmarks/pet.py")
    parser.add_argument("--kinds", nargs="+", choices=[*KINDS, "model"], default=[*KINDS, "model"])
    parser.add_argument("--keep", metavar="DIR", type=Path, help="folder for all files, else a temporary one")
    arguments = parser.parse_args()
    kinds = [kind for kind in arguments.kinds if kind != "metatomic" or arguments.metatrain]
    config = shipped_size() if arguments.size == "small" else published_size()
    with tempfile.TemporaryDirectory(prefix="tumble-beads-") as temporary:
        folder = (arguments.keep or Path(temporary)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        model = export_ours(config, folder)
        theirs = export_theirs(config, folder, arguments.metatrain) if "metatomic" in kinds else None
        potential = tumble.load(model, device="cpu")
        for name in arguments.systems:
            kind, beads = name.split(":")
            case = Case(name, structure(kind), int(beads), model, theirs, arguments.metatrain)
            times: dict[str, list[float]] = {kind: [] for kind in kinds}
            for turn in range(arguments.rounds):
                for kind in kinds:
                    if kind == "model":
                        times[kind].append(model_time(case, potential, arguments.seconds))
                        continue
                    place = folder / f"{name.replace(':', '-')}-{kind}-{turn + 1}"
                    place.mkdir()
                    times[kind].append(step_time(case, KINDS[kind], arguments.seconds, place))
            print_table(case, times)
    return 0


if __name__ == "__main__":
    sys.exit(main())
