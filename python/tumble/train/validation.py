"""Errors on frames held out, and how much of them is the broken symmetry.

The symmetry error of a component of a force is |f_R - <f_R>|, the deviation of one unaveraged evaluation, turned back,
from the mean over random rotations R. Its mean over the force MAE is the figure that Langer, Pozdnyakov and Ceriotti
(Mach. Learn.: Sci. Technol. 5, 04LT01, 2024) give: 2.0 meV/Å over 16.6 = 0.12.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import torch
from torch import Tensor, nn

from tumble.accuracy import errors_of
from tumble.rotations import random_rotations
from tumble.train.data import Batch, Frame, collate, to_device
from tumble.train.loss import predict


@dataclass(frozen=True)
class HeldOutErrors:
    """Errors on a set of frames: energies in meV/atom (``shifted``: less their mean error), forces in meV/Å.

    ``force_symmetry_mae`` is the mean symmetry error (top of this file) and ``symmetry_ratio`` that over ``force_mae``;
    both are None where no rotations were asked for, and the ratio where there is no error, as of isolated atoms.
    """

    energy_mae: float
    energy_rmse: float
    energy_mae_shifted: float
    force_mae: float
    force_rmse: float
    force_symmetry_mae: float | None = None
    symmetry_ratio: float | None = None

    def to_dict(self) -> dict[str, float]:
        """Return the measured values, by name."""
        return {name: value for name, value in asdict(self).items() if value is not None}


class HeldOut:
    """The held-out frames of one set, as they are evaluated again and again."""

    def __init__(
        self, frames: Sequence[Frame], baseline: Tensor, device: torch.device, rotations: int, seed: int
    ) -> None:
        """Move the graphs to the device.

        Args:
            frames: Frames, at least one.
            baseline: Energy of each species [S], float64, eV.
            device: Where the model is.
            rotations: Rotations for the symmetry error, 0 for none.
            seed: Seed of the rotations.
        """
        self._frames = frames
        self._baseline = baseline
        self._device = device
        self._rotations = rotations
        self._seed = seed
        self._batches = [to_device(collate([frame], baseline), device) for frame in frames]

    def errors(self, model: nn.Module) -> HeldOutErrors:
        """Measure the errors of a model in evaluation mode."""
        symmetry = None
        if self._rotations > 0:
            symmetry = symmetry_error(model, self._frames, self._baseline, self._device, self._rotations, self._seed)
        return measure(model, self._batches, symmetry)


def measure(model: nn.Module, batches: Sequence[Batch], symmetry_mae: float | None = None) -> HeldOutErrors:
    """Measure a model's errors on unturned batches, at least one.

    Args:
        model: Model in evaluation mode.
        batches: Batches.
        symmetry_mae: What `symmetry_error` found on the same frames, meV/Å.
    """
    energy, force = [], []
    for batch in batches:
        energies, forces = predict(model, batch, create_graph=False)
        energy.append(((energies.detach() - batch.energies) / batch.counts).double().cpu())
        force.append((forces.detach() - batch.forces).double().cpu().flatten())
    e, f = 1000.0 * torch.cat(energy).numpy(), 1000.0 * torch.cat(force).numpy()
    of_energy, of_force = errors_of(e), errors_of(f)
    return HeldOutErrors(
        energy_mae=of_energy.mae,
        energy_rmse=of_energy.rmse,
        energy_mae_shifted=errors_of(e - e.mean()).mae,
        force_mae=of_force.mae,
        force_rmse=of_force.rmse,
        force_symmetry_mae=symmetry_mae,
        symmetry_ratio=None if symmetry_mae is None or of_force.mae == 0.0 else symmetry_mae / of_force.mae,
    )


def symmetry_error(
    model: nn.Module, frames: Sequence[Frame], baseline: Tensor, device: torch.device, rotations: int, seed: int
) -> float:
    """Measure the mean absolute deviation of force components from their mean over rotations.

    Args:
        model: Model in evaluation mode.
        frames: Frames, at least one; each has random rotations of its own.
        baseline: Energy of each species [S], float64, eV.
        device: Where the model is.
        rotations: Rotations of each frame, proper and improper, at least two.
        seed: Seed; the same gives the same rotations of the same frames.

    Returns:
        Mean over frames, atoms, components and rotations, meV/Å, as if the mean were over all rotations: the deviation
        from the mean of n is smaller by a factor sqrt(1 - 1/n).
    """
    total, count = 0.0, 0
    for number, frame in enumerate(frames):
        turns = random_rotations(rotations, np.random.default_rng((seed, number, 2)))
        forces = []
        for turn in turns:  # one by one, so that it needs no more memory than a training step
            batch = to_device(collate([frame], baseline, turn[None]), device)
            turned = predict(model, batch, create_graph=False)[1].detach().double().cpu()
            forces.append(turned @ torch.from_numpy(turn))
        stacked = torch.stack(forces)
        total += float((stacked - stacked.mean(dim=0)).abs().sum())
        count += stacked.numel()
    return 1000.0 * total / count / math.sqrt(1.0 - 1.0 / rotations)
