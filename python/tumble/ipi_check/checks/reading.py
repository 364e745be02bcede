"""Whether i-PI itself accepts the input."""

from __future__ import annotations

from collections.abc import Iterator

from typing_extensions import override

from tumble.hints import nearest_name
from tumble.ipi_check.case import Case
from tumble.ipi_check.check import Check
from tumble.ipi_check.finding import Finding, error, note
from tumble.ipi_check.view import View

_LONGEST = 600  # characters of a message of i-PI


class Reading(Check):
    """Read the input with i-PI, in a process of its own, without sockets and outputs."""

    name = "reading"
    title = "i-PI reads the input"

    @override
    def run(self, case: Case) -> Iterator[Finding]:
        yield from findings_of(case.view)


def findings_of(view: View) -> Iterator[Finding]:
    """Yield what i-PI itself says about an input."""
    if view.missing:
        yield note(
            f"i-PI was not asked whether it accepts the input, since {view.missing}",
            "run this command where i-PI is installed, since it knows all words",
        )
    for each in view.unknown:
        near = nearest_name(each["name"], each["known"], "names")
        what = f"{each['kind']} `{each['name']}` of `{each['place']}`"
        yield error(f"i-PI {view.version} doesn't know the {what}{near}", "correct the name, or remove it")
    if view.refused:
        reason = " ".join(view.refused.split())[:_LONGEST]
        yield error(f"i-PI {view.version} refuses the input, or a file that it names: {reason}", _cure(view.refused))


def _cure(reason: str) -> str:
    for part, cure in _CURES:
        if part in reason:
            return cure
    return ""


# Messages of i-PI that don't say what to write.
_CURES = (
    ("No such file", "paths are relative to the folder of the input; put the file there"),
    ("already run for total_steps", "<total_steps> counts from the first start: write a larger number"),
    ("mts levels", "<nmts> and each <mts_weights> need as many numbers as there are levels"),
    ("could not initialize the cell", "add <cell mode='abc' units='angstrom'> [a, b, c] </cell> to <initialize>"),
    ("could not initialize the masses", "use labels of elements, or add <masses> to <initialize>"),
    ("filenames are not unique", "give each output another filename"),
)
