"""Errors on held-out frames, and the part of them that is due to the broken symmetry.

The symmetry error of a force component, or of an energy per atom, is |f_R - <f_R>|: the deviation of a single
evaluation, turned back to the lab frame, from the mean over random rotations R. The ratio of its mean to the force MAE
is the number that Langer, Pozdnyakov and Ceriotti (Mach. Learn.: Sci. Technol. 5, 04LT01, 2024) report: 2.0 meV/Å /
16.6 meV/Å = 0.12.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from tumble.accuracy import errors_of
from tumble.rotations import random_rotations
from tumble.train.batches import Batch, collate, grouped, to_device
from tumble.train.config import TrainConfig
from tumble.train.data import Frame
from tumble.train.dipoles import like
from tumble.train.held_out_errors import HeldOutErrors, require_finite, with_symmetry
from tumble.train.prediction import predict
from tumble.train.targets import DIPOLE, ENERGY, FORCES, Target

_EDGES = 10_000  # of a batch: small molecules are evaluated together, larger structures one by one


class HeldOut:
    """The held-out frames of one set, prepared for repeated evaluation."""

    def __init__(
        self,
        frames: Sequence[Frame],
        baseline: Tensor,
        device: torch.device,
        targets: Collection[Target],
        rotations: int = 0,
        seed: int = 0,
    ) -> None:
        """Prepare the graphs on the device.

        Args:
            frames: Frames, at least one.
            baseline: Energy of each species [S], float64, eV.
            device: Device of the model.
            targets: Targets whose errors are measured.
            rotations: Number of rotations for the symmetry error, 0 for none.
            seed: Seed of the rotations.
        """
        self._frames = frames
        self._baseline = baseline
        self._device = device
        self._targets = targets
        self._rotations = rotations
        self._seed = seed
        self._batches = [to_device(collate(group, baseline), device) for group in grouped(frames, _EDGES)]

    def errors(self, model: nn.Module) -> HeldOutErrors:
        """Return the errors of a model in evaluation mode."""
        errors = measure(model, self._batches, self._targets)
        of = FORCES if FORCES in self._targets else ENERGY
        if self._rotations == 0 or of not in self._targets:
            return errors
        found = symmetry_error(model, self._frames, self._baseline, self._device, of, self._rotations, self._seed)
        return with_symmetry(errors, of, found)


def measure(model: nn.Module, batches: Sequence[Batch], targets: Collection[Target]) -> HeldOutErrors:
    """Return a model's errors on batches of frames that aren't rotated.

    Args:
        model: Model in evaluation mode.
        batches: Batches, at least one, with labels of all targets.
        targets: Targets whose errors are measured.
    """
    energy, total, force, dipole = [], [], [], []
    for batch in batches:
        found = predict(model, batch, forces=FORCES in targets)
        of_structures = found.energies.detach() - batch.energies
        total.append(of_structures)
        energy.append(of_structures / batch.counts)
        if found.forces is not None and batch.forces is not None:
            force.append((found.forces.detach() - batch.forces).flatten())
        if DIPOLE in targets and found.dipoles is not None and batch.dipoles is not None:
            exact = like(batch.dipoles, found.dipoles.detach(), batch.structure, width=0.0)
            dipole.append((exact.values - batch.dipoles.values).flatten())
    errors: dict[str, float] = {}
    if ENERGY in targets:
        per_atom = _joined(energy, ENERGY)
        errors |= _named(per_atom, ENERGY)
        errors["energy_mae_shifted"] = errors_of(per_atom - per_atom.mean()).mae
        errors["energy_total_mae"] = errors_of(_joined(total, ENERGY)).mae
    if FORCES in targets:
        errors |= _named(_joined(force, FORCES), FORCES)
    if DIPOLE in targets:
        errors |= _named(_joined(dipole, DIPOLE), DIPOLE)
    return HeldOutErrors(**errors)


def _joined(differences: Sequence[Tensor], target: Target) -> NDArray[np.float64]:
    """Return all differences in the unit of the target."""
    return np.asarray(target.scale * torch.cat(list(differences)).double().cpu().numpy())


def _named(differences: NDArray[np.float64], target: Target) -> dict[str, float]:
    errors = errors_of(differences)
    return {f"{target.metric}_mae": errors.mae, f"{target.metric}_rmse": errors.rmse}


def symmetry_error(
    model: nn.Module,
    frames: Sequence[Frame],
    baseline: Tensor,
    device: torch.device,
    of: Target,
    rotations: int,
    seed: int,
) -> float:
    """Return the mean absolute deviation of energies or force components from their mean over rotations.

    Args:
        model: Model in evaluation mode.
        frames: Frames, at least one; each has random rotations of its own.
        baseline: Energy of each species [S], float64, eV.
        device: Device of the model.
        of: Energies, per atom, or forces.
        rotations: Number of rotations of each frame, proper and improper, at least two.
        seed: Seed of the rotations.

    Returns:
        Mean over frames (or atoms and components) and rotations, in the unit of the target. It is divided by
        sqrt(1 - 1/n), the factor by which the deviation from the mean of n rotations is smaller than that from the mean
        over all rotations.
    """
    total, count = 0.0, 0
    for number, frame in enumerate(frames):
        turns = random_rotations(rotations, np.random.default_rng((seed, number, 2)))
        at_once = max(1, _EDGES // max(1, len(frame.vectors)))
        parts = [_turned_back(model, frame, baseline, device, of, part) for part in _chunks(turns, at_once)]
        stacked = torch.cat(parts)
        total += float((stacked - stacked.mean(dim=0)).abs().sum())
        count += stacked.numel()
    return of.scale * total / count / math.sqrt(1.0 - 1.0 / rotations)


def _turned_back(
    model: nn.Module, frame: Frame, baseline: Tensor, device: torch.device, of: Target, turns: NDArray[np.float64]
) -> Tensor:
    """Return energies per atom, or forces turned back to the lab frame, of a frame in several rotations [n, ...]."""
    batch = to_device(collate([frame] * len(turns), baseline, turns), device)
    found = predict(model, batch, forces=of is FORCES)
    if found.forces is None:
        return (found.energies.detach() / batch.counts).double().cpu()
    forces = found.forces.detach().double().cpu().view(len(turns), -1, 3)
    return forces @ torch.from_numpy(turns)


def _chunks(turns: NDArray[np.float64], size: int) -> Iterator[NDArray[np.float64]]:
    for first in range(0, len(turns), size):
        yield turns[first : first + size]


def prepared(
    sets: Mapping[str, Sequence[Frame]], config: TrainConfig, baseline: Tensor, device: torch.device
) -> dict[str, HeldOut]:
    """Return the held-out frames of each set that has any, prepared for evaluation.

    Args:
        sets: Frames, by the name of the set.
        config: Configuration.
        baseline: Energy of each species [S], float64, eV.
        device: Device of the model.
    """
    rotations, seed = config.validate_rotations, config.seed_of_split
    return {
        name: HeldOut(frames, baseline, device, config.loss.targets, rotations, seed)
        for name, frames in sets.items()
        if frames
    }


def measured(sets: Mapping[str, HeldOut], model: nn.Module) -> dict[str, HeldOutErrors]:
    """Return the errors of a model in evaluation mode on each set.

    Raises:
        TrainingError: As by `require_finite`.
    """
    errors = {name: frames.errors(model) for name, frames in sets.items()}
    require_finite(errors)
    return errors
