"""The model as the checks use it: forces, time and noise of a structure."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import cached_property

import numpy as np
from ase import Atoms

from tumble import _core
from tumble.structures import to_structure
from tumble.types import Array

_DRAWS = 8  # of random rotations: the variance is known to about a half


class Model:
    """A model that is loaded when it is first evaluated, and the rotations over which it is averaged.

    Args:
        metadata: Of the model file.
        load: Function that loads it.
        symmetrizer: The rotations.
    """

    def __init__(
        self, metadata: _core.Metadata, load: Callable[[], _core.Potential], symmetrizer: _core.Symmetrizer
    ) -> None:
        self.metadata = metadata
        self.symmetrizer = symmetrizer
        self._load = load

    @property
    def species(self) -> Sequence[str]:
        """Symbols of its elements."""
        return self.metadata.species

    @cached_property
    def potential(self) -> _core.Potential:
        """The loaded model.

        Raises:
            ModelFileError, DeviceError: If it can't be loaded.
        """
        return self._load()

    def graph(self, structures: Sequence[Atoms], cutoff: float | None = None) -> _core.Graph:
        """Return the graph of structures.

        Args:
            structures: Structures.
            cutoff: Å; None for the model's own.

        Raises:
            StructureError: If the model lacks an element, or a structure is impossible.
        """
        reach = self.metadata.cutoff if cutoff is None else cutoff
        return _core.build_graph([to_structure(atoms, self.species) for atoms in structures], reach)

    def forces(self, structures: Sequence[Atoms]) -> Sequence[Array]:
        """Return the forces of the bare model on structures of N atoms, [N, 3] each, eV/Å.

        Raises:
            StructureError, EvaluationError: If a structure can't be evaluated.
        """
        forces = self.potential.evaluate(self.graph(structures)).forces
        return np.split(forces, len(structures))

    def seconds(self, atoms: Atoms) -> float:
        """Return the time of one evaluation of the bare model, of the faster of two after the model is warm.

        Raises:
            StructureError, EvaluationError: If it can't be evaluated.
        """
        self.potential.warm_up()
        times = []
        for _ in range(2):
            start = time.perf_counter()
            self.forces([atoms])
            times.append(time.perf_counter() - start)
        return min(times)

    def force_noise(self, atoms: Atoms, budget: int) -> Array:
        """Return the variance of each force component over draws of the random rotations, [N, 3], (eV/Å)².

        Args:
            atoms: Structure.
            budget: Number of evaluations to aim at.

        Raises:
            StructureError, EvaluationError: If it can't be evaluated.
        """
        draws = min(_DRAWS, max(3, budget // len(self.symmetrizer)))
        graph = self.graph([atoms])
        found = [
            self.potential.evaluate(graph, [self.symmetrizer.frames([draw, 0, 0, 0])]).forces for draw in range(draws)
        ]
        return np.asarray(np.var(found, axis=0, ddof=1))
