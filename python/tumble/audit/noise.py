"""Rounding noise of energies and forces, from tiny displacements.

A displacement d of a few rounding units of float32 changes all roundings, but not the physics: the second differences

    E(x + d) + E(x - d) - 2 E(x)        F(x + d) + F(x - d) - 2 F(x)

are of second order in d, below the noise, whose variance they have six times. A potential in float64 has its own,
smaller step. Calculators that aren't deterministic or don't converge fully show that here, too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from ase import Atoms

from tumble.accuracy import rms
from tumble.audit.subject import Float, InRotations, Subject

_PAIRS = 4
_STEP, _STEP_OF_DOUBLE = 2e-6, 1e-8  # Å
_ENERGY_FLOOR = 1e-15  # relative
_FORCE_FLOOR = 1e-14  # eV/Å


@dataclass(frozen=True)
class Noise:
    """Standard deviations of the rounding.

    Attributes:
        energy: Of the energy of the structure, eV.
        forces: Of a force component, eV/Å.
    """

    energy: float
    forces: float


def measure_noise(subject: Subject, atoms: Atoms, base: InRotations, random: np.random.Generator) -> Noise:
    """Return the noise for a structure.

    Args:
        subject: The potential.
        atoms: The structure.
        base: Its results in the lab frame.
        random: Source of the displacements.

    Raises:
        TumbleError: As by `Subject.evaluate`.
    """
    step = _STEP_OF_DOUBLE if subject.dtype == "float64" else _STEP
    energies, forces = [base.energies[0]], []
    seconds = []
    for _ in range(_PAIRS):
        shift = step * random.standard_normal((len(atoms), 3))
        plus, minus = (subject.evaluate(displaced(atoms, sign * shift)) for sign in (1.0, -1.0))
        energies += [plus.energies[0], minus.energies[0]]
        seconds.append((plus.energies[0] - base.energies[0]) + (minus.energies[0] - base.energies[0]))
        forces.append((plus.forces[0] - base.forces[0]) + (minus.forces[0] - base.forces[0]))
    return Noise(
        max(rms(seconds) / np.sqrt(6.0), _resolution(np.array(energies))),
        max(rms(forces) / np.sqrt(6.0), _FORCE_FLOOR),
    )


def displaced(atoms: Atoms, shift: Float) -> Atoms:
    """Return a copy with atoms moved by `shift`, [N, 3] or [3], Å."""
    copy: Atoms = atoms.copy()  # type: ignore[no-untyped-call]
    copy.positions += shift
    return copy


def _resolution(energies: Float) -> float:
    """Return the distance of neighboring energies: of float32 if all are numbers of float32, else of float64."""
    largest = max(1.0, float(np.abs(energies).max()))
    rough = energies.astype(np.float32)
    if np.array_equal(rough.astype(np.float64), energies) and np.any(energies != np.round(energies, 2)):
        return float(np.spacing(np.float32(largest)))
    return _ENERGY_FLOOR * largest
