"""Forces against the gradient of the energy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from typing_extensions import override

from tumble.audit.case import Case
from tumble.audit.check import FORCES, Check, Measure, Outcome, Value
from tumble.audit.differences import missed, signs, step_for
from tumble.audit.noise import displaced
from tumble.audit.subject import Float

_DIRECTIONS = 3


class Gradient(Check):
    """Derivatives of the energy along random directions of all atoms.

    For random signs u, the mean of ((F + grad E) . u)^2 is |F + grad E|^2.
    """

    name = "gradient"
    title = "Forces against the energy"
    meaning = (
        "Derivatives of the energy along random directions, by finite differences, are compared with the forces. "
        "If they differ, no energy is conserved: dynamics at constant energy drifts, and a thermostat hides it."
    )
    measures = (Measure("gradient-forces", FORCES, "Difference of forces and energy gradient, rms per component."),)

    @override
    def run(self, case: Case) -> Outcome:
        random, count = case.random(self.name), len(case.atoms)

        def energies(shifts: Sequence[Float]) -> Float:
            return case.subject.energies([displaced(case.atoms, shift) for shift in shifts])

        directions = [signs(random, count, 3) for _ in range(_DIRECTIONS)]
        found = missed(energies, case.forces, directions, step_for(case.noise, count), case.noise.energy)
        root = np.sqrt(3 * count)
        return Outcome({"gradient-forces": Value(found.value / root, found.rounding / root)})
