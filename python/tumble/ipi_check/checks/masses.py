"""Whether masses fit the elements."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from typing_extensions import override

from tumble import _core
from tumble.ipi_check.case import Case
from tumble.ipi_check.check import Check
from tumble.ipi_check.finding import Finding, note, warning


class Masses(Check):
    """Compare the masses that i-PI uses with those of the isotopes of each element."""

    name = "masses"
    title = "masses"

    @override
    def run(self, case: Case) -> Iterator[Finding]:
        atoms = case.atoms
        found: dict[tuple[str, str], set[float]] = {}
        for label, element, mass in zip(atoms.labels, atoms.elements, atoms.masses, strict=True):
            found.setdefault((label, element), set()).add(round(float(mass), 6))
        for (label, element), masses in found.items():
            strange = sorted(mass for mass in masses if element and not _core.may_have_mass(element, mass))
            usual = _core.atomic_weight(element) if element else 0.0
            if label == f"{element}2" and np.isclose(max(masses), 2.0 * usual, rtol=1e-3):
                yield warning(
                    f"i-PI takes `{label}` as a molecule of {max(masses):g} u, the driver as an atom of {element}",
                    f"the label {element}, or D for deuterium",
                )
            elif strange:
                yield warning(
                    f"i-PI's mass of `{label}` is {strange[0]:g} u, while {element} has {usual:g} u: vibrations and "
                    "quantum effects are those of another particle",
                    "<masses mode='manual' units='dalton'> in dalton; without units i-PI reads electron masses",
                )
            elif len(masses) > 1:
                listed = ", ".join(f"{mass:g}" for mass in sorted(masses))
                yield note(f"atoms with the label `{label}` have different masses: {listed} u")
