"""What happens if a driver ends before the run does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from typing_extensions import override

from tumble.ipi_check.case import Case
from tumble.ipi_check.check import Check
from tumble.ipi_check.finding import Finding, note, warning
from tumble.runs.ipi.forcefields import ForceField


class Disconnects(Check):
    """Look at how i-PI reacts if a driver disappears."""

    name = "disconnects"
    title = "drivers that end"

    @override
    def run(self, case: Case) -> Iterator[Finding]:
        sockets = [each for each in case.served if each.has_socket]
        locked = [each for each in sockets if each.word("matching") == "lock"]
        if locked:
            yield warning(
                f"with matching='lock' of {_names(locked)} each driver keeps its beads, and i-PI ends if one "
                "disconnects; our drivers need no such order",
                "remove `matching`",
            )
        waiting = [each for each in sockets if each not in locked and not each.flag("exit_on_disconnect")]
        if waiting:
            yield note(
                f"if the only driver of {_names(waiting)} fails, i-PI waits for another one forever",
                "<exit_on_disconnect> True </exit_on_disconnect>, unless a script restarts drivers",
            )
        # i-PI 3.1 doesn't know the setting, and survives.
        fragile = [each for each in sockets if each.flag("consolidate_messages")]
        if fragile:
            batches = any(each.batch > 1 for each in fragile)
            yield note(
                f"if a driver of {_names(fragile)} is killed (SIGKILL, out of memory), i-PI may stall for good, since "
                "it consolidates messages" + (", which batches need" if batches else ""),
                ""
                if batches
                else "<consolidate_messages> False </consolidate_messages> if drivers may be killed; it costs messages",
            )


def _names(forcefields: Sequence[ForceField]) -> str:
    return ", ".join(f"`{each.name}`" for each in forcefields)
