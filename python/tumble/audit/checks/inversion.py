"""Inversion of everything, measured apart from rotations."""

from __future__ import annotations

import numpy as np
from ase import Atoms
from typing_extensions import override

from tumble.audit.case import Case
from tumble.audit.check import Check, Outcome, energy_and_forces
from tumble.audit.checks.comparison import outcome
from tumble.audit.noise import displaced
from tumble.audit.subject import LAB
from tumble.errors import NotApplicableError

_DISTORTION = 0.1  # Å, standard deviation of each coordinate
_FEWEST = 4  # atoms that can differ from their mirror image: three lie in a plane


class Inversion(Check):
    """Difference between rotations and their improper partners; of a distorted copy if there is none.

    A rotation turns a structure with a mirror plane into its inverse, so it shows no broken parity. Most molecules and
    crystals in equilibrium have such planes, and lose them by random displacements.
    """

    name = "inversion"
    title = "Inversion"
    meaning = (
        "Each rotation R is compared with its improper partner -R, so a potential that is exact under proper "
        "rotations shows the inversion alone. Where no difference is found, a distorted copy of the structure is "
        "compared with its inverse, since symmetric structures can't show any. If the numbers aren't zero, a molecule "
        "and its mirror image differ. The frame torque can't see this error."
    )
    measures = energy_and_forces("inversion", "between a rotation and its improper partner")

    @override
    def run(self, case: Case) -> Outcome:
        found = self.differences(case)
        if not all(value.exact for value in found.values.values()):
            return found
        distorted = _distorted(case)
        if len(distorted) < _FEWEST:
            raise NotApplicableError("up to three atoms equal their mirror image; give a liquid, or larger molecules")
        return _mirrored(Case(case.subject, distorted, case.index, case.options))

    def differences(self, case: Case) -> Outcome:
        """Return the differences of the structure itself, also if they can't show a broken parity."""
        return outcome(
            self.name,
            case,
            case.inverted.energies - case.turned.energies,
            case.inverted.forces - case.turned.forces,
        )


def _distorted(case: Case) -> Atoms:
    """Return a copy off its symmetry: several cells of a crystal if one has too few atoms."""
    atoms = case.atoms
    if len(atoms) < _FEWEST:
        atoms = atoms.repeat(np.where(atoms.pbc, 2, 1))  # type: ignore[no-untyped-call]
    return displaced(atoms, _DISTORTION * case.random(Inversion.name).standard_normal((len(atoms), 3)))


def _mirrored(case: Case) -> Outcome:
    """Return the difference between a structure and its inverse."""
    inverse = case.subject.evaluate(case.atoms, -LAB)
    return outcome(Inversion.name, case, inverse.energies - case.energy, inverse.forces - case.forces)
