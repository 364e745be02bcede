"""The frame torque: the antisymmetric part of the virial."""

from __future__ import annotations

import numpy as np
from scipy.spatial.transform import Rotation
from typing_extensions import override

from tumble.audit.case import Case
from tumble.audit.check import TORQUE, Check, Measure, Outcome, Value
from tumble.audit.differences import GAIN, derivative
from tumble.audit.subject import Float

_ANGLE = 3e-3  # rad


class Torque(Check):
    """|dE/d(rotation)|, from the virial of a model, and from energies of turned structures for a calculator."""

    name = "torque"
    title = "Frame torque"
    meaning = (
        "The derivative of the energy under a rigid rotation of everything, cell included: the antisymmetric part "
        "of the virial, which stress tensors leave out. It is zero for a potential that is exact under proper "
        "rotations."
    )
    measures = (Measure("torque", TORQUE, "Length of the frame torque."),)

    @override
    def run(self, case: Case) -> Outcome:
        virial = case.virial
        if virial is not None and virial.full:
            w = virial.values
            torque = np.array([w[2, 1] - w[1, 2], w[0, 2] - w[2, 0], w[1, 0] - w[0, 1]])
            return _outcome(torque, case.noise.forces * _arm(case))
        found = [self._about(case, axis) for axis in np.eye(3)]
        return _outcome(np.array([value for value, _ in found]), max(noise for _, noise in found))

    def _about(self, case: Case, axis: Float) -> tuple[float, float]:
        def energies(angles: object) -> Float:
            rotations = Rotation.from_rotvec(np.outer(np.asarray(angles), axis)).as_matrix()
            return case.subject.evaluate(case.atoms, rotations).energies

        found = derivative(energies, _ANGLE)
        return float(found.value), float(np.hypot(GAIN * case.noise.energy / _ANGLE, found.left))


def _outcome(torque: Float, noise: float) -> Outcome:
    return Outcome({"torque": Value(float(np.linalg.norm(torque)), float(np.sqrt(3.0) * noise))})


def _arm(case: Case) -> float:
    """Return the distance, summed over edges in quadrature, by which noise of gradients becomes a torque, Å."""
    return float(2.0 * (case.subject.cutoff or 1.0) * np.sqrt(len(case.atoms)))
