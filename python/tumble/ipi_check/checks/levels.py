"""Whether forcefields, weights and levels of multiple time stepping fit together."""

from __future__ import annotations

from collections.abc import Iterator

from typing_extensions import override

from tumble.counted import counted
from tumble.ipi_check.case import Case
from tumble.ipi_check.check import Check
from tumble.ipi_check.finding import Finding, error, note, warning
from tumble.runs.ipi.dynamics import Dynamics

_SAME = 1e-6


class Levels(Check):
    """Look at the weights of forces at the levels of multiple time stepping."""

    name = "levels"
    title = "multiple time stepping"
    of_dynamics = True

    @override
    def run(self, case: Case) -> Iterator[Finding]:
        for dynamics in case.dynamics:
            yield from _counts(case, dynamics)
            yield from _inner(case, dynamics)
        yield from _sums(case)
        yield from _correction(case)


def _counts(case: Case, dynamics: Dynamics) -> Iterator[Finding]:
    count = len(dynamics.levels)
    for part in case.components:
        if len(part.levels) != count:
            yield error(
                f"`{part.forcefield}` has {counted(len(part.levels), 'weight')} (mts_weights), but the dynamics has "
                f"{counted(count, 'level')} (nmts)",
                f"<mts_weights> with {count} numbers, the outermost level first",
            )
    if dynamics.levels[0] != 1:
        yield warning(
            f"nmts begins with {dynamics.levels[0]}: the outermost level is repeated within one time step, so the step "
            f"is {1e3 * dynamics.step_at(0):g} fs",
            "<nmts> [ 1, ... ]",
        )


def _inner(case: Case, dynamics: Dynamics) -> Iterator[Finding]:
    acting = {level for part in case.components for level in part.acts_at}
    idle = [level for level in range(len(dynamics.levels)) if level > max(acting, default=0)]
    if idle and case.components:
        names = ", ".join(str(level + 1) for level in idle)
        yield error(
            f"no force acts at level {names} of {len(dynamics.levels)}: its short steps move free particles",
            "<mts_weights> [ 0, 1 ] for the forcefield with the fast forces; or no <nmts>",
        )


def _sums(case: Case) -> Iterator[Finding]:
    if len(case.components) == 1:
        part = case.components[0]
        if abs(sum(part.levels) - 1.0) > _SAME:
            yield error(
                f"the weights of the only force, `{part.forcefield}`, sum to {sum(part.levels):g}: energies and forces "
                "are scaled by it",
                "<mts_weights> that sum to 1",
            )
        return
    for part in case.components:
        total = sum(part.levels)
        # A cheap force that is added at one level and subtracted at another sums to 0.
        if min(abs(total), abs(total - 1.0)) > _SAME:
            yield warning(
                f"the weights of `{part.forcefield}` sum to {total:g}; expected 1, or 0 for a force that another one "
                "replaces",
                "<mts_weights> [ 0, 1 ] or [ 1, 0 ]; for a factor there is `weight`",
            )


def _correction(case: Case) -> Iterator[Finding]:
    """Look at the correction, if the options of the driver say which forcefield it is."""
    if not case.model.symmetrizer.correction:
        return
    if len(case.components) < 2:
        yield error(
            "the driver gives the correction alone (`--mode correction`), and no other force is there to be corrected",
            "`--mode average`; or a second forcefield for the model itself, see docs/driver.md",
        )
    elif case.options.forcefield is not None:
        for part in case.served_components:
            if part.acts_at and max(part.acts_at) > 0:
                yield warning(
                    f"the correction `{part.forcefield}` acts at inner level {max(part.acts_at) + 1}, where it costs "
                    "all rotations each time",
                    "<mts_weights> [ 1, 0 ] for the correction, [ 0, 1 ] for the model itself",
                )
    else:
        yield note(
            "the options are those of the driver of the correction; the other forcefields were checked with them, too",
            "`--forcefield NAME`",
        )
