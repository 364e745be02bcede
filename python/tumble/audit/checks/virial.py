"""The virial against derivatives of the energy with respect to strain."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from ase import Atoms
from typing_extensions import override

from tumble.audit.case import Case
from tumble.audit.check import ENERGY, Check, Measure, Outcome, Value
from tumble.audit.differences import missed, signs, step_for
from tumble.audit.subject import Float
from tumble.errors import NotApplicableError

_DIRECTIONS = 3
_STRAIN = 0.3  # 1/Å: strain for a step of 1 Å


class VirialCheck(Check):
    """Derivatives along random strains: of all nine components, or the symmetric six where only these are known."""

    name = "virial"
    title = "Virial against the energy"
    meaning = (
        "Derivatives of the energy along random strains, by finite differences, are compared with the virial. If "
        "they differ, pressures and cells at constant pressure are wrong."
    )
    measures = (Measure("virial", ENERGY, "Difference of virial and strain derivative, rms per component."),)

    @override
    def run(self, case: Case) -> Outcome:
        virial = case.virial
        if virial is None:
            raise NotApplicableError("no stress for this structure")
        random, step = case.random(self.name), _STRAIN * step_for(case.noise, len(case.atoms))

        def energies(strains: Sequence[Float]) -> Float:
            return case.subject.energies([strained(case.atoms, strain) for strain in strains])

        directions = [signs(random, 3, 3) for _ in range(_DIRECTIONS)]
        if not virial.full:
            directions = [_symmetric(direction) for direction in directions]
        found = missed(energies, virial.values, directions, step, case.noise.energy)
        count = 3.0 * len(case.atoms)  # the root of nine components
        return Outcome({"virial": Value(found.value / count, found.rounding / count)})


def strained(atoms: Atoms, strain: Float) -> Atoms:
    """Return a copy with positions and cell x' = x (1 + strain), as rows; `strain` is [3, 3]."""
    copy: Atoms = atoms.copy()  # type: ignore[no-untyped-call]
    deformation = np.eye(3) + strain
    copy.set_cell(atoms.cell.array @ deformation, scale_atoms=False)  # type: ignore[no-untyped-call]
    copy.set_positions(atoms.positions @ deformation, apply_constraint=False)  # type: ignore[no-untyped-call]
    return copy


def _symmetric(direction: Float) -> Float:
    """Return a symmetric direction S from signs: the mean of (A : S)^2 is |A|^2 for a symmetric A."""
    upper = np.triu(direction, 1) / np.sqrt(2.0)
    symmetric: Float = np.diag(np.diag(direction)) + upper + upper.T
    return symmetric
