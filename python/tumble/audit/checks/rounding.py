"""Rounding noise."""

from __future__ import annotations

from typing_extensions import override

from tumble.audit.case import Case
from tumble.audit.check import Check, Outcome, Value, energy_and_forces


class Rounding(Check):
    """The noise that all other checks are judged by."""

    name = "rounding"
    title = "Rounding under tiny displacements"
    meaning = (
        "Atoms move by a few rounding units, so that the physics stays and all roundings change. The numbers are "
        "standard deviations. Other numbers of this page are called exact if they are no larger than this noise "
        "makes them."
    )
    measures = energy_and_forces("rounding", "under tiny displacements", noise=True)

    @override
    def run(self, case: Case) -> Outcome:
        noise = case.noise
        energy = noise.energy / len(case.atoms)
        return Outcome({"rounding-energy": Value(energy, energy), "rounding-forces": Value(noise.forces, noise.forces)})
