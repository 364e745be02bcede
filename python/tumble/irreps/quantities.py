"""What a model predicts for a structure, and the labels that belong to it."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

import ase.units
import numpy as np
from ase import Atoms
from numpy.typing import NDArray
from typing_extensions import override

from tumble import _core
from tumble.errors import FramesError
from tumble.labels import DipoleKind, LabelNames, dipole_label, energy_label, force_label
from tumble.metadata import fitted_by_training

Float = NDArray[np.float64]


class Quantity(ABC):
    """A kind of prediction.

    Attributes:
        name: For tables.
        unit: Of the numbers that users see.
        factor: From eV, Å and e Å to that unit.
        only_differences: Whether a constant means nothing, so that the mean error is subtracted.
    """

    name: ClassVar[str]
    unit: ClassVar[str]
    factor: ClassVar[float]
    only_differences: ClassVar[bool] = False

    @abstractmethod
    def predicted(self, result: _core.Evaluation, structure: int, atoms: slice) -> Float:
        """Return the numbers of one structure of a batch, [M].

        Args:
            result: Of the batch.
            structure: Its place in the batch.
            atoms: Its atoms.
        """

    @abstractmethod
    def labeled(self, atoms: Atoms, where: str) -> Float | None:
        """Return the same numbers from the labels of a structure, [M]; None if it has none.

        Args:
            atoms: The structure.
            where: File and number of the structure, for messages.

        Raises:
            FramesError: If a label has another shape or isn't finite, or is missing although its name was given.
        """


class EnergyPerAtom(Quantity):
    """Energy per atom, one number."""

    name = "energy"
    unit = "meV/atom"
    factor = 1e3
    only_differences = True

    def __init__(self, key: str | None = None) -> None:
        """Take the name of the label; None for what ASE reads as energy."""
        self._key = key

    @override
    def predicted(self, result: _core.Evaluation, structure: int, atoms: slice) -> Float:
        return np.array([result.energies[structure] / (atoms.stop - atoms.start)])

    @override
    def labeled(self, atoms: Atoms, where: str) -> Float | None:
        energy = energy_label(atoms, self._key, where)
        return None if energy is None else np.array([energy / len(atoms)])


class ForceComponents(Quantity):
    """All components of the forces."""

    name = "forces"
    unit = "meV/Å"
    factor = 1e3

    def __init__(self, key: str | None = None) -> None:
        """Take the name of the label; None for what ASE reads as forces."""
        self._key = key

    @override
    def predicted(self, result: _core.Evaluation, structure: int, atoms: slice) -> Float:
        forces: Float = result.forces[atoms].ravel()
        return forces

    @override
    def labeled(self, atoms: Atoms, where: str) -> Float | None:
        forces = force_label(atoms, self._key, where)
        return None if forces is None else forces.ravel()


class Dipole(Quantity):
    """The dipole, in the form of its label: of each atom, of the structure (without labels), or its magnitude."""

    name = "dipole"
    unit = "mD"
    factor = 1e3 / ase.units.Debye

    def __init__(self, names: LabelNames, kind: DipoleKind) -> None:
        """Take the name and the unit of the label, and its form."""
        self._names = names
        self._kind = kind

    @override
    def predicted(self, result: _core.Evaluation, structure: int, atoms: slice) -> Float:
        return np.ravel(self._kind.of(result.outputs["dipole"][atoms]))

    @override
    def labeled(self, atoms: Atoms, where: str) -> Float | None:
        if self._names.dipole is None:
            return None
        found = dipole_label(atoms, self._names.dipole, self._names.dipole_unit, where)
        if found.kind is not self._kind:
            raise FramesError(
                f"{where}: expected {self._kind.value} as `{self._names.dipole}`, as before, got {found.kind.value}"
            )
        return np.ravel(found.values)


def quantities_of(metadata: _core.Metadata, names: LabelNames, frames: Sequence[Atoms], label: str) -> list[Quantity]:
    """Return the quantities that a model predicts.

    Args:
        metadata: Of the model.
        names: Names of the labels.
        frames: Structures; the first one shows the form of a dipole.
        label: Where they are from.

    Raises:
        ConfigurationError: If labels are named that the model has no numbers for.
        FramesError: If the first structure has no dipole of that name.
    """
    fitted = fitted_by_training(json.loads(metadata.to_json()))
    found: list[Quantity] = []
    if "energy" in names.comparable_kinds(metadata.name, metadata.outputs, fitted):
        found = [EnergyPerAtom(names.energy), ForceComponents(names.forces)]
    if "dipole" not in metadata.outputs:
        return found
    kind = DipoleKind.VECTOR
    if names.dipole is not None:
        kind = dipole_label(frames[0], names.dipole, names.dipole_unit, f"{label}, frame 0").kind
    return [*found, Dipole(names, kind)]
