"""Compare MPI ranks with threads for pair_style tumble, and count the share of the work that is for ghosts.

    python benchmarks/ranks.py [--rounds 5] [--cores 2] [--large]

Liquid water of 192, 1536 and (with --large) 12 288 atoms; the shipped model of two message-passing layers, and the same
network with four layers and random weights, which costs as much as a trained one. For each, `rounds` rounds of MD runs
alternate between one rank on one thread, one rank on all cores, and one rank per core. Printed are the medians of the
times per step, and of the speed-ups over the single core round by round. The share of ghost work is a count of edges,
without timing."""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import warnings
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from ase import Atoms
from ase.io import read

import tumble
from tumble import _core
from tumble.demo.inputs import LAMMPS_LIQUID, find_inputs
from tumble.models.pet import Pet, PetConfig
from tumble.train.model_section import read_model

sys.path.insert(0, str(Path(__file__).parents[1]))  # for the toys of the tests
from tests.support.toys import EdgeHarmonic

BIN = Path(sys.executable).parent
SCRIPT = """
units metal
atom_style atomic
read_data {data}
replicate {copies} {copies} {copies}
mass 1 15.999
mass 2 1.008
pair_style tumble device cpu check no
pair_coeff * * {model} O H
neighbor 0.5 bin
velocity all create 300 1 loop geom
fix 1 all nve
timestep 5e-4
thermo 1000000
run {steps}
"""


@dataclass(frozen=True)
class Box:
    """Number of copies of the box of 64 molecules along each direction, for a run that takes seconds."""

    copies: int
    steps: int

    @property
    def atoms(self) -> int:
        return 192 * self.copies**3


BOXES = [Box(1, 40), Box(2, 6), Box(4, 1)]


def run(box: Box, model: str | Path, ranks: int, threads: int, steps: int) -> str:
    """Return the output of `lmp`."""
    data = find_inputs(None) / LAMMPS_LIQUID.data
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "in.lammps"
        script.write_text(SCRIPT.format(data=data, model=model, copies=box.copies, steps=steps))
        lmp = [str(BIN / "lmp"), "-in", str(script), "-log", "none"]
        command = [str(BIN / "mpirun"), "-np", str(ranks), *lmp] if ranks > 1 else lmp
        environment = {**os.environ, "OMP_NUM_THREADS": str(threads)}
        return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout


def milliseconds_per_step(output: str, steps: int) -> float:
    found = re.search(r"^Loop time of (\S+)", output, re.MULTILINE)
    assert found is not None
    return 1e3 * float(found[1]) / steps


def speed(model: str | Path, depth: int, box: Box, cores: int, rounds: int) -> None:
    layouts = {"1 rank, 1 thread": (1, 1), f"1 rank, {cores} threads": (1, cores), f"{cores} ranks": (cores, 1)}
    times: dict[str, list[float]] = {name: [] for name in layouts}
    for _ in range(rounds):
        for name, (ranks, threads) in layouts.items():
            output = run(box, model, ranks, threads, box.steps)
            times[name].append(milliseconds_per_step(output, box.steps))
    single = times["1 rank, 1 thread"]
    columns = []
    for name, own in times.items():
        ratio = statistics.median(s / t for s, t in zip(single, own, strict=True))
        columns.append(f"{name} {statistics.median(own):8.1f} ms (x {ratio:.2f})")
    print(f"depth {depth}  {box.atoms:6d} atoms   " + "   ".join(columns), flush=True)


def ghost_work(model: Path, depth: int, box: Box) -> None:
    shares = []
    for ranks in (2, 4, 8):
        found = re.search(r"(\S+) % of the model's work was for ghosts", run(box, model, ranks, 1, 0))
        assert found is not None
        shares.append(f"{ranks} ranks {float(found[1]):5.1f} %")
    print(f"depth {depth}  {box.atoms:6d} atoms   " + "   ".join(shares), flush=True)


def export(network: torch.nn.Module, cutoff: float, depth: int, path: Path) -> Path:
    """Write a model file for measurements only."""
    warnings.filterwarnings("ignore", message="`torch.jit")
    liquid = read(find_inputs(None) / LAMMPS_LIQUID.data, format="lammps-data", atom_style="atomic")
    assert isinstance(liquid, Atoms)
    return tumble.export(
        network,
        path,
        name=path.stem,
        species=["O", "H"],
        cutoff=cutoff,
        depth=depth,
        dtype="float32",
        baseline=[0.0, 0.0],
        symmetry={
            "group": "O(3)", "kind": "approximate", "energy_error": None, "force_error": None, "how": "random weights",
        },
        provenance={"data": [], "seeds": {}, "metrics": {}, "configuration": {}},
        licence="BSD-3-Clause",
        citation="none",
        references=[liquid],
    )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--large", action="store_true", help="also time 12 288 atoms")
    arguments = parser.parse_args()
    water = _core.read_metadata(_core.find_model("water"))
    with tempfile.TemporaryDirectory() as folder:
        print("share of the edges evaluated that are ghosts':")
        for depth in (2, 4):
            toy = export(EdgeHarmonic(1, 0, water.cutoff), water.cutoff, depth, Path(folder) / f"toy{depth}.pt")
            for box in BOXES:
                ghost_work(toy, depth, box)
        torch.manual_seed(0)
        sizes = json.loads(water.to_json())["provenance"]["configuration"]["model"]
        config = read_model(sizes, "model", Path())
        assert isinstance(config, PetConfig)
        deep = export(Pet(replace(config, message_layers=4)), water.cutoff, 4, Path(folder) / "deep.pt")
        print(f"\ntime per MD step and speed-up, medians of {arguments.rounds} rounds:")
        for model, depth in (("water", water.depth), (deep, 4)):
            for box in BOXES[: 3 if arguments.large else 2]:
                speed(model, depth, box, arguments.cores, arguments.rounds)


if __name__ == "__main__":
    main()
