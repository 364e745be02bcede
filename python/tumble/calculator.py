"""ASE calculator.

ASE's stress is symmetric and has the sign of dE/dstrain / V, so it is -(W + W^T) / 2V in terms of the core's
virial W_ab = -sum_e v_e,a g_e,b. For a model without exact rotation invariance W isn't symmetric, and the
part that ASE can't represent is the frame torque. `Calculator.virial` has all nine components of W, and
`Calculator.torque` the frame torque.

In float32 the torque has a noise floor: an exactly invariant model shows rms |tau| of 1e-7 eV/rad for one molecule
and 1e-6 eV/rad for 64 molecules of water (benchmarks/torque_noise.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from os import PathLike
from typing import Any, NamedTuple

import numpy as np
from ase import Atoms
from ase.calculators.calculator import all_changes
from ase.stress import full_3x3_to_voigt_6_stress
from numpy.typing import NDArray

from tumble import _core
from tumble.averaging_calculator import AveragingCalculator, require_periodic
from tumble.errors import EvaluationError, StructureError
from tumble.model_file import load
from tumble.registry import find_model
from tumble.structures import frames_of, to_structure

Float = NDArray[np.float64]

#: ASE's names of the outputs for which it has one.
_ASE_NAMES = {"dipole": "dipole", "charge": "charges"}


class ExtraResults(NamedTuple):
    """Results of an evaluation for which ASE has no names."""

    virial: Float
    torque: Float
    bare_energy: float
    bare_torque: Float
    outputs: dict[str, Float]


class Calculator(AveragingCalculator):
    """Energy, forces, stress and frame torque of a model.

    After a calculation `results` holds the properties for which ASE has a name: `energy` and `free_energy` in eV,
    `energies` [N] in eV, `forces` [N, 3] in eV/Å, and `stress` [6] in eV/Å³ in Voigt order if all directions are
    periodic. If the model file declares them, `results` also holds `dipole` [3] in e·Å, the sum over the dipoles of
    atoms, and `charges` [N] in e. All other results are attributes: `virial`, `torque`, their values before averaging
    (`bare_energy`, `bare_torque`), and `outputs`, the further outputs per atom that the model declares.

    With `symmetrize` the energy is averaged over rotations, and all results belong to the averaged energy; in `mode`
    correction they belong to the average minus the energy in the lab frame. Random rotations depend on the seed and on
    the last bit of positions and cell: the same geometry has the same energy, and another seed is another draw.

    A copy (`copy.deepcopy`) or a pickle contains the model's path and the options, and loads the model again.
    """

    name = "tumble"
    implemented_properties = ["energy", "free_energy", "energies", "forces", "stress"]  # noqa: RUF012 - ASE's type
    ignored_changes = {"initial_charges", "initial_magmoms"}  # noqa: RUF012 - ASE's type

    def __init__(
        self,
        model: str | PathLike[str],
        *,
        device: str = "auto",
        memory: float | None = None,
        check: bool = True,
        symmetrize: str = "none",
        mode: str = "average",
        seed: int | None = None,
    ) -> None:
        """Load the model.

        Args:
            model: Path or name of a model, as for `tumble.load`.
            device: `auto`, `cpu`, `cuda` or `cuda:N`.
            memory: Budget of one chunk of an evaluation, MB; by default 64 on a CPU, 1024 on a GPU.
            check: Whether to evaluate the reference structures in the file and compare the results.
            symmetrize: Rotations over which each structure is averaged, such as `icosahedral` or `random+inversion`.
            mode: `average`, or `correction` for the average minus the energy in the lab frame.
            seed: Seed of random rotations.

        Raises:
            ModelFileError, DeviceError: As by `tumble.load`.
            ConfigurationError: If an option is invalid.
        """
        self._extra: ExtraResults | None = None
        super().__init__()  # type: ignore[no-untyped-call]
        self._path = find_model(model).resolve()
        self._symmetrizer = _core.Symmetrizer(symmetrize, mode, seed)
        self._options: dict[str, Any] = {
            "device": device,
            "memory": memory,
            "check": check,
            "symmetrize": symmetrize,
            "mode": mode,
            "seed": seed,
        }
        self.potential = load(self._path, device=device, memory=memory, check=check)
        declared = self.potential.metadata.outputs
        self.implemented_properties = [
            *type(self).implemented_properties,
            *(_ASE_NAMES[output] for output in declared if output in _ASE_NAMES),
        ]

    def __reduce__(self) -> tuple[Any, ...]:
        """Return the state for pickling, with the path and options in place of the model."""
        state = {name: getattr(self, name) for name in ("atoms", "results", "_extra")}
        return partial(type(self), self._path, **self._options), (), state

    @property
    def virial(self) -> Float:
        """The virial W of the last calculation in eV, [3, 3], with all nine components.

        Raises:
            EvaluationError: If there was no calculation.
        """
        return np.array(self._last("virial").virial)

    @property
    def torque(self) -> Float:
        """The frame torque of the last calculation, [3] in eV/rad.

        tau = sum_e v_e x g_e is dE/d(rotation of everything, cell included), and zero for an exactly invariant model.

        Raises:
            EvaluationError: If there was no calculation.
        """
        return np.array(self._last("torque").torque)

    @property
    def bare_energy(self) -> float:
        """The energy of the last calculation before averaging, eV: in the lab frame, or with the first random rotation.

        Raises:
            EvaluationError: If there was no calculation.
        """
        return self._last("bare_energy").bare_energy

    @property
    def bare_torque(self) -> Float:
        """The frame torque that belongs to `bare_energy`, [3] in eV/rad.

        Raises:
            EvaluationError: If there was no calculation.
        """
        return np.array(self._last("bare_torque").bare_torque)

    @property
    def outputs(self) -> dict[str, Float]:
        """The outputs per atom of the last calculation that the model declares in addition to its energy.

        `dipole` [N, 3] in e·Å, `charge` [N] in e, and `forces` [N, 3] in eV/Å if the model predicts them directly.
        With `symmetrize` they are averages over the rotations, with vectors turned back to the lab frame.

        Raises:
            EvaluationError: If there was no calculation.
        """
        return {name: np.array(values) for name, values in self._last("outputs").outputs.items()}

    def calculate(
        self,
        atoms: Atoms | None = None,
        properties: Sequence[str] = ("energy",),
        system_changes: Sequence[str] = tuple(all_changes),
    ) -> None:
        """Compute all properties, whichever are requested, since one evaluation gives them all.

        Raises:
            StructureError: If an element is unknown to the model, or positions or cell are impossible.
            EvaluationError: If the model fails or returns NaN or infinity.
            PropertyNotImplementedError: If the stress is requested, but not all directions are periodic.
        """
        super().calculate(atoms, properties, system_changes)  # type: ignore[no-untyped-call]
        if self.atoms is None:
            raise StructureError("`atoms`: expected a structure, got none")
        metadata = self.potential.metadata
        structure = to_structure(self.atoms, metadata.species)
        frames = frames_of(self._symmetrizer, [structure])
        result = self.potential.evaluate(_core.build_graph([structure], metadata.cutoff), frames)
        energy, virial = float(result.energies[0]), result.virials[0]
        self.results: dict[str, Any] = {
            "energy": energy,
            "free_energy": energy,
            "energies": result.atom_energies,
            "forces": result.forces,
        }
        outputs = result.outputs
        if "dipole" in outputs:
            self.results["dipole"] = outputs["dipole"].sum(axis=0)
        if "charge" in outputs:
            self.results["charges"] = outputs["charge"]
        self._extra = ExtraResults(
            virial, result.torques[0], float(result.bare_energies[0]), result.bare_torques[0], outputs
        )
        if self.atoms.pbc.all():
            symmetric = -(virial + virial.T) / (2.0 * self.atoms.get_volume())
            self.results["stress"] = full_3x3_to_voigt_6_stress(symmetric)  # type: ignore[no-untyped-call]
        elif "stress" in properties:
            require_periodic(self.atoms)

    def _last(self, name: str) -> ExtraResults:
        if self._extra is None or not self.results:  # ASE empties the results when something changes
            raise EvaluationError(f"`{name}`: expected a calculation, got none; ask for the energy first")
        return self._extra
