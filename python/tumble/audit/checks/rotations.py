"""Proper rotations of everything."""

from __future__ import annotations

import numpy as np
from typing_extensions import override

from tumble.audit.case import Case
from tumble.audit.check import Check, Outcome, energy_and_forces
from tumble.audit.checks.comparison import outcome


class Rotations(Check):
    """Spread over random proper rotations, with Bessel's factor."""

    name = "rotations"
    title = "Proper rotations"
    meaning = (
        "The structure, cell included, is turned by random proper rotations; forces are turned back. The numbers "
        "are standard deviations over the rotations. If they aren't zero, the energy depends on the orientation of "
        "the box, and the forces exert a torque."
    )
    measures = energy_and_forces("rotation", "in a rotation from the mean over rotations")

    @override
    def run(self, case: Case) -> Outcome:
        turned = case.turned
        bessel = np.sqrt(len(turned.energies) / (len(turned.energies) - 1))
        return outcome(
            "rotation",
            case,
            bessel * (turned.energies - turned.energies.mean()),
            bessel * (turned.forces - turned.forces.mean(axis=0)),
        )
