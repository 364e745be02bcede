"""Atoms in another order."""

from __future__ import annotations

import numpy as np
from typing_extensions import override

from tumble.audit.case import Case
from tumble.audit.check import Check, Outcome, energy_and_forces
from tumble.audit.checks.comparison import compared
from tumble.errors import NotApplicableError

_ORDERS = 2


class Permutation(Check):
    """Random orders of all atoms."""

    name = "permutation"
    title = "Order of the atoms"
    meaning = (
        "The same atoms in random orders. If the numbers aren't zero, atoms of one element aren't alike, and "
        "engines that sort atoms, as LAMMPS does, get different forces from one step to the next."
    )
    measures = energy_and_forces("permutation", "with the atoms in another order")

    @override
    def run(self, case: Case) -> Outcome:
        if len(case.atoms) == 1:
            raise NotApplicableError("a single atom has one order")
        random = case.random(self.name)
        energies, forces = [], []
        for _ in range(_ORDERS):
            order = random.permutation(len(case.atoms))
            found = case.subject.evaluate(case.atoms[order])
            energies.append(found.energies[0])
            forces.append(found.forces[0][np.argsort(order)])
        return compared("permutation", case, np.array(energies), np.array(forces))
