"""Time metatrain's PET on request: the part of benchmarks/pet.py that runs in metatrain's environment.

The script reads one JSON object per line from standard input and answers each with one on standard output:

    {"do": "load", "hypers": {...}}                         -> {"parameters": count}
    {"do": "evaluate", "structures": FILE, "count": n}      -> {"seconds": of one evaluation}
    {"do": "train", "hypers": {...}, "frames": FILE, "batch": b, "steps": n}  -> {"seconds": of one step}

An evaluation is energy and forces through `MetatomicCalculator` with its defaults, which keep a neighbor list with
a skin of 2 Å and also compute the stress of periodic systems. A training is that of `mtt train`, unmodified:
torch calls a hook after each step of an optimizer, and the time of a step is that between two of these calls,
including metatrain's work for a batch (its loader builds the neighbor list and turns the structures at random).
"""

from __future__ import annotations

import argparse
import ctypes
import itertools
import json
import os
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from ase import Atoms
from ase.io import read
from metatomic_ase import MetatomicCalculator
from metatrain.cli.train import train_model
from metatrain.pet import PET
from metatrain.utils.architectures import get_default_hypers
from metatrain.utils.data import DatasetInfo
from metatrain.utils.data.target_info import get_energy_target_info
from metatrain.utils.errors import ArchitectureError
from omegaconf import OmegaConf
from torch.optim.optimizer import register_optimizer_step_post_hook


class EndOfTiming(Exception):  # noqa: N818 - nothing went wrong
    """Signal the end of the timed steps of a training."""


class Evaluations:
    """A model with random weights and its ASE calculator."""

    def __init__(self, hypers: dict[str, Any], folder: Path) -> None:
        torch.manual_seed(0)
        energy = get_energy_target_info(
            "energy", {"quantity": "energy", "unit": "eV"}, add_position_gradients=True
        )  # as training with forces would have it
        info = DatasetInfo(length_unit="angstrom", atomic_types=[1, 8], targets={"energy": energy})
        model = PET({**get_default_hypers("pet")["model"], **hypers}, info)
        self.parameters = sum(parameter.numel() for parameter in model.parameters())
        model.export().save(str(folder / "model.pt"))
        self.path = folder / "model.pt"
        self.structures: dict[str, tuple[Atoms, Iterator[Any]]] = {}

    def seconds(self, structures: str, count: int) -> float:
        if structures not in self.structures:
            frames = read(structures, index=":")
            atoms = frames[0].copy()
            atoms.calc = MetatomicCalculator(self.path, device="cpu")
            self.structures = {structures: (atoms, itertools.cycle([frame.positions for frame in frames]))}
        atoms, positions = self.structures[structures]
        start = time.perf_counter()
        for _ in range(count):
            atoms.positions = next(positions)
            atoms.get_forces()
            atoms.get_potential_energy()
        return (time.perf_counter() - start) / count


def seconds_per_step(hypers: dict[str, Any], frames: str, batch: int, steps: int) -> float:
    """Median over steps of a new training; the first one, which allocates memory, isn't counted."""
    targets = {"energy": {"unit": "eV", "key": "energy", "forces": {"key": "forces"}}}
    data = {"systems": {"read_from": frames, "length_unit": "angstrom"}, "targets": targets}
    options = {
        "seed": 0,
        "device": "cpu",
        "base_precision": 32,
        "architecture": {"name": "pet", "model": hypers, "training": {"batch_size": batch, "num_epochs": 1}},
        "training_set": data,
        "validation_set": data,
        "test_set": 0.0,
    }
    ends: list[float] = []

    def note(*_: object) -> None:
        ends.append(time.perf_counter())
        if len(ends) == steps + 2:
            raise EndOfTiming

    hook = register_optimizer_step_post_hook(note)
    try:
        with tempfile.TemporaryDirectory() as folder:
            train_model(OmegaConf.create(options), output=Path(folder) / "trained.pt", checkpoint_dir=folder)
    except ArchitectureError as error:
        if not isinstance(error.__cause__, EndOfTiming):
            raise
    finally:
        hook.remove()
    return statistics.median(later - earlier for earlier, later in itertools.pairwise(ends[1:]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, required=True)
    torch.set_num_threads(parser.parse_args().threads)
    warnings.simplefilter("ignore")
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # output of libraries must not mix with the answers
    evaluations: Evaluations | None = None
    with tempfile.TemporaryDirectory() as name:
        for line in sys.stdin:
            request = json.loads(line)
            work = request.pop("do")
            if work == "load":
                evaluations = Evaluations(**request, folder=Path(name))
                answer: dict[str, Any] = {"parameters": evaluations.parameters}
            elif work == "evaluate":
                assert evaluations is not None
                answer = {"seconds": evaluations.seconds(**request)}
            else:
                answer = {"seconds": seconds_per_step(**request)}
                ctypes.CDLL("libc.so.6").malloc_trim(0)  # the memory is needed by the other process now
            print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
