"""What a model predicts for a structure, and how far two predictions are apart."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from tumble import _core
from tumble.frames import Labels

Float = NDArray[np.float64]


class Quantity(ABC):
    """A kind of prediction.

    Attributes:
        name: For tables.
        unit: Of the numbers that users see.
        factor: From eV and Å to that unit.
        only_differences: Whether a constant means nothing, so that the mean error is subtracted.
    """

    name: ClassVar[str]
    unit: ClassVar[str]
    factor: ClassVar[float]
    only_differences: ClassVar[bool] = False

    @abstractmethod
    def predicted(self, result: _core.Evaluation, structure: int, atoms: slice) -> Float:
        """Return the numbers of one structure of a batch.

        Args:
            result: Of the batch.
            structure: Its place in the batch.
            atoms: Its atoms.
        """

    @abstractmethod
    def labeled(self, labels: Labels, atoms: int) -> Float | None:
        """Return the same numbers from the labels of a structure; None if it has none."""


class EnergyPerAtom(Quantity):
    """Energy per atom, one number."""

    name = "energy"
    unit = "meV/atom"
    factor = 1e3
    only_differences = True

    @override
    def predicted(self, result: _core.Evaluation, structure: int, atoms: slice) -> Float:
        return np.array([result.energies[structure] / (atoms.stop - atoms.start)])

    @override
    def labeled(self, labels: Labels, atoms: int) -> Float | None:
        return None if labels.energy is None else np.array([labels.energy / atoms])


class ForceComponents(Quantity):
    """All components of the forces."""

    name = "forces"
    unit = "meV/Å"
    factor = 1e3

    @override
    def predicted(self, result: _core.Evaluation, structure: int, atoms: slice) -> Float:
        forces: Float = result.forces[atoms].ravel()
        return forces

    @override
    def labeled(self, labels: Labels, atoms: int) -> Float | None:
        return None if labels.forces is None else labels.forces.ravel()


class Dipole(Quantity):
    """The dipole of a structure, the sum over its atoms: three components."""

    name = "dipole"
    unit = "me·Å"
    factor = 1e3

    @override
    def predicted(self, result: _core.Evaluation, structure: int, atoms: slice) -> Float:
        dipole: Float = result.outputs["dipole"][atoms].sum(axis=0)
        return dipole

    @override
    def labeled(self, labels: Labels, atoms: int) -> Float | None:
        return None  # `Labels` has none


def quantities_of(metadata: _core.Metadata) -> list[Quantity]:
    """Return the quantities that a model predicts."""
    found: list[Quantity] = [EnergyPerAtom(), ForceComponents()]
    return [*found, Dipole()] if "dipole" in metadata.outputs else found
