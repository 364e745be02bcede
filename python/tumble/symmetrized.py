"""Any ASE calculator, averaged over a set of rotations.

A calculator of another package sees positions and cell turned, x' = R x, once for each rotation R of the set; forces
and stress are turned back and averaged,

    E = sum_k w_k E(R_k x)        f = sum_k w_k R_k^T f_k        sigma = sum_k w_k R_k^T sigma_k R_k

so they are the derivatives of the averaged energy. For a model file, `tumble.Calculator` does the same in one batch,
with one neighbor list.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from ase import Atoms
from ase.calculators.calculator import BaseCalculator, all_changes
from ase.stress import full_3x3_to_voigt_6_stress
from numpy.typing import NDArray

from tumble import _core
from tumble.audit.calculator_subject import CalculatorSubject, turned
from tumble.averaging_calculator import AveragingCalculator, require_periodic
from tumble.errors import CalculatorError, EvaluationError, StructureError
from tumble.structures import geometry_key

Float = NDArray[np.float64]


class Symmetrized(AveragingCalculator):
    """Energy, forces and stress of another calculator, averaged over rotations.

    After a calculation `results` holds `energy` and `free_energy` in eV, which are both the energy to which the forces
    belong, `forces` [N, 3] in eV/Å and, if it was requested or came for free, `stress` [6] in eV/Å³ in Voigt order.
    Constraints don't apply to what the other calculator sees. Random rotations depend on the seed and on the last bit
    of positions and cell.

    Args:
        calculator: Any ASE calculator.
        symmetrize: Rotations over which each structure is averaged, such as `icosahedral+inversion`.
        seed: Seed of random rotations.
        name: For messages; by default the class of the calculator.

    Raises:
        ConfigurationError: If an option is invalid.
    """

    name = "symmetrized"
    implemented_properties = ["energy", "free_energy", "forces"]  # noqa: RUF012 - ASE's type

    def __init__(
        self, calculator: BaseCalculator, symmetrize: str = "none", *, seed: int | None = None, name: str | None = None
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._label = type(calculator).__name__ if name is None else name
        self._options: dict[str, Any] = {"symmetrize": symmetrize, "seed": seed, "name": self._label}
        self._symmetrizer = _core.Symmetrizer(symmetrize, seed=seed)
        self._subject = CalculatorSubject(calculator, self._label)
        self._bare_energy: float | None = None
        if "stress" in getattr(calculator, "implemented_properties", ()):
            self.implemented_properties = [*type(self).implemented_properties, "stress"]

    def __reduce__(self) -> tuple[Any, ...]:
        """Return the state for copies and pickles: the other calculator, the options and the last results."""
        state = {name: getattr(self, name) for name in ("atoms", "results", "_bare_energy")}
        return partial(type(self), self._subject.calculator, **self._options), (), state

    @property
    def bare_energy(self) -> float:
        """The energy of the last calculation before averaging, eV: in the lab frame, or with the first random rotation.

        Raises:
            EvaluationError: If there was no calculation.
        """
        if self._bare_energy is None or not self.results:  # ASE empties the results when something changes
            raise EvaluationError("`bare_energy`: expected a calculation, got none; ask for the energy first")
        return self._bare_energy

    def calculate(
        self,
        atoms: Atoms | None = None,
        properties: Sequence[str] = ("energy",),
        system_changes: Sequence[str] = tuple(all_changes),
    ) -> None:
        """Compute energy and forces and, if requested, the stress.

        Raises:
            StructureError: If there are no atoms.
            CalculatorError: If the other calculator fails; the message names the structure and the rotation.
            PropertyNotImplementedError: If the stress is requested, but not all directions are periodic.
        """
        super().calculate(atoms, properties, system_changes)  # type: ignore[no-untyped-call]
        if self.atoms is None:
            raise StructureError("`atoms`: expected a structure, got none")
        if "stress" in properties:
            require_periodic(self.atoms)
        frames = self._symmetrizer.frames(geometry_key(self.atoms))
        energies, forces = np.empty(len(frames)), np.zeros((len(self.atoms), 3))
        stress: Float | None = np.zeros((3, 3)) if self.atoms.pbc.all() else None
        for k, (rotation, weight) in enumerate(zip(frames.rotations, frames.weights, strict=True)):
            there = self._subject.evaluate(self.atoms, rotation[None])
            energies[k] = there.energies[0]
            forces += weight * there.forces[0]
            if stress is not None and ("stress" in properties or self._came_for_free()):
                stress += weight * rotation.T @ self._stress(rotation) @ rotation
            else:
                stress = None
        # Averaging differences from the first energy preserves digits: energies of free atoms are large.
        energy = float(energies[0] + frames.weights @ (energies - energies[0]))
        self.results: dict[str, Any] = {"energy": energy, "free_energy": energy, "forces": forces}
        if stress is not None:
            self.results["stress"] = full_3x3_to_voigt_6_stress(stress)  # type: ignore[no-untyped-call]
        self._bare_energy = float(energies[frames.bare])

    def _came_for_free(self) -> bool:
        """Return whether the other calculator has a stress although only energy and forces were requested."""
        return "stress" in getattr(self._subject.calculator, "results", {})

    def _stress(self, rotation: Float) -> Float:
        """Return the stress that the other calculator finds in one rotation, [3, 3] in eV/Å³."""
        assert self.atoms is not None
        virial = self._subject.virial(turned(self.atoms, rotation))
        if virial is None:
            raise CalculatorError(f"`{self._label}`: expected a calculator with a stress, got one without")
        return -virial.values / float(self.atoms.get_volume())
