"""A potential as audits and probes see it: energies and forces of a structure in any rotation.

Conventions are those of the core: a rotation R turns what the potential sees, x' = R x, positions and cell alike.
Forces and virials are turned back to the lab frame, so that those of an exactly invariant potential don't depend on R.
The virial is W_ab = -dE/d(strain_ab), and the frame torque tau = dE/d(rotation of everything, cell included).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from ase import Atoms
from numpy.typing import NDArray

Float = NDArray[np.float64]

#: The lab frame alone, [1, 3, 3].
LAB = np.eye(3)[None]


@dataclass(frozen=True)
class InRotations:
    """Results for one structure of N atoms in K rotations, turned back to the lab frame.

    Attributes:
        energies: eV, [K].
        forces: eV/Å, [K, N, 3].
        torques: Frame torques, eV/rad, [K, 3]; NaN where they are unknown: a periodic structure and a calculator,
            whose stress is symmetric.
    """

    energies: Float
    forces: Float
    torques: Float


@dataclass(frozen=True)
class Virial:
    """A virial W_ab = -dE/d(strain_ab).

    Attributes:
        values: eV, [3, 3].
        full: Whether the antisymmetric part is known. ASE's stress is symmetric by definition.
    """

    values: Float
    full: bool


class Subject(ABC):
    """A potential.

    Attributes:
        kind: `model` or `calculator`.
        name: For tables.
        elements: Chemical symbols that it knows; None if it doesn't say.
        cutoff: Longest edge, Å; None if unknown.
        depth: Number of edges after which atoms don't see each other; None if unknown.
        dtype: `float32` or `float64`; None if unknown.
        evaluations: Number of structures evaluated so far.
    """

    kind: ClassVar[str]
    name: str
    elements: tuple[str, ...] | None = None
    cutoff: float | None = None
    depth: int | None = None
    dtype: str | None = None

    def __init__(self, name: str) -> None:
        """Name the potential."""
        self.name = name
        self.evaluations = 0

    def at_once(self, atoms: Atoms) -> int:
        """Return the number of rotations of a structure that `evaluate` takes through the potential together."""
        return 1

    @abstractmethod
    def evaluate(self, atoms: Atoms, rotations: Float = LAB) -> InRotations:
        """Evaluate a structure in rotations.

        Args:
            atoms: Positions and cell in Å, at least one atom.
            rotations: Orthogonal matrices [K, 3, 3], proper or improper.

        Raises:
            StructureError: If the potential doesn't know an element, or the structure is impossible.
            EvaluationError: If a model fails or returns numbers that aren't finite.
            CalculatorError: If a calculator fails; the message names the structure and the rotation.
        """

    @abstractmethod
    def energies(self, structures: Sequence[Atoms]) -> Float:
        """Return the energies of structures in the lab frame, each evaluated on its own, eV, [B].

        Raises:
            TumbleError: As by `evaluate`.
        """

    @abstractmethod
    def virial(self, atoms: Atoms) -> Virial | None:
        """Return the virial in the lab frame; None if the potential has none for this structure.

        Raises:
            TumbleError: As by `evaluate`.
        """

    def batch(self, structures: Sequence[Atoms]) -> list[InRotations] | None:
        """Evaluate structures in one batch in the lab frame; None if the potential takes one structure at a time.

        Raises:
            TumbleError: As by `evaluate`.
        """
        return None

    def direct_forces(self, atoms: Atoms) -> Float | None:
        """Return forces that the potential predicts in addition to those from its energy, eV/Å, [N, 3].

        Raises:
            TumbleError: As by `evaluate`.
        """
        return None

    def in_double(self) -> Subject | None:
        """Return the same potential in double precision; None if there is none.

        Raises:
            TumbleError: If it exists but doesn't run.
        """
        return None
