"""Spectrum of the energy over degrees of rotation, of the first structure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from typing_extensions import override

from tumble.audit.case import Case
from tumble.audit.check import Check, Outcome
from tumble.audit.checks.inversion import Inversion
from tumble.audit.checks.rotations import Rotations
from tumble.errors import ConfigurationError, NotApplicableError
from tumble.probe.spectrum import Projector
from tumble.probe.structure import quadrature
from tumble.rotation_sets import RotationSet


class SpectrumCheck(Check):
    """Powers of the energy over rotations; see `tumble.probe.spectrum`."""

    name = "spectrum"
    title = "Spectrum over l"
    meaning = (
        "The dependence of the energy on the orientation, divided into degrees l, of the first structure. An "
        "average over a set of rotations that is exact to degree t removes what has l from 1 to t; odd parts are "
        "removed by `+inversion`."
    )
    measures = ()

    @override
    def run(self, case: Case) -> Outcome:
        highest = case.options.spectrum
        if highest == 0:
            raise NotApplicableError("not asked for; `--spectrum 3`")
        if case.index > 0:
            raise NotApplicableError("of the first structure alone")
        both = [*Rotations().answer(case).values.values(), *Inversion().differences(case).values.values()]
        if all(value.exact for value in both):
            raise NotApplicableError("rotations and inversion are exact for the first structure")
        nodes = quadrature(RotationSet(f"degree:{2 * highest}", None), highest)
        assert nodes is not None
        try:
            projector = Projector(nodes, highest)
        except ConfigurationError as error:  # e3nn is missing
            raise NotApplicableError(str(error)) from error
        plain, inverted = (case.subject.evaluate(case.atoms, sign * nodes.rotations).energies for sign in (1.0, -1.0))
        return Outcome({}, asdict(projector.parts(plain, inverted)) | {"evaluations": 2 * len(nodes)})

    @override
    def lines(self, details: Sequence[Mapping[str, Any]]) -> list[str]:
        if not details:
            return []
        found = details[0]
        even, odd = found["even"], found["odd"]
        rest = found["even_total"] + found["odd_total"] - sum(even) - sum(odd)
        head = "".join(f"{f'l = {degree}':>9}" for degree in range(len(even)))
        return [
            "spectrum of the energy, first structure, rms in meV",
            f"{'':22}{head}",
            f"  {'even under inversion':20}{'':9}{''.join(_text(power) for power in even[1:])}",
            f"  {'odd under inversion':20}{''.join(_text(power) for power in odd)}",
            f"  {f'beyond l = {len(even) - 1}':20}{_text(rest)}",
        ]


def _text(power: float) -> str:
    return f"{1e3 * float(np.sqrt(max(power, 0.0))):9.3g}"
