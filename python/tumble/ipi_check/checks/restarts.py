"""Whether the run can be continued after a kill."""

from __future__ import annotations

from collections.abc import Iterator

from typing_extensions import override

from tumble.ipi_check.case import Case
from tumble.ipi_check.check import Check
from tumble.ipi_check.finding import Finding, note, warning
from tumble.runs.ipi.elements import positive_of

_LONG = 10_000  # steps


class Restarts(Check):
    """Look at checkpoints."""

    name = "restarts"
    title = "checkpoints"
    of_dynamics = True

    @override
    def run(self, case: Case) -> Iterator[Finding]:
        output = case.root.find("output")
        if output is None:
            return  # i-PI's default output has a checkpoint
        checkpoints = output.findall("checkpoint")
        write = f"<checkpoint stride='{max(100, case.steps // 100)}'/> in <output>"
        if not checkpoints:
            finding = warning if case.steps >= _LONG else note
            yield finding(
                "no checkpoint is written: i-PI writes RESTART when it ends in an orderly way, so a kill loses the run",
                write,
            )
        for each in checkpoints:
            if positive_of(each, "stride") > case.steps:
                yield note(f"the first checkpoint is after step {positive_of(each, 'stride')} of {case.steps}", write)
