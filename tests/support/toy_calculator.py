"""What the ASE calculators of tests share."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

from ase import Atoms
from ase.calculators.calculator import Calculator, all_changes


class ToyCalculator(Calculator):
    """A calculator whose results come from one function of the structure, whatever is asked for."""

    implemented_properties: ClassVar = ["energy", "forces"]

    @abstractmethod
    def results_of(self, atoms: Atoms) -> dict[str, Any]:
        """Return the results of a structure by their names in ASE, in eV and Å."""

    def calculate(
        self,
        atoms: Atoms | None = None,
        properties: Sequence[str] = ("energy",),
        system_changes: Sequence[str] = tuple(all_changes),
    ) -> None:
        super().calculate(atoms, properties, system_changes)
        self.results = self.results_of(self.atoms)
