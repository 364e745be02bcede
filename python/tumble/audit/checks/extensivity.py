"""Two copies of a structure."""

from __future__ import annotations

import numpy as np
from ase import Atoms
from typing_extensions import override

from tumble.audit.case import Case
from tumble.audit.check import Check, Outcome, energy_and_forces
from tumble.audit.checks.comparison import outcome
from tumble.audit.noise import displaced

_UNKNOWN_REACH = 50.0  # Å


class Extensivity(Check):
    """Twice the cell along its shortest periodic vector, or two copies beyond the reach of the potential."""

    name = "extensivity"
    title = "Two copies"
    meaning = (
        "A periodic structure becomes a supercell of two cells, an open one has a copy out of its reach. The "
        "energy must double, and the forces stay. If not, results depend on the size of the box."
    )
    measures = energy_and_forces("extensivity", "of each of two copies")

    @override
    def run(self, case: Case) -> Outcome:
        found = case.subject.evaluate(_doubled(case))
        count = len(case.atoms)
        forces = found.forces[0].reshape(2, count, 3)
        return outcome(
            "extensivity", case, np.array([0.5 * found.energies[0] - case.energy]), forces - case.forces[None]
        )


def _doubled(case: Case) -> Atoms:
    atoms = case.atoms
    if atoms.pbc.any():
        lengths = np.where(atoms.pbc, atoms.cell.lengths(), np.inf)
        repeat = [1, 1, 1]
        repeat[int(np.argmin(lengths))] = 2
        doubled: Atoms = atoms.repeat(repeat)  # type: ignore[no-untyped-call]
        return doubled
    reach = (case.subject.cutoff or _UNKNOWN_REACH) * 2 * (case.subject.depth or 1)
    distance = float(np.ptp(atoms.positions, axis=0).max()) + reach + 1.0
    first = atoms.cell.array[0]
    if not np.any(first):
        pair: Atoms = atoms + displaced(atoms, np.array([distance, 0.0, 0.0]))
        return pair
    cells = int(np.ceil(distance / np.linalg.norm(first)))  # the cell of an open structure holds all atoms
    both: Atoms = atoms + displaced(atoms, cells * first)
    both.set_cell([(cells + 1) * first, *atoms.cell.array[1:]], scale_atoms=False)  # type: ignore[no-untyped-call]
    return both
