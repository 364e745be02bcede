"""Single against double precision."""

from __future__ import annotations

from typing_extensions import override

from tumble.audit.case import Case
from tumble.audit.check import Check, Outcome, energy_and_forces
from tumble.audit.checks.comparison import outcome
from tumble.audit.subject import Subject
from tumble.errors import NotApplicableError, TumbleError


class Precision(Check):
    """Results in float32 against those of a copy in float64."""

    name = "precision"
    title = "float32 against float64"
    meaning = (
        "The model file is compared with a copy whose weights and arithmetic are float64. The numbers are the "
        "error of float32, which dynamics sees as a weak random force."
    )
    measures = energy_and_forces("precision", "between float32 and float64")

    def __init__(self) -> None:
        """Have no copy yet."""
        self._double: Subject | None = None

    @override
    def run(self, case: Case) -> Outcome:
        if case.subject.dtype is None:
            raise NotApplicableError("the precision of a calculator isn't known")
        if case.subject.dtype == "float64":
            raise NotApplicableError("the model is float64")
        if self._double is None:
            self._double = _in_double(case.subject)
        try:
            found = self._double.evaluate(case.atoms)
        except TumbleError as error:  # its code may choose float32 while it runs
            raise NotApplicableError(
                f"the copy in float64 doesn't run: {error}; compare with a file that `tumble convert --dtype float64` "
                "or `tumble.export` wrote in float64"
            ) from error
        return outcome("precision", case, case.energy - found.energies, case.forces - found.forces[0])


def _in_double(subject: Subject) -> Subject:
    try:
        double = subject.in_double()
    except TumbleError as error:
        raise NotApplicableError(str(error)) from error
    if double is None:
        raise NotApplicableError("there is no version in float64")
    return double
