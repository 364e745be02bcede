"""A model file against the ASE calculator of the package that it came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from ase import Atoms
from ase.calculators.calculator import Calculator as AseCalculator

from tumble.convert.converted import DType
from tumble.error_words import error_words
from tumble.errors import ConversionError

#: Largest differences: of energies, relative to the energy or 1 eV, and of force components in eV/Å (relative to the
#: largest one where that is above 1).
TOLERANCES: dict[DType, tuple[float, float]] = {"float32": (1e-6, 1e-5), "float64": (1e-10, 1e-10)}


@dataclass(frozen=True)
class Difference:
    """Results of a model file and of the package for one structure.

    Attributes:
        name: Of the structure.
        atoms: Their number.
        energy: Of the model file, eV.
        expected_energy: Of the package, eV.
        force: Largest difference of a force component, eV/Å.
        largest_force: Largest force component of the package, eV/Å.
    """

    name: str
    atoms: int
    energy: float
    expected_energy: float
    force: float
    largest_force: float

    def allowed(self, dtype: DType) -> bool:
        """Return whether rounding explains the differences."""
        energy, force = TOLERANCES[dtype]
        return abs(self.energy - self.expected_energy) <= energy * max(
            1.0, abs(self.expected_energy)
        ) and self.force <= force * max(1.0, self.largest_force)


def compare(ours: AseCalculator, theirs: AseCalculator, structures: Sequence[Atoms]) -> list[Difference]:
    """Return the differences for structures.

    Raises:
        ConversionError: If the package's calculator fails.
    """
    found = []
    for i, atoms in enumerate(structures):
        name = str(atoms.info.get("name", f"structure {i}"))
        energy, forces = _results(atoms, ours)
        try:
            expected_energy, expected_forces = _results(atoms, theirs)
        except Exception as error:  # whatever another package raises
            raise ConversionError(f"the package's own calculator fails for `{name}`: {error_words(error)}") from error
        found.append(
            Difference(
                name=name,
                atoms=len(atoms),
                energy=energy,
                expected_energy=expected_energy,
                force=float(np.abs(forces - expected_forces).max()),
                largest_force=float(np.abs(expected_forces).max()),
            )
        )
    return found


def _results(atoms: Atoms, calculator: AseCalculator) -> tuple[float, np.ndarray]:
    duplicate = atoms.copy()  # type: ignore[no-untyped-call]
    duplicate.calc = calculator
    return float(duplicate.get_potential_energy()), np.asarray(duplicate.get_forces(), dtype=np.float64)
