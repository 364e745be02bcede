"""The results for one structure, in a form that can be stored and combined later."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]


@dataclass(frozen=True)
class Deviation:
    """Deviation from the reference, or the mean deviation of several averages.

    Attributes:
        energy: |E - E_ref|, eV.
        energy_square: (E - E_ref)^2, eV^2.
        forces: Mean of |f - f_ref| over components, eV/Å.
        forces_square: Mean of (f - f_ref)^2 over components, (eV/Å)^2.
        torque: |tau|, eV/rad; NaN if it is unknown.
        torque_square: |tau|^2, (eV/rad)^2; NaN if it is unknown.
    """

    energy: float
    energy_square: float
    forces: float
    forces_square: float
    torque: float
    torque_square: float


@dataclass(frozen=True)
class StructureSpectrum:
    """Powers of one structure as in `tumble.probe.Spectrum`, eV^2."""

    even: list[float]
    odd: list[float]
    even_total: float
    odd_total: float


@dataclass(frozen=True)
class Record:
    """Results for one structure.

    Attributes:
        key: Hash of the structure.
        atoms: Number of atoms.
        sets: Deviation of each set.
        random: Deviations for n = 1, 2, 4 ... random rotations.
        random_inversion: Deviations for the same rotations, each with its improper partner.
        spectrum: Spectrum of the energy; None if it wasn't requested.
        check: Deviation of the reference set, turned by a random rotation, from itself; only of the first structure.
    """

    key: str
    atoms: int
    sets: list[Deviation]
    random: list[Deviation]
    random_inversion: list[Deviation]
    spectrum: StructureSpectrum | None
    check: Deviation | None

    def to_dict(self) -> dict[str, Any]:
        """Return the plain values for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Record:
        """Return the record with the values of `to_dict`.

        Raises:
            KeyError, TypeError: If the values aren't those of a record.
        """
        spectrum, check = values["spectrum"], values["check"]
        lists = {
            name: [_deviation_from(one) for one in values[name]] for name in ("sets", "random", "random_inversion")
        }
        return cls(
            key=values["key"],
            atoms=values["atoms"],
            spectrum=None if spectrum is None else StructureSpectrum(**spectrum),
            check=None if check is None else _deviation_from(check),
            **lists,
        )


def deviation(energy: float, forces: Float, torque: Float) -> Deviation:
    """Return the deviation of one averaged potential.

    Args:
        energy: E - E_ref, eV.
        forces: f - f_ref, eV/Å, [N, 3].
        torque: Frame torque, eV/rad, [3].
    """
    size = float(np.linalg.norm(torque))
    return Deviation(abs(energy), energy**2, float(np.abs(forces).mean()), float((forces**2).mean()), size, size**2)


def _deviation_from(values: dict[str, float | None]) -> Deviation:
    """Return the deviation whose values were written as JSON, which has null for NaN."""
    return Deviation(**{name: math.nan if value is None else value for name, value in values.items()})


def mean_deviation(deviations: list[Deviation]) -> Deviation:
    """Return the mean of each number."""
    return Deviation(*np.mean([list(vars(one).values()) for one in deviations], axis=0).tolist())
