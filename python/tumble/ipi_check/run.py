"""All checks of an input."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from tumble.counted import counted
from tumble.errors import NotApplicableError, TrajectoryError, TumbleError
from tumble.ipi_check.case import Case
from tumble.ipi_check.check import Check
from tumble.ipi_check.checks.reading import Reading, findings_of
from tumble.ipi_check.finding import Finding, error
from tumble.ipi_check.model import Model
from tumble.ipi_check.options import Options
from tumble.ipi_check.registry import CHECKS
from tumble.ipi_check.results import Answer, Report
from tumble.ipi_check.view import View, view_of
from tumble.runs.ipi.input import parsed_root, read_ipi_system
from tumble.runs.ipi.systems import systems_of


def check_input(
    xml: Path,
    model: Model,
    options: Options | None = None,
    *,
    view: View | None = None,
    checks: Sequence[type[Check]] = CHECKS,
) -> Report:
    """Run all checks on an input of i-PI.

    Args:
        xml: The input.
        model: The model that the driver will serve.
        options: How the driver will be started; by default `Options()`.
        view: What i-PI makes of the input; by default i-PI is asked.
        checks: The checks.

    Raises:
        TrajectoryError: If the file isn't an input of i-PI.
    """
    options = options or Options()
    root = parsed_root(xml)
    view = view_of(xml) if view is None else view
    answers: list[Answer] = []
    facts: list[str] = []
    try:
        systems = systems_of(root)
        if not systems:
            raise TrajectoryError("`system`: expected an element in the input, got none")
        cases = [
            Case(xml, root, system, index, read_ipi_system(xml, root, system), view, model, options)
            for index, system in enumerate(systems)
        ]
        for case in cases:
            case.read()
    except TrajectoryError as failure:
        answers.append(Answer(Reading.name, Reading.title, tuple(findings_of(view))))
        answers.append(Answer("input", "words and numbers", (error(str(failure)),)))
        cases = []
    for case in cases:
        several = case.index if len(cases) > 1 else None
        answers += [_answer(kind(), case, several) for kind in checks]
        facts += _facts(case)
    return Report(str(xml), model.metadata.name, view.version, tuple(dict.fromkeys(facts)), _without_repeats(answers))


def _answer(check: Check, case: Case, system: int | None) -> Answer:
    if check.of_dynamics and not case.dynamics:
        return Answer(check.name, check.title, (), "the motion isn't molecular dynamics", system)
    findings: list[Finding] = []
    left_out = None
    try:
        # What was found before an exception stays.
        findings.extend(check.run(case))
    except NotApplicableError as reason:
        left_out = str(reason)
    except TumbleError as failure:
        findings.append(error(str(failure)))
    return Answer(check.name, check.title, tuple(findings), left_out, system)


def _facts(case: Case) -> Iterator[str]:
    yield f"{case.input.motion.words}, {counted(case.beads, 'bead')}, {counted(case.steps, 'step')}"
    try:
        yield f"stiffest mode at the start: {case.stiffness.words}, from {case.stiffness.evaluations} evaluations"
    except TumbleError:
        return  # the checks that need it say why


def _without_repeats(answers: Sequence[Answer]) -> Sequence[Answer]:
    """Return the answers without findings that another system has, too, such as those about the whole input."""
    seen = set()
    kept = []
    for answer in answers:
        new = tuple(each for each in dict.fromkeys(answer.findings) if (answer.name, each) not in seen)
        seen |= {(answer.name, finding) for finding in new}
        kept.append(Answer(answer.name, answer.title, new, answer.left_out, answer.system))
    return kept
