"""ASE calculator.

ASE's stress is symmetric and has the sign of dE/dstrain / V, so it is -(W + W^T) / 2V in terms of the core's
virial W_ab = -sum_e v_e,a g_e,b. For a model without exact rotation invariance W isn't symmetric, and the
part that ASE can't hold is the frame torque; both are in `Calculator.results`.
"""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from typing import Any

from ase import Atoms
from ase.calculators.calculator import Calculator as AseCalculator
from ase.calculators.calculator import PropertyNotImplementedError, all_changes
from ase.outputs import Properties, all_outputs

from tumble.errors import StructureError
from tumble.model_file import load
from tumble.structures import to_graph


class Calculator(AseCalculator):
    """Energy, forces, stress and frame torque of a model.

    After a calculation `results` holds what ASE names: `energy` and `free_energy` in eV, `energies` [N] in
    eV, `forces` [N, 3] in eV/Å, and `stress` [6] in eV/Å³ in Voigt order if all directions are periodic.
    Besides:

    - `virial`: W in eV, [3, 3], all nine components;
    - `torque`: tau = sum_e v_e x g_e in eV/rad, [3], that is dE/d(rotation of everything, cell included);
      zero for an exactly invariant model.
    """

    name = "tumble"
    implemented_properties = ["energy", "free_energy", "energies", "forces", "stress"]  # noqa: RUF012 - ASE's type
    ignored_changes = {"initial_charges", "initial_magmoms"}  # noqa: RUF012 - ASE's type

    def __init__(
        self,
        model: str | PathLike[str],
        *,
        device: str = "auto",
        memory: float = 1024.0,
        check: bool = True,
    ) -> None:
        """Load the model.

        Args:
            model: Path or name of a model, as for `tumble.load`.
            device: `auto`, `cpu`, `cuda` or `cuda:N`.
            memory: Budget of one chunk of an evaluation, MB.
            check: Whether to evaluate the reference structures in the file and compare.

        Raises:
            ModelFileError, DeviceError, ConfigurationError: As `tumble.load`.
        """
        super().__init__()  # type: ignore[no-untyped-call]
        self.potential = load(model, device=device, memory=memory, check=check)

    def calculate(
        self,
        atoms: Atoms | None = None,
        properties: Sequence[str] = ("energy",),
        system_changes: Sequence[str] = tuple(all_changes),
    ) -> None:
        """Evaluate everything, whatever is asked for: it all comes from one pass.

        Raises:
            StructureError: If an element is unknown to the model, or positions or cell are impossible.
            EvaluationError: If the model fails or returns what isn't finite.
            PropertyNotImplementedError: If the stress is asked for where not all directions are periodic.
        """
        super().calculate(atoms, properties, system_changes)  # type: ignore[no-untyped-call]
        if self.atoms is None:
            raise StructureError("`atoms`: expected a structure, got none")
        metadata = self.potential.metadata
        result = self.potential.evaluate(to_graph([self.atoms], metadata.species, metadata.cutoff))
        energy, virial = float(result.energies[0]), result.virials[0]
        self.results: dict[str, Any] = {
            "energy": energy,
            "free_energy": energy,
            "energies": result.atom_energies,
            "forces": result.forces,
            "virial": virial,
            "torque": result.torques[0],
        }
        if self.atoms.pbc.all():
            symmetric = -(virial + virial.T) / (2.0 * self.atoms.get_volume())
            self.results["stress"] = symmetric.flat[[0, 4, 8, 5, 2, 1]]  # xx yy zz yz xz xy
        elif "stress" in properties:
            raise PropertyNotImplementedError(
                f"stress: expected three periodic directions, got pbc {self.atoms.pbc.tolist()}"
            )

    def export_properties(self) -> Properties:
        """The results that ASE has names for."""
        return Properties({name: value for name, value in self.results.items() if name in all_outputs})
