"""Evaluation of one structure in many rotations, batch by batch, so that memory doesn't depend on their number."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from ase import Atoms
from numpy.typing import NDArray

from tumble.audit.subject import InRotations, Subject
from tumble.probe.frame_union import FrameUnion

Float = NDArray[np.float64]


@dataclass(frozen=True)
class Averages:
    """Results for one structure, averaged over each of S sets of rotations.

    Attributes:
        energies: eV, [S].
        forces: eV/Å, [S, N, 3].
        torques: eV/rad, [S, 3]; NaN where they are unknown.
        frame_energies: Energy in each of the K rotations, eV, [K].
    """

    energies: Float
    forces: Float
    torques: Float
    frame_energies: Float


class StructureInFrames:
    """A structure that a potential evaluates in any number of rotations."""

    def __init__(self, subject: Subject, structure: Atoms, evaluated: Callable[[int], None]) -> None:
        """Prepare the evaluation.

        Args:
            subject: The potential.
            structure: Structure with at least one atom.
            evaluated: Called with the number of evaluations after each batch.
        """
        self._subject = subject
        self._structure = structure
        self._evaluated = evaluated
        self.atoms = len(structure)

    def batches(self, rotations: Float) -> Iterator[InRotations]:
        """Evaluate the structure in rotations [K, 3, 3], batch by batch.

        Raises:
            TumbleError: As by `Subject.evaluate`.
        """
        size = self._subject.at_once(self._structure)
        for first in range(0, len(rotations), size):
            result = self._subject.evaluate(self._structure, rotations[first : first + size])
            self._evaluated(len(result.energies))
            yield result

    def averages(self, union: FrameUnion) -> Averages:
        """Return the averages over each set.

        Raises:
            TumbleError: As by `Subject.evaluate`.
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
