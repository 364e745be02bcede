"""Measure the speed of PET, evaluations and training, against a matrix product and against the PET of metatrain.

    python benchmarks/pet.py [--metatrain PYTHON] [--threads 2] [--repeats 7] [--sizes small published] [--json FILE]

Everything is measured in one run, in alternating order, since machines drift: medians of `repeats`
rounds, and of the ratios round by round. Weights are random, all is float32, `small` has the size of the shipped model
and `published` the size of the published PET.

Evaluations give energy and forces of 3, 192 and 1536 atoms of water. `core` is the core alone, on a graph made in
advance; `ASE` is `tumble.Calculator`, including the neighbor list. Eight structures that differ by a small random
displacement alternate, so that nothing can be reused from one evaluation to the next.

FLOP are those of the matrix products of forward pass and gradient with respect to the edge vectors (one
multiply-add is two), counted by torch's FlopCounterMode on the network in Python, whose attention is padded;
products of attention are scaled down to the tokens that exist. Nothing else is counted, in particular no recomputation
in a backward pass. The reference is a product of two square matrices in torch on the same threads.

`metatrain` is the same size of network in a separate environment (benchmarks/pet_metatrain.py), as its users
would run it: exported, through its ASE calculator. Its pre-norm layer has no perceptron of the atom's token
and its readouts have one hidden layer more; widths, heads, layers, cutoff, norms and activation are the same.

Training is frames of 192 atoms per second, with random energies and forces as labels and Adam(W), each by its own
trainer: everything between two steps of the optimizer, including batches, excluding set-up and validation.
A batch of 4 at the published size needs more than 14 GB in metatrain.

With several threads the machine must be idle, since any other load slows threads that wait for each other. With
one thread the ratios also hold on a busy machine.
"""

from __future__ import annotations

import argparse
import ctypes
import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator
from ase.io import read, write
from ranks import export
from torch.utils.flop_counter import FlopCounterMode

import tumble
from tumble import _core
from tumble.autograd import inputs
from tumble.demo.inputs import LAMMPS_LIQUID, LAMMPS_MOLECULE, find_inputs
from tumble.models.pet import Pet, PetConfig
from tumble.structures import to_graph
from tumble.train.config import DataConfig, StageConfig, TrainConfig, read_config
from tumble.train.model_section import read_model
from tumble.train.trainer import Trainer

FOLDER = Path(__file__).parents[1] / "build" / "pet-benchmark"
PUBLISHED = Path(__file__).parents[1] / "inputs" / "training" / "pet-published.yaml"
ENVIRONMENT = """\
metatrain isn't measured; make an environment for it, and give its Python by --metatrain FOLDER/bin/python:
    python3.11 -m venv FOLDER
    FOLDER/bin/pip install torch==2.13.0 --index-url https://download.pytorch.org/whl/cpu
    FOLDER/bin/pip install "metatrain[pet]==2026.4.1"
"""
STRUCTURES = 8  # evaluated in turn
TRAINING_STEPS = 2  # in a round


class Metatrain:
    """metatrain's PET in a separate process; benchmarks/pet_metatrain.py lists its commands."""

    def __init__(self, python: str, threads: int) -> None:
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        environment["OMP_NUM_THREADS"] = str(threads)
        command = [python, str(Path(__file__).with_name("pet_metatrain.py")), "--threads", str(threads)]
        self.log = FOLDER / "metatrain.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
            )

    def ask(self, **request: Any) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"metatrain's process ended, see {self.log}")
        found: dict[str, Any] = json.loads(answer)
        return found


def shipped_size() -> PetConfig:
    metadata = _core.read_metadata(_core.find_model("water"))
    sizes = json.loads(metadata.to_json())["provenance"]["configuration"]["model"]
    config = read_model(sizes, "model", Path())
    assert isinstance(config, PetConfig)
    return config


def published_size() -> PetConfig:
    size = read_config(PUBLISHED).model
    assert size is not None
    return size


def metatrain_hypers(config: PetConfig) -> dict[str, Any]:
    """Return the hyperparameters of the same network in metatrain."""
    return {
        "cutoff": config.cutoff,
        "cutoff_width": config.cutoff_width,
        "d_pet": config.width,
        "d_node": config.width,
        "d_head": config.width,
        "d_feedforward": config.feedforward,
        "num_heads": config.heads,
        "num_gnn_layers": config.message_layers,
        "num_attention_layers": config.attention_layers,
        "normalization": "LayerNorm",
        "activation": "SiLU",
        "transformer_type": "PreLN",
        "featurizer_type": "residual",
    }


def water(count: int) -> Atoms:
    """Return a molecule in free space, or periodic liquid of 192 or 1536 atoms."""
    data = find_inputs(None) / (LAMMPS_MOLECULE if count == 3 else LAMMPS_LIQUID).data
    atoms = read(data, format="lammps-data", atom_style="atomic")
    assert isinstance(atoms, Atoms)
    if count == 3:
        atoms.pbc = False
        atoms.cell = None
    return atoms.repeat(2) if count == 1536 else atoms


def moved(atoms: Atoms, count: int, size: float) -> list[Atoms]:
    """Return copies with normal displacements of this size, Å."""
    random = np.random.default_rng(0)
    copies = [atoms.copy() for _ in range(count)]
    for copy in copies:
        copy.positions += random.normal(scale=size, size=copy.positions.shape)
    return copies


def flop(network: Pet, graph: _core.Graph) -> float:
    """Return the FLOP of energy and forces, for the tokens that exist."""
    arguments = inputs(graph, torch.float32)
    vectors = arguments.edge_vectors * 1.0  # the counter fails for a gradient with respect to a leaf
    with FlopCounterMode(display=False) as counter:
        energy = network(vectors, arguments.edge_index, arguments.reverse, arguments.species)["energy"]
        torch.autograd.grad(energy.sum(), vectors)
    in_attention = counter.get_flop_counts()["Global"][torch.ops.aten.bmm]
    tokens = 1 + np.bincount(graph.edge_index[0], minlength=len(graph.species))
    existing = float(np.square(tokens).sum()) / (len(tokens) * int(tokens.max()) ** 2)
    return counter.get_total_flops() - (1.0 - existing) * in_attention


def seconds(work: Callable[[], object], count: int) -> float:
    start = time.perf_counter()
    for _ in range(count):
        work()
    return (time.perf_counter() - start) / count


def release_memory() -> None:
    """Give unused memory back to the system, since another process needs it next."""
    ctypes.CDLL("libc.so.6").malloc_trim(0)


def take_turns(works: dict[str, Callable[[], float]], repeats: int) -> dict[str, list[float]]:
    """Return the times of each piece of work in each round; every second round is in reverse order."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for k in range(repeats):
        for name in list(works)[:: 1 if k % 2 == 0 else -1]:
            times[name].append(works[name]())
    return times


def timed(evaluate: Callable[[int], float]) -> Callable[[], float]:
    """Warm up, and choose how many evaluations make a third of a second.

    Args:
        evaluate: Function that makes a number of evaluations and returns the time of one, s.
    """
    evaluate(3)  # metatrain's executor compiles in the first two
    count = max(1, int(0.3 / evaluate(1)))
    return lambda: evaluate(count)


def ratio(times: dict[str, list[float]], above: str, below: str) -> float:
    return statistics.median(a / b for a, b in zip(times[above], times[below], strict=True))


def evaluations(
    network: Pet, path: Path, config: PetConfig, count: int, repeats: int, metatrain: Metatrain | None
) -> dict[str, Any]:
    frames = moved(water(count), STRUCTURES, 0.02)
    graphs = [to_graph([atoms], config.species, config.cutoff) for atoms in frames]
    calculator = tumble.Calculator(path, device="cpu")
    next_graph = itertools.cycle(graphs)
    next_positions = itertools.cycle([atoms.positions for atoms in frames])
    atoms = frames[0].copy()
    atoms.calc = calculator

    def with_ase() -> None:
        atoms.positions = next(next_positions)
        atoms.get_forces()
        atoms.get_potential_energy()

    matrices = torch.randn(2, 2048, 2048, generator=torch.Generator().manual_seed(0))
    works = {
        "core": timed(lambda n: seconds(lambda: calculator.potential.evaluate(next(next_graph)), n)),
        "ase": timed(lambda n: seconds(with_ase, n)),
        "product": timed(lambda n: seconds(lambda: matrices[0] @ matrices[1], n)),
    }
    if metatrain is not None:
        structures = FOLDER / f"water{count}.extxyz"
        write(structures, frames)
        works["metatrain"] = timed(
            lambda n: metatrain.ask(do="evaluate", structures=str(structures), count=n)["seconds"]
        )
    times = take_turns(works, repeats)
    release_memory()
    needed = statistics.mean(flop(network, graph) for graph in graphs)
    share = needed / (2.0 * 2048**3) * ratio(times, "product", "core")
    row = {
        "atoms": count,
        "edges": len(graphs[0].reverse),
        "gflop": needed / 1e9,
        "ms": {name: 1e3 * statistics.median(own) for name, own in times.items() if name != "product"},
        "gflop_per_s": needed / statistics.median(times["core"]) / 1e9,
        "product_gflop_per_s": 2.0 * 2048**3 / statistics.median(times["product"]) / 1e9,
        "share_of_product": share,
        "metatrain_over_ase": ratio(times, "metatrain", "ase") if metatrain is not None else None,
        "seconds": times,
    }
    return row


def print_evaluations(row: dict[str, Any]) -> None:
    ms = row["ms"]
    theirs = ""
    if "metatrain" in ms:
        theirs = f"   metatrain {ms['metatrain']:9.2f} ms, {row['metatrain_over_ase']:5.2f} × ASE"
    print(
        f"  {row['atoms']:5d} atoms {row['edges']:6d} edges   core {ms['core']:9.2f} ms   ASE {ms['ase']:9.2f} ms"
        f"{theirs}   "
        f"{row['gflop']:8.3f} GFLOP, {row['gflop_per_s']:6.1f} GFLOP/s of {row['product_gflop_per_s']:6.1f}, "
        f"{100 * row['share_of_product']:5.1f} %",
        flush=True,
    )


def write_labeled(path: Path, count: int) -> None:
    """Write frames of liquid with random labels."""
    random = np.random.default_rng(0)
    frames = moved(water(192), count, 0.1)
    for atoms in frames:
        forces = random.normal(size=atoms.positions.shape)
        atoms.calc = SinglePointCalculator(atoms, energy=random.normal(), forces=forces)
    write(path, frames)


def training(config: PetConfig, batch: int, threads: int, repeats: int, metatrain: Metatrain | None) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as name:
        frames = Path(name) / "water.extxyz"
        write_labeled(frames, batch * (TRAINING_STEPS + 3))
        stage = StageConfig("timing", {"water": 1}, learning_rate=1e-4, steps=10**6, batch=batch)
        trainer = Trainer(
            TrainConfig(
                model=config, data={"water": DataConfig(frames)}, stages=(stage,), device="cpu", threads=threads
            ),
            Path(name),
        )

        def ours() -> float:
            trainer.train_step(stage, 0.5)  # the first one, which allocates memory, isn't counted, as with metatrain
            time_of_step = statistics.median(
                seconds(lambda: trainer.train_step(stage, 0.5), 1) for _ in range(TRAINING_STEPS)
            )
            release_memory()
            return time_of_step

        works = {"tumble": ours}
        if metatrain is not None:
            request = {"hypers": metatrain_hypers(config), "frames": str(frames), "batch": batch}
            works["metatrain"] = lambda: metatrain.ask(do="train", steps=TRAINING_STEPS, **request)["seconds"]
        times = take_turns(works, repeats)
    return {
        "batch": batch,
        "frames_per_s": {name: batch / statistics.median(own) for name, own in times.items()},
        "tumble_over_metatrain": ratio(times, "metatrain", "tumble") if metatrain is not None else None,
        "seconds": times,
    }


def print_training(row: dict[str, Any]) -> None:
    rates = row["frames_per_s"]
    theirs = ""
    if "metatrain" in rates:
        theirs = f"   metatrain {rates['metatrain']:7.3f} frames/s   ratio {row['tumble_over_metatrain']:5.2f}"
    print(f"  training, batch {row['batch']}   Tumble {rates['tumble']:7.3f} frames/s{theirs}", flush=True)


def measure(config: PetConfig, name: str, arguments: argparse.Namespace, metatrain: Metatrain | None) -> dict[str, Any]:
    torch.manual_seed(0)
    network = Pet(config).eval().requires_grad_(False)
    path = export(network, config.cutoff, config.message_layers, FOLDER / f"{name}.pt")
    parameters = {"tumble": sum(p.numel() for p in network.parameters())}
    if metatrain is not None:
        parameters |= {"metatrain": metatrain.ask(do="load", hypers=metatrain_hypers(config))["parameters"]}
    print(f"{name}: {config}\n  parameters: " + ", ".join(f"{who} {n:,}" for who, n in parameters.items()), flush=True)
    result: dict[str, Any] = {"parameters": parameters, "evaluations": [], "training": []}
    for count in arguments.atoms:
        result["evaluations"].append(evaluations(network, path, config, count, arguments.repeats, metatrain))
        print_evaluations(result["evaluations"][-1])
    for batch in arguments.batches:
        result["training"].append(training(config, batch, arguments.threads, arguments.training_repeats, metatrain))
        print_training(result["training"][-1])
    return result


def parse(words: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=7, help="rounds of evaluations")
    parser.add_argument("--training-repeats", type=int, default=3, help="rounds of training")
    parser.add_argument("--sizes", nargs="+", choices=("small", "published"), default=["small", "published"])
    parser.add_argument("--atoms", nargs="*", type=int, choices=(3, 192, 1536), default=[3, 192, 1536])
    parser.add_argument("--batches", nargs="*", type=int, default=[1, 4], help="of the training; none skips it")
    parser.add_argument("--metatrain", metavar="PYTHON", help="Python of an environment with metatrain")
    parser.add_argument("--json", type=Path, help="file for the results, all rounds included")
    return parser.parse_args(words)


def main() -> None:
    arguments = parse()
    torch.set_num_threads(arguments.threads)
    FOLDER.mkdir(parents=True, exist_ok=True)
    metatrain = Metatrain(arguments.metatrain, arguments.threads) if arguments.metatrain else None
    if metatrain is None:
        print(ENVIRONMENT, file=sys.stderr)
    configs = {"small": shipped_size(), "published": published_size()}
    print(
        f"{arguments.threads} threads, torch {torch.__version__}, medians of {arguments.repeats} rounds "
        f"({arguments.training_repeats} of training), load of the machine before {os.getloadavg()[0]:.1f}"
    )
    results = {name: measure(configs[name], name, arguments, metatrain) for name in arguments.sizes}
    if arguments.json is not None:
        arguments.json.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
