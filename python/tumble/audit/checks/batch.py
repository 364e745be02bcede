"""Structures in one batch against one at a time."""

from __future__ import annotations

import numpy as np
from typing_extensions import override

from tumble.audit.case import Case
from tumble.audit.check import Check, Outcome, energy_and_forces
from tumble.audit.checks.comparison import compared
from tumble.errors import NotApplicableError


class Batch(Check):
    """A batch of half of the structure and the structure, twice."""

    name = "batch"
    title = "Batch against single"
    meaning = (
        "The structure is evaluated together with half of itself and a copy. If the numbers aren't zero, "
        "structures of one batch see each other: beads of a path integral, or rotations of an average."
    )
    measures = energy_and_forces("batch", "between a batch and a single structure")

    @override
    def run(self, case: Case) -> Outcome:
        half = case.atoms[: max(1, len(case.atoms) // 2)]
        found = case.subject.batch([half, case.atoms, case.atoms])
        if found is None:
            raise NotApplicableError("a calculator takes one structure at a time")
        return compared(
            "batch",
            case,
            np.array([each.energies[0] for each in found[1:]]),
            np.array([each.forces[0] for each in found[1:]]),
        )
