"""What a training can fit: energies, forces and dipoles. Each has a term in the loss and errors of its own unit."""

from __future__ import annotations

from dataclasses import dataclass

import ase.units


@dataclass(frozen=True)
class Target:
    """One quantity that is fitted.

    Attributes:
        name: Key of its weight in the section `loss`, and of its running error.
        metric: Beginning of the names of its errors, such as `force` of `force_mae`.
        quantity: What an error is the error of, for the axis of a figure.
        unit: Unit of its errors.
        scale: Number by which an error in eV, eV/Å or e Å is multiplied.
    """

    name: str
    metric: str
    quantity: str
    unit: str
    scale: float


ENERGY = Target("energy", "energy", "energies", "meV/atom", 1000.0)
FORCES = Target("forces", "force", "force components", "meV/Å", 1000.0)
DIPOLE = Target("dipole", "dipole", "dipoles", "mD", 1000.0 / ase.units.Debye)

TARGETS = (ENERGY, FORCES, DIPOLE)
# The first of them that is trained decides which of two models is better.
BY_IMPORTANCE = (FORCES, ENERGY, DIPOLE)
