"""Errors on held-out frames, and the part of them that is due to the broken symmetry.

The symmetry error of a force component is |f_R - <f_R>|: the deviation of a single evaluation, turned back to the lab
frame, from the mean over random rotations R. The ratio of its mean to the force MAE is the number that Langer,
Pozdnyakov and Ceriotti (Mach. Learn.: Sci. Technol. 5, 04LT01, 2024) report: 2.0 meV/Å / 16.6 meV/Å = 0.12.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import torch
from torch import Tensor, nn

from tumble.accuracy import errors_of
from tumble.errors import TrainingError
from tumble.rotations import random_rotations
from tumble.train.data import Batch, Frame, collate, to_device
from tumble.train.loss import predict


@dataclass(frozen=True)
class HeldOutErrors:
    """Errors on a set of frames: energies in meV/atom (``shifted``: after subtracting the mean error), forces in meV/Å.

    ``force_symmetry_mae`` is the mean symmetry error (defined at the top of this file), and ``symmetry_ratio`` is its
    ratio to ``force_mae``. Both are None if no rotations are evaluated; the ratio is also None if ``force_mae`` is
    zero, as for isolated atoms.
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
    """The held-out frames of one set, prepared for repeated evaluation."""

    def __init__(
        self, frames: Sequence[Frame], baseline: Tensor, device: torch.device, rotations: int, seed: int
    ) -> None:
        """Prepare the graphs on the device.

        Args:
            frames: Frames, at least one.
            baseline: Energy of each species [S], float64, eV.
            device: Device of the model.
            rotations: Number of rotations for the symmetry error, 0 for none.
            seed: Seed of the rotations.
        """
        self._frames = frames
        self._baseline = baseline
        self._device = device
        self._rotations = rotations
        self._seed = seed
        self._batches = [to_device(collate([frame], baseline), device) for frame in frames]

    def errors(self, model: nn.Module) -> HeldOutErrors:
        """Return the errors of a model in evaluation mode."""
        symmetry = None
        if self._rotations > 0:
            symmetry = symmetry_error(model, self._frames, self._baseline, self._device, self._rotations, self._seed)
        return measure(model, self._batches, symmetry)


def measure(model: nn.Module, batches: Sequence[Batch], symmetry_mae: float | None = None) -> HeldOutErrors:
    """Return a model's errors on batches of frames that aren't rotated.

    Args:
        model: Model in evaluation mode.
        batches: Batches, at least one.
        symmetry_mae: Result of `symmetry_error` on the same frames, meV/Å.
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
    """Return the mean absolute deviation of force components from their mean over rotations.

    Args:
        model: Model in evaluation mode.
        frames: Frames, at least one; each has random rotations of its own.
        baseline: Energy of each species [S], float64, eV.
        device: Device of the model.
        rotations: Number of rotations of each frame, proper and improper, at least two.
        seed: Seed of the rotations.

    Returns:
        Mean over frames, atoms, components and rotations, meV/Å. It is divided by sqrt(1 - 1/n), the factor by which
        the deviation from the mean of n rotations is smaller than that from the mean over all rotations.
    """
    total, count = 0.0, 0
    for number, frame in enumerate(frames):
        turns = random_rotations(rotations, np.random.default_rng((seed, number, 2)))
        forces = []
        for turn in turns:  # one by one, to need no more memory than a training step
            batch = to_device(collate([frame], baseline, turn[None]), device)
            turned = predict(model, batch, create_graph=False)[1].detach().double().cpu()
            forces.append(turned @ torch.from_numpy(turn))
        stacked = torch.stack(forces)
        total += float((stacked - stacked.mean(dim=0)).abs().sum())
        count += stacked.numel()
    return 1000.0 * total / count / math.sqrt(1.0 - 1.0 / rotations)


def require_finite(measured: dict[str, HeldOutErrors]) -> None:
    """Check that errors are finite.

    Raises:
        TrainingError: If an error is NaN or infinite; the message names the set.
    """
    for name, errors in measured.items():
        for key, value in errors.to_dict().items():
            if not math.isfinite(value):
                raise TrainingError(
                    f"`data.{name}`: expected a finite error on the held-out frames, got {key} {value}; lower "
                    "`learning_rate`, and look for frames whose labels can't be right"
                )
