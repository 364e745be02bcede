"""Measure the parts of the time of a training step, and the gain from compiling it.

    python benchmarks/training_step.py [--threads 1] [--steps 20] [--batch 1] [--compile]

Steps of the small model (inputs/training/water-pretraining.yaml) on frames of 192 atoms with random labels, by the
trainer of `tumble train`. Its parts are timed where the trainer calls them: the batch (choice, rotations, joining),
energies and forces, backward, optimizer, average of the weights. With `--compile`, compiled and plain steps alternate
in the same process, and the ratio is that of the medians; compiling itself is timed separately. Validation,
checkpoints and reading are excluded.
"""

from __future__ import annotations

import argparse
import dataclasses
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from ase.calculators.singlepoint import SinglePointCalculator
from ase.io import read, write

from tumble.demo.inputs import LAMMPS_LIQUID, find_inputs
from tumble.train import read_config
from tumble.train.sections import DataConfig, StageConfig
from tumble.train.trainer import Trainer

CONFIG = Path(__file__).parents[1] / "inputs" / "training" / "water-pretraining.yaml"
FRAMES = 8


class Laps:
    """Wrap functions and add up the time of each, by name."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)

    def timed(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(*arguments: Any, **keywords: Any) -> Any:
            started = time.perf_counter()
            result = function(*arguments, **keywords)
            self.seconds[name] += time.perf_counter() - started
            return result

        return wrapper


def write_frames(path: Path) -> None:
    """Write frames of liquid water with small displacements, and random energies and forces."""
    rng = np.random.default_rng(0)
    frames = []
    for _ in range(FRAMES):
        atoms = read(find_inputs(None) / LAMMPS_LIQUID.data, format="lammps-data", atom_style="atomic")
        atoms.rattle(0.05, rng=rng)
        atoms.calc = SinglePointCalculator(atoms, energy=rng.normal(), forces=rng.normal(size=(len(atoms), 3)))
        frames.append(atoms)
    write(path, frames, format="extxyz")


def trainer(folder: Path, batch: int, threads: int, compile_steps: bool) -> Trainer:
    """Return a trainer at step zero."""
    stage = StageConfig(name="timing", data={"random": 1}, steps=10**6, batch=batch, learning_rate=1e-5)
    config = dataclasses.replace(
        read_config(CONFIG),
        data={"random": DataConfig(path=folder / "frames.extxyz")},
        stages=(stage,),
        threads=threads,
        compile=compile_steps,
    )
    return Trainer(config, folder / ("compiled" if compile_steps else "plain"))


def wrap(of: Trainer) -> Laps:
    """Time the parts of a step."""
    laps = Laps()
    of.sampler.batch = laps.timed("batch", of.sampler.batch)  # type: ignore[method-assign]
    of.predict = laps.timed("energies and forces", of.predict)
    of.average.update_parameters = laps.timed("average of the weights", of.average.update_parameters)
    for optimizer in of.optimizers:
        optimizer.step = laps.timed("optimizer", optimizer.step)  # type: ignore[method-assign]
    return laps


def step(of: Trainer) -> float:
    """Make a step and return its seconds."""
    started = time.perf_counter()
    of.train_step(of.config.stages[0], 0.5)
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=1, help="(default: %(default)s)")
    parser.add_argument("--steps", type=int, default=20, help="that are timed (default: %(default)s)")
    parser.add_argument("--batch", type=int, default=1, help="frames in a step (default: %(default)s)")
    parser.add_argument("--compile", action="store_true", help="compare with compiled steps")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    with tempfile.TemporaryDirectory(prefix="tumble-training-step-") as temporary:
        folder = Path(temporary)
        write_frames(folder / "frames.extxyz")
        names = ["plain", "compiled"] if arguments.compile else ["plain"]
        kinds = {name: trainer(folder, arguments.batch, arguments.threads, name == "compiled") for name in names}
        for name, one in kinds.items():
            first = step(one)
            step(one)
            print(f"{name}: first step {first:.1f} s")
        laps = {name: wrap(one) for name, one in kinds.items()}
        backward = torch.autograd.backward
        seconds: dict[str, list[float]] = {name: [] for name in kinds}
        for _ in range(arguments.steps):
            for name, one in kinds.items():
                torch.autograd.backward = laps[name].timed("backward", backward)
                seconds[name].append(step(one))
        torch.autograd.backward = backward
    for name, values in seconds.items():
        median = 1e3 * statistics.median(values)
        print(f"{name}: {median:.0f} ms per step of {arguments.batch} frames, median of {len(values)}")
        for part, spent in laps[name].seconds.items():
            print(f"  {part:24}{100 * spent / sum(values):6.1f} %")
        print(f"  {'rest (loss, clipping)':24}{100 * (1 - sum(laps[name].seconds.values()) / sum(values)):6.1f} %")
    if arguments.compile:
        ratio = statistics.median(seconds["plain"]) / statistics.median(seconds["compiled"])
        print(f"plain / compiled: {ratio:.2f}")


if __name__ == "__main__":
    main()
