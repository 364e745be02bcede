"""Forces against the gradient of the energy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from typing_extensions import override

from tumble.accuracy import rms
from tumble.audit.case import Case
from tumble.audit.check import FORCES, Check, Measure, Outcome, Value
from tumble.audit.differences import GAIN, derivative, signs, step_for
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
        random, count = case.random(self.name), 3 * len(case.atoms)
        step = step_for(case.noise, len(case.atoms))
        misses, left = [], []
        for _ in range(_DIRECTIONS):
            direction = signs(random, len(case.atoms), 3)

            def energies(steps: Sequence[float], direction: Float = direction) -> Float:
                return case.subject.energies([displaced(case.atoms, step * direction) for step in steps])

            slope = derivative(energies, step)
            misses.append(float(slope.value) + float(np.sum(case.forces * direction)))
            left.append(slope.left)
        noise = np.hypot(GAIN * case.noise.energy / step, rms(np.array(left)))
        return Outcome(
            {"gradient-forces": Value(rms(np.array(misses)) / np.sqrt(count), float(noise / np.sqrt(count)))}
        )
