"""One structure of an audit, with the results that several checks share."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np
from ase import Atoms

from tumble.audit.noise import Noise, measure_noise
from tumble.audit.options import Options
from tumble.audit.subject import Float, InRotations, Subject, Virial
from tumble.rotations import random_proper_rotations


class Case:
    """A structure and the potential.

    Attributes:
        subject: The potential.
        atoms: The structure, without constraints.
        index: Its place in the file.
        options: Options of the audit.
    """

    def __init__(self, subject: Subject, atoms: Atoms, index: int, options: Options) -> None:
        """Store what the checks need; nothing is evaluated before a check asks."""
        self.subject = subject
        self.atoms: Atoms = atoms.copy()  # type: ignore[no-untyped-call]
        self.atoms.set_constraint(None)
        self.index = index
        self.options = options
        self._shared: dict[str, Any] = {}

    def shared(self, name: str, compute: Callable[[], Any]) -> Any:
        """Return what `compute` returns, which is called once for each name: checks may need the answer of another."""
        if name not in self._shared:
            self._shared[name] = compute()
        return self._shared[name]

    def random(self, name: str) -> np.random.Generator:
        """Return the source of random numbers of a check: the same whichever other checks run."""
        return np.random.default_rng([self.options.seed, self.index, zlib.crc32(name.encode())])

    @cached_property
    def base(self) -> InRotations:
        """Results in the lab frame."""
        return self.subject.evaluate(self.atoms)

    @property
    def energy(self) -> float:
        """Energy in the lab frame, eV."""
        return float(self.base.energies[0])

    @property
    def forces(self) -> Float:
        """Forces in the lab frame, eV/Å, [N, 3]."""
        forces: Float = self.base.forces[0]
        return forces

    @cached_property
    def virial(self) -> Virial | None:
        """Virial in the lab frame; None if the potential has none for this structure."""
        return self.subject.virial(self.atoms)

    @cached_property
    def direct_forces(self) -> Float | None:
        """Direct forces in the lab frame, eV/Å, [N, 3]; None if the potential predicts none."""
        return self.subject.direct_forces(self.atoms)

    @cached_property
    def noise(self) -> Noise:
        """Rounding noise."""
        return measure_noise(self.subject, self.atoms, self.base, self.random("noise"))

    @property
    def energy_noise(self) -> float:
        """Rounding noise of a difference of two energies, eV per atom."""
        return float(np.sqrt(2.0) * self.noise.energy / len(self.atoms))

    @property
    def force_noise(self) -> float:
        """Rounding noise of a difference of two force components, eV/Å."""
        return float(np.sqrt(2.0) * self.noise.forces)

    @cached_property
    def proper(self) -> Float:
        """Random proper rotations, [K, 3, 3]."""
        return random_proper_rotations(self.options.rotations, self.random("rotations"))

    @cached_property
    def turned(self) -> InRotations:
        """Results in the proper rotations."""
        return self.subject.evaluate(self.atoms, self.proper)

    @cached_property
    def inverted(self) -> InRotations:
        """Results in the improper partners of the rotations."""
        return self.subject.evaluate(self.atoms, -self.proper)
