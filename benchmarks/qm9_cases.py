"""The cases of the study of QM9: networks with several sets of degrees l, and PET; see docs/irreps.md."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from tumble.models import Equivariant, EquivariantConfig

SPECIES = ("H", "C", "N", "O")
CUTOFF = 5.0
SETS = ((0,), (0, 1), (0, 2), (0, 1, 2), (0, 3, 4), (0, 1, 2, 3, 4))
DEGREES = tuple("".join(map(str, each)) for each in SETS)
SIZES = (1000, 3000, 10000)
SEEDS = (1, 2, 3)
PARAMETERS = 60_000
CHANNELS = 24  # of each degree, where these are equal
LAYERS = 3
BATCH = 16  # molecules in one step
RATE = 5e-3
OTHER_RATES = (2.5e-3, 1e-2)  # for one seed, to see whether the common rate is fair
CHECKED_SIZE = 3000  # of the trainings with other rates, with equal channels, and of PET without rotations
# 60 000 parameters, too.
PET = {"kind": "pet", "width": 40, "heads": 4, "radial": 16, "feedforward": 68, "message_layers": LAYERS}


@dataclass(frozen=True)
class Case:
    """One training.

    Attributes:
        target: ``energy`` or ``dipole``.
        model: Degrees, such as ``012``, or ``pet`` or ``pet-fixed`` (without random rotations).
        equal: What is equal among the sets of degrees: ``parameters`` or ``channels``.
        size: Number of molecules to train on.
        seed: Seed of weights and order.
        rate: Learning rate.
    """

    target: str
    model: str
    equal: str
    size: int
    seed: int
    rate: float = RATE

    @property
    def name(self) -> str:
        rate = "" if self.rate == RATE else f"-rate-{self.rate:g}"
        return f"{self.target}-{self.equal}-{self.size}-{self.model}-{self.seed}{rate}"

    @property
    def outputs(self) -> tuple[str, ...]:
        return ("dipole",) if self.target == "dipole" else ()

    @property
    def is_pet(self) -> bool:
        return self.model.startswith("pet")


def cases() -> Iterator[Case]:
    """Yield all cases: first the tables of one size, then the learning curves, seed after seed."""
    for seed in SEEDS:
        yield from energies(CHECKED_SIZE, seed)
    for seed in SEEDS:
        yield from dipoles(CHECKED_SIZE, seed)
    for seed, model in itertools.product(SEEDS, DEGREES):
        yield Case("energy", model, "channels", CHECKED_SIZE, seed)
    for rate, model in itertools.product(OTHER_RATES, (DEGREES[0], DEGREES[-1], "pet")):
        yield Case("energy", model, "parameters", CHECKED_SIZE, SEEDS[0], rate)
    for seed in SEEDS:
        for size in (10000, 1000):
            yield from energies(size, seed)
            yield from dipoles(size, seed)


def energies(size: int, seed: int) -> Iterator[Case]:
    fixed = ("pet-fixed",) if size == CHECKED_SIZE else ()
    for model in (*DEGREES, "pet", *fixed):
        yield Case("energy", model, "parameters", size, seed)


def dipoles(size: int, seed: int) -> Iterator[Case]:
    for model in DEGREES:
        yield Case("dipole", model, "parameters", size, seed)


@cache
def channels(degrees: tuple[int, ...], outputs: tuple[str, ...]) -> int:
    """Return the number of channels with which a network comes closest to the common number of parameters."""

    def distance(number: int) -> int:
        sizes = EquivariantConfig(SPECIES, CUTOFF, degrees, (number,), LAYERS, radial_width=32, outputs=outputs)
        network = Equivariant(sizes)
        return abs(sum(each.numel() for each in network.parameters()) - PARAMETERS)

    return min(range(4, 80), key=distance)


def configuration(case: Case, steps: int) -> dict[str, Any]:
    """Return the configuration of a training, with file names relative to the folder of the study."""
    if case.is_pet:
        model: dict[str, Any] = dict(PET)
    else:
        degrees = tuple(map(int, case.model))
        number = channels(degrees, case.outputs) if case.equal == "parameters" else CHANNELS
        model = {"kind": "equivariant", "degrees": list(degrees), "channels": [number]}
        model |= {"layers": LAYERS, "radial_width": 32, "outputs": list(case.outputs)}
    model |= {"species": list(SPECIES), "cutoff": CUTOFF}
    labels = {"energy": "U0_atom"}
    loss = {"energy": 1.0, "forces": 0.0}
    if case.target == "dipole":
        labels |= {"dipole": "mu", "dipole_unit": "debye"}
        loss = {"energy": 0.0, "forces": 0.0, "dipole": 1.0}
    stage = {"name": "training", "data": {"qm9": 1}, "steps": steps, "batch": BATCH, "learning_rate": case.rate}
    return {
        "seed": case.seed,
        "split_seed": 1,
        "threads": 1,
        "device": "cpu",
        "compile": not case.is_pet,  # PET gains nothing here on one core
        "validate_every": 10**9,
        "rotate": case.model == "pet",
        "model": model,
        "data": {"qm9": {"path": "training.extxyz", **labels, "train": case.size}},
        "loss": loss,
        "optimizer": {"name": "muon", "weight_decay": 0.01, "clip": 2.0, "average": 0.995},
        "stages": [stage],
    }
