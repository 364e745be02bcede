"""Sum and torque of the forces that drive the atoms."""

from __future__ import annotations

import numpy as np
from typing_extensions import override

from tumble.audit.case import Case
from tumble.audit.check import FORCES, TORQUE, Check, Measure, Outcome, Value


class Net(Check):
    """Net force of any structure, net torque of an open one; of direct forces where a model predicts them."""

    name = "net"
    title = "Net force and torque"
    meaning = (
        "The sum of the forces, divided by the number of atoms, and, without periodic boundaries, the torque about "
        "the center. A net force accelerates the whole system, a net torque sets it spinning."
    )
    measures = (
        Measure("net-force", FORCES, "Length of the mean force on an atom."),
        Measure("net-torque", TORQUE, "Length of the torque of the forces; of an open structure alone."),
    )

    @override
    def run(self, case: Case) -> Outcome:
        direct = case.direct_forces
        forces = case.forces if direct is None else direct
        noise = case.noise.forces
        values = {
            "net-force": Value(
                float(np.linalg.norm(forces.mean(axis=0))), float(noise * np.sqrt(3.0 / len(case.atoms)))
            )
        }
        if not case.atoms.pbc.any():
            arms = case.atoms.positions - case.atoms.positions.mean(axis=0)
            torque = np.cross(arms, forces).sum(axis=0)
            values["net-torque"] = Value(
                float(np.linalg.norm(torque)), float(noise * np.sqrt(2.0) * np.linalg.norm(arms)) + 1e-14
            )
        return Outcome(values)
