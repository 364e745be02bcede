"""Inversion of everything, measured apart from rotations."""

from __future__ import annotations

from typing_extensions import override

from tumble.audit.case import Case
from tumble.audit.check import Check, Outcome, energy_and_forces
from tumble.audit.checks.comparison import outcome
from tumble.audit.handedness import handed
from tumble.errors import NotApplicableError


class Inversion(Check):
    """Difference between rotations and their improper partners."""

    name = "inversion"
    title = "Inversion"
    meaning = (
        "Each rotation R is compared with its improper partner -R, so a potential that is exact under proper "
        "rotations shows the inversion alone. If the numbers aren't zero, a molecule and its mirror image differ. "
        "The frame torque can't see this error."
    )
    measures = energy_and_forces("inversion", "between a rotation and its improper partner")

    @override
    def run(self, case: Case) -> Outcome:
        found = self.differences(case)
        if all(value.exact for value in found.values.values()) and not handed(case.atoms):
            raise NotApplicableError("a structure that equals its mirror image can't show it; give a liquid, or others")
        return found

    def differences(self, case: Case) -> Outcome:
        """Return the differences, also if they can't show a broken parity."""
        return outcome(
            "inversion",
            case,
            case.inverted.energies - case.turned.energies,
            case.inverted.forces - case.turned.forces,
        )
