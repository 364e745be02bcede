"""Errors of a model on a set of held-out frames, as they appear in metrics, summaries and logs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

from tumble.errors import TrainingError
from tumble.train.targets import FORCES, Target


@dataclass(frozen=True)
class HeldOutErrors:
    """Errors on a set of frames; None for what isn't a target of the training.

    ``energy_mae``, ``energy_rmse`` and ``energy_mae_shifted`` (after subtracting the mean error) are in meV/atom,
    ``energy_total_mae`` is that of the energy of a structure, in meV; ``force_mae`` and ``force_rmse`` are those of
    components, in meV/Å; ``dipole_mae`` and ``dipole_rmse`` are those of components, or of magnitudes, in mD.

    ``force_symmetry_mae``, or ``energy_symmetry_mae`` if forces aren't trained, is the mean symmetry error (defined in
    `tumble.train.validation`), and ``symmetry_ratio`` is its ratio to the MAE of the same quantity. They are None if no
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


def require_finite(measured: Mapping[str, HeldOutErrors]) -> None:
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
