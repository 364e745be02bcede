"""Atoms without neighbors."""

from __future__ import annotations

import numpy as np
from ase import Atoms
from typing_extensions import override

from tumble.audit.case import Case
from tumble.audit.check import FORCES, Check, Measure, Outcome, Value

_SPACE = 10.0  # Å beyond the cutoff
_UNKNOWN_CUTOFF = 20.0  # Å


class Isolated(Check):
    """One atom of each element of the structure."""

    name = "isolated"
    title = "Isolated atoms"
    meaning = (
        "One atom of each element, alone in a large box. Its energy must be finite and its force zero. Atoms are "
        "alone in a gas, and on a rank of LAMMPS that holds few."
    )
    measures = (Measure("isolated-forces", FORCES, "Largest force component on an isolated atom."),)

    @override
    def run(self, case: Case) -> Outcome:
        size = (case.subject.cutoff or _UNKNOWN_CUTOFF) + _SPACE
        energies, forces = {}, []
        for symbol in sorted(set(case.atoms.symbols)):
            alone = Atoms(symbol, [3 * [size / 2]], cell=3 * [size], pbc=case.atoms.pbc, info=case.atoms.info)
            found = case.subject.evaluate(alone)
            energies[symbol] = float(found.energies[0])
            forces.append(float(np.abs(found.forces).max()))
        return Outcome({"isolated-forces": Value(max(forces), case.noise.forces)}, {"energies": energies})
