"""All checks of the physics, in the order in which they are made."""

from __future__ import annotations

from dataclasses import dataclass

from tumble.errors import NotApplicableError
from tumble.launch.checks.check import Check, Outcome
from tumble.launch.checks.drift import Drift
from tumble.launch.checks.finite import Finite
from tumble.launch.checks.frames import Frames
from tumble.launch.checks.molecules import Molecules
from tumble.launch.checks.steps import Steps
from tumble.launch.checks.temperature import Temperature

CHECKS: tuple[Check, ...] = (Steps(), Finite(), Temperature(), Drift(), Molecules(), Frames())


@dataclass(frozen=True)
class Verdict:
    """Results of all checks.

    Attributes:
        failures: Why the physics failed; none if it is fine.
        passed: Names of the checks that passed.
        skipped: Reasons why a check couldn't be made, by its name.
    """

    failures: tuple[str, ...]
    passed: tuple[str, ...]
    skipped: dict[str, str]


def check_physics(outcome: Outcome) -> Verdict:
    """Make all checks."""
    failures: list[str] = []
    passed: list[str] = []
    skipped: dict[str, str] = {}
    for check in CHECKS:
        try:
            failure = check.failure(outcome)
        except NotApplicableError as error:
            skipped[check.name] = str(error)
            continue
        if failure is None:
            passed.append(check.name)
        else:
            failures.append(failure)
    return Verdict(tuple(failures), tuple(passed), skipped)
