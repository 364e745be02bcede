"""Atoms moved together, and through periodic boundaries."""

from __future__ import annotations

import numpy as np
from ase import Atoms
from typing_extensions import override

from tumble.audit.case import Case
from tumble.audit.check import Check, Outcome, energy_and_forces
from tumble.audit.checks.comparison import compared
from tumble.audit.noise import displaced

_DISTANCE = 10.0  # Å


class Translation(Check):
    """A random translation; in periodic directions also wrapped into the cell, and with each atom in another image."""

    name = "translation"
    title = "Translations and periodic images"
    meaning = (
        "All atoms move together; with periodic boundaries they are then wrapped into the cell, and each moves to "
        "another image. If the numbers aren't zero, momentum isn't conserved, or forces jump when an atom crosses "
        "a boundary."
    )
    measures = energy_and_forces("translation", "after a translation")

    @override
    def run(self, case: Case) -> Outcome:
        random = case.random(self.name)
        moved = displaced(case.atoms, _DISTANCE * random.standard_normal(3))
        variants = [moved]
        if case.atoms.pbc.any():
            variants += [_wrapped(moved), _in_other_images(moved, random)]
        found = [case.subject.evaluate(atoms) for atoms in variants]
        return compared(
            "translation",
            case,
            np.array([each.energies[0] for each in found]),
            np.array([each.forces[0] for each in found]),
        )


def _wrapped(atoms: Atoms) -> Atoms:
    copy: Atoms = atoms.copy()  # type: ignore[no-untyped-call]
    copy.wrap()  # type: ignore[no-untyped-call]
    return copy


def _in_other_images(atoms: Atoms, random: np.random.Generator) -> Atoms:
    images = random.integers(-1, 2, size=(len(atoms), 3)) * atoms.pbc
    return displaced(atoms, images @ atoms.cell.array)
