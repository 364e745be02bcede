"""An audit from start to end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from ase import Atoms

from tumble.accuracy import rms
from tumble.audit.case import Case
from tumble.audit.check import Check, Outcome
from tumble.audit.group import exact_symmetry
from tumble.audit.options import Options
from tumble.audit.registry import CHECKS
from tumble.audit.results import Audit, combine
from tumble.audit.subject import Subject
from tumble.errors import FramesError, NotApplicableError, TumbleError


def audit(
    subject: Subject,
    frames: Iterable[Atoms],
    options: Options | None = None,
    *,
    label: str = "structures",
    checks: Sequence[type[Check]] = CHECKS,
    done: Callable[[str], None] = lambda title: None,
) -> Audit:
    """Run all checks on structures.

    A check that fails is part of the results, and the others go on. An evaluation in the lab frame must not fail.

    Args:
        subject: The potential: a `ModelSubject` or a `CalculatorSubject`.
        frames: Structures of the kind that it is for; a few are enough.
        options: Options; by default those of `Options()`.
        label: Where the structures are from.
        checks: The checks.
        done: Called with the title of each check when it is done.

    Raises:
        ConfigurationError: If an option is invalid.
        FramesError: If there are no structures.
        TumbleError: If a structure can't be evaluated in the lab frame; the message begins with its number.
    """
    options = options or Options()
    options.check()
    cases = [Case(subject, atoms, index, options) for index, atoms in enumerate(frames)]
    if not cases:
        raise FramesError("`frames`: expected structures, got none")
    for case in cases:
        _evaluate(case)
    findings = []
    for kind in checks:
        check = kind()
        findings.append(combine(check, *_outcomes(check, cases)))
        done(check.title)
    return Audit(
        subject=subject.name,
        kind=subject.kind,
        properties={"cutoff": subject.cutoff, "depth": subject.depth, "dtype": subject.dtype},
        frames=label,
        atoms=tuple(len(case.atoms) for case in cases),
        options=options,
        force_rms=rms(np.concatenate([case.forces.ravel() for case in cases])),
        energy_per_atom=float(np.mean([case.energy / len(case.atoms) for case in cases])),
        evaluations=subject.evaluations,
        symmetry=exact_symmetry({finding.name: finding for finding in findings}),
        findings=tuple(findings),
    )


def _evaluate(case: Case) -> None:
    try:
        _ = case.base
    except TumbleError as error:
        raise type(error)(f"structure {case.index}: {error}") from error


def _outcomes(check: Check, cases: Sequence[Case]) -> tuple[list[Outcome], list[str], str | None]:
    """Return outcomes, reasons why the check doesn't apply, and the error in which it ended."""
    outcomes: list[Outcome] = []
    reasons: list[str] = []
    for case in cases:
        try:
            outcomes.append(check.answer(case))
        except NotApplicableError as reason:
            reasons.append(str(reason))
        except TumbleError as error:
            return outcomes, reasons, f"structure {case.index}: {error}"
    return outcomes, reasons, None
