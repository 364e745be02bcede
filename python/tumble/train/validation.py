"""Errors on held-out frames, and the part of them that is due to the broken symmetry.

The symmetry error of a force component, or of an energy per atom, is |f_R - <f_R>|: the deviation of a single
evaluation, turned back to the lab frame, from the mean over random rotations R. The ratio of its mean to the force MAE
is the number that Langer, Pozdnyakov and Ceriotti (Mach. Learn.: Sci. Technol. 5, 04LT01, 2024) report: 2.0 meV/Å /
16.6 meV/Å = 0.12.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from tumble.accuracy import errors_of
from tumble.errors import TrainingError
from tumble.rotations import random_rotations
from tumble.train.batches import Batch, collate, grouped, to_device
from tumble.train.data import Frame
from tumble.train.dipoles import like
from tumble.train.prediction import predict
from tumble.train.targets import DIPOLE, ENERGY, FORCES, Target

_EDGES = 10_000  # of a batch: small molecules are evaluated together, larger structures one by one


@dataclass(frozen=True)
class HeldOutErrors:
    """Errors on a set of frames; None for what isn't a target of the training.

    ``energy_mae``, ``energy_rmse`` and ``energy_mae_shifted`` (after subtracting the mean error) are in meV/atom,
    ``energy_total_mae`` is that of the energy of a structure, in meV; ``force_mae`` and ``force_rmse`` are those of
    components, in meV/Å; ``dipole_mae`` and ``dipole_rmse`` are those of components, or of magnitudes, in mD.

    ``force_symmetry_mae``, or ``energy_symmetry_mae`` if forces aren't trained, is the mean symmetry error (defined at
    the top of this file), and ``symmetry_ratio`` is its ratio to the MAE of the same quantity. They are None if no
    rotations are evaluated; the ratio is also None if the MAE is zero, as for forces on isolated atoms.
    """

    energy_mae: float | None = None
    energy_rmse: float | None = None
    energy_mae_shifted: float | None = None
    energy_total_mae: float | None = None
    force_mae: float | None = None
    force_rmse: float | None = None
    dipole_mae: float | None = None
    dipole_rmse: float | None = None
    force_symmetry_mae: float | None = None
    energy_symmetry_mae: float | None = None
    symmetry_ratio: float | None = None

    def to_dict(self) -> dict[str, float]:
        """Return the measured values, by name."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    def mae(self, target: Target) -> float:
        """Return the MAE of a target of the training, in its unit."""
        found: float = getattr(self, f"{target.metric}_mae")
        return found

    def __str__(self) -> str:
        """Return the errors as text with their units."""
        parts = []
        if self.force_mae is not None:
            parts.append(f"force MAE {self.force_mae:.1f}, RMSE {self.force_rmse:.1f} meV/Å")
        if self.energy_mae is not None:
            of_structures = "" if self.force_mae is not None else f" ({self.energy_total_mae:.1f} meV per structure)"
            parts.append(f"energy MAE {self.energy_mae:.2f} meV/atom{of_structures}")
        if self.dipole_mae is not None:
            parts.append(f"dipole MAE {self.dipole_mae:.1f}, RMSE {self.dipole_rmse:.1f} mD")
        return "; ".join(parts)


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


def with_symmetry(errors: HeldOutErrors, of: Target, symmetry_mae: float) -> HeldOutErrors:
    """Return errors with a symmetry error and its ratio to the MAE of the same target.

    Args:
        errors: Errors.
        of: Energies or forces.
        symmetry_mae: Result of `symmetry_error` on the same frames, in the unit of the target.
    """
    mae = errors.mae(of)
    ratio = None if mae == 0.0 else symmetry_mae / mae
    if of is FORCES:
        return replace(errors, force_symmetry_mae=symmetry_mae, symmetry_ratio=ratio)
    return replace(errors, energy_symmetry_mae=symmetry_mae, symmetry_ratio=ratio)


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
