"""A model file as the subject of an audit. All evaluations are those of the core."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from os import PathLike
from pathlib import Path

import numpy as np
from ase import Atoms
from typing_extensions import override

from tumble import _core
from tumble.audit.double_copy import write_in_double
from tumble.audit.subject import LAB, Float, InRotations, Subject, Virial
from tumble.errors import StructureError
from tumble.model_file import load
from tumble.registry import find_model
from tumble.structures import to_structure

_ATOMS = 2048  # in one batch, all copies together; the core divides it further if its memory budget is smaller
_COPIES = 256  # of a structure in one batch


class ModelSubject(Subject):
    """A model file.

    Attributes:
        potential: The loaded model.
    """

    kind = "model"

    def __init__(
        self,
        model: str | PathLike[str],
        *,
        device: str = "auto",
        memory: float | None = None,
        check: bool = True,
    ) -> None:
        """Load the model.

        Args:
            model: Path or name of a model.
            device: As for `tumble.load`.
            memory: As for `tumble.load`.
            check: As for `tumble.load`.

        Raises:
            ModelFileError, DeviceError, ConfigurationError: As by `tumble.load`.
        """
        self._path = find_model(model)
        self._device, self._memory = device, memory
        self._known: tuple[tuple[object, ...], _core.Graph] | None = None
        self.potential = load(self._path, device, check=check, memory=memory)
        document = self.potential.metadata
        super().__init__(document.name)
        self.elements = tuple(document.species)
        self.cutoff, self.depth, self.dtype = document.cutoff, document.depth, document.dtype

    @override
    def at_once(self, atoms: Atoms) -> int:
        return max(1, min(_COPIES, _ATOMS // max(1, len(atoms))))

    @override
    def evaluate(self, atoms: Atoms, rotations: Float = LAB) -> InRotations:
        structure = self._structure(atoms)
        parts = list(self._in_batches(structure, rotations, self.at_once(atoms)))
        return InRotations(
            energies=np.concatenate([part.energies for part in parts]),
            forces=np.concatenate([part.forces for part in parts]).reshape(len(rotations), len(structure), 3),
            torques=np.concatenate([part.torques for part in parts]),
        )

    @override
    def energies(self, structures: Sequence[Atoms]) -> Float:
        return np.array([self._single(atoms).energies[0] for atoms in structures])

    @override
    def virial(self, atoms: Atoms) -> Virial | None:
        return Virial(self._single(atoms).virials[0], full=True)

    @override
    def batch(self, structures: Sequence[Atoms]) -> list[InRotations] | None:
        graph = _core.build_graph([self._structure(atoms) for atoms in structures], self.potential.metadata.cutoff)
        result = self._evaluate(graph)
        return [
            InRotations(result.energies[i, None], result.forces[None, first:end], result.torques[i, None])
            for i, (first, end) in enumerate(zip(graph.first_atom[:-1], graph.first_atom[1:], strict=True))
        ]

    @override
    def direct_forces(self, atoms: Atoms) -> Float | None:
        if "forces" not in self.potential.metadata.outputs:
            return None
        return self._single(atoms).outputs["forces"]

    @override
    def in_double(self) -> Subject | None:
        """Return a copy whose weights and constants are float64; the file on disk is temporary."""
        if self.dtype == "float64":
            return self
        with tempfile.TemporaryDirectory(prefix="tumble-audit-") as folder:
            copy = Path(folder) / self._path.name
            write_in_double(self._path, copy)
            return ModelSubject(copy, device=self._device, memory=self._memory, check=False)

    def _structure(self, atoms: Atoms) -> _core.Structure:
        structure = to_structure(atoms, self.potential.metadata.species)
        if len(structure) == 0:
            raise StructureError("expected at least one atom, got none")
        return structure

    def _single(self, atoms: Atoms) -> _core.Evaluation:
        return self._evaluate(_core.build_graph([self._structure(atoms)], self.potential.metadata.cutoff))

    def _in_batches(self, structure: _core.Structure, rotations: Float, size: int) -> Iterator[_core.Evaluation]:
        for first in range(0, len(rotations), size):
            frames = [_core.Frames(rotation[None], [1.0]) for rotation in rotations[first : first + size]]
            yield self._evaluate(self._copies(structure, len(frames)), frames)

    def _copies(self, structure: _core.Structure, count: int) -> _core.Graph:
        """Return the graph of several copies; a probe asks for the same one many times."""
        arrays = (structure.species, structure.positions, structure.cell, np.array(structure.periodic))
        key = (count, *(array.tobytes() for array in arrays))
        if self._known is None or self._known[0] != key:
            self._known = key, _core.build_graph([structure] * count, self.potential.metadata.cutoff)
        return self._known[1]

    def _evaluate(self, graph: _core.Graph, frames: Sequence[_core.Frames] = ()) -> _core.Evaluation:
        self.evaluations += len(graph.local_atoms)
        return self.potential.evaluate(graph, frames)
