"""Forces that a potential predicts directly rather than as the gradient of its energy."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from ase import Atoms
from typing_extensions import override

from tumble.accuracy import rms
from tumble.audit.case import Case
from tumble.audit.check import CURL, FORCES, Check, Measure, Outcome, Value
from tumble.audit.checks.gradient import Gradient
from tumble.audit.differences import GAIN, along, derivative, signs, step_for
from tumble.audit.noise import displaced
from tumble.audit.subject import Float
from tumble.errors import NotApplicableError

_PAIRS = 2


class Direct(Check):
    """Curl of the forces: the antisymmetric part of their Jacobian J = dF/dx along random directions u, v.

    The mean of (u . J v - v . J u)^2 over random signs is the sum over all (J - J^T)^2.
    """

    name = "direct"
    title = "Direct forces"
    meaning = (
        "Direct forces that aren't a gradient do net work around closed paths: the curl, the antisymmetric part of "
        "their Jacobian, isn't zero. They heat or cool a system without limit."
    )
    measures = (
        Measure("direct-forces", FORCES, "Difference of direct forces and those from the energy, rms."),
        Measure("curl", CURL, "Antisymmetric part of the Jacobian of the forces, rms norm of a row."),
    )

    @override
    def run(self, case: Case) -> Outcome:
        direct = case.direct_forces
        values: dict[str, Value] = {}
        if direct is not None:
            values["direct-forces"] = Value(rms(direct - case.forces), case.force_noise)
            forces = _direct_of(case)
        elif all(value.exact for value in Gradient().answer(case).values.values()):
            raise NotApplicableError("the forces are the gradient of the energy")
        else:
            forces = _all_of(case)
        values["curl"] = self._curl(case, forces)
        return Outcome(values)

    def _curl(self, case: Case, forces: Callable[[Atoms], Float]) -> Value:
        random, count = case.random(self.name), len(case.atoms)
        step = step_for(case.noise, count)
        curls, left = [], []

        def at(shifts: Sequence[Float]) -> Float:
            return np.array([forces(displaced(case.atoms, shift)) for shift in shifts])

        for _ in range(_PAIRS):
            one, two = signs(random, count, 3), signs(random, count, 3)
            along_one, along_two = (derivative(along(at, each), step) for each in (one, two))
            curls.append(float(np.sum(two * along_one.value) - np.sum(one * along_two.value)))
            left += [along_one.left, along_two.left]
        noise = np.hypot(GAIN * case.force_noise / step, np.sqrt(2.0) * rms(np.array(left)))
        return Value(rms(np.array(curls)) / np.sqrt(3.0 * count), float(noise))


def _all_of(case: Case) -> Callable[[Atoms], Float]:
    return lambda atoms: case.subject.evaluate(atoms).forces[0]


def _direct_of(case: Case) -> Callable[[Atoms], Float]:
    def forces(atoms: Atoms) -> Float:
        found = case.subject.direct_forces(atoms)
        assert found is not None
        return found

    return forces
