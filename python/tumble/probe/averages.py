"""Evaluation of one structure in many rotations, batch by batch, so that memory doesn't depend on their number."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tumble import _core
from tumble.probe.frame_union import FrameUnion

Float = NDArray[np.float64]

_ATOMS = 2048  # in one batch, all copies together; the core divides it further if its memory budget is smaller
_COPIES = 256  # of the structure in one batch


@dataclass(frozen=True)
class InFrames:
    """Results for one structure in K rotations, turned back to the lab frame.

    Attributes:
        energies: eV, [K].
        forces: eV/Å, [K, N, 3].
        torques: eV/rad, [K, 3].
    """

    energies: Float
    forces: Float
    torques: Float


@dataclass(frozen=True)
class Averages:
    """Results for one structure, averaged over each of S sets of rotations.

    Attributes:
        energies: eV, [S].
        forces: eV/Å, [S, N, 3].
        torques: eV/rad, [S, 3].
        frame_energies: Energy in each of the K rotations, eV, [K].
    """

    energies: Float
    forces: Float
    torques: Float
    frame_energies: Float


class StructureInFrames:
    """A structure that a model evaluates in any number of rotations."""

    def __init__(
        self, potential: _core.Potential, structure: _core.Structure, evaluated: Callable[[int], None]
    ) -> None:
        """Prepare the evaluation.

        Args:
            potential: The model.
            structure: Structure with at least one atom.
            evaluated: Called with the number of evaluations after each batch.
        """
        self._potential = potential
        self._structure = structure
        self._evaluated = evaluated
        self._graphs: dict[int, _core.Graph] = {}
        self.atoms = len(structure)

    def batches(self, rotations: Float) -> Iterator[InFrames]:
        """Evaluate the structure in rotations [K, 3, 3], batch by batch.

        Raises:
            EvaluationError: If the model fails.
        """
        size = max(1, min(_COPIES, _ATOMS // self.atoms))
        for first in range(0, len(rotations), size):
            some = rotations[first : first + size]
            frames = [_core.Frames(rotation[None], [1.0]) for rotation in some]
            result = self._potential.evaluate(self._copies(len(some)), frames)
            self._evaluated(len(some))
            yield InFrames(result.energies, result.forces.reshape(len(some), self.atoms, 3), result.torques)

    def averages(self, union: FrameUnion) -> Averages:
        """Return the averages over each set.

        Raises:
            EvaluationError: If the model fails.
        """
        sets, count = union.weights.shape
        energies = np.empty(count)
        forces, torques = np.zeros((sets, self.atoms, 3)), np.zeros((sets, 3))
        done = 0
        for batch in self.batches(union.rotations):
            here = slice(done, done + len(batch.energies))
            energies[here] = batch.energies
            forces += np.tensordot(union.weights[:, here], batch.forces, axes=1)
            torques += union.weights[:, here] @ batch.torques
            done = here.stop
        # Averaging differences from the first energy preserves digits: energies of free atoms are large.
        averaged = energies[0] + union.weights @ (energies - energies[0])
        return Averages(averaged, forces, torques, energies)

    def _copies(self, count: int) -> _core.Graph:
        """Return the graph of several copies of the structure; at most two sizes occur, the full and the last batch."""
        if count not in self._graphs:
            if len(self._graphs) > 1:
                self._graphs.pop(min(self._graphs))
            self._graphs[count] = _core.build_graph([self._structure] * count, self._potential.metadata.cutoff)
        return self._graphs[count]
