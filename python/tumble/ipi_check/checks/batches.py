"""Whether batches fit the number of beads and of connections."""

from __future__ import annotations

from collections.abc import Iterator

from typing_extensions import override

from tumble.counted import counted
from tumble.ipi_check.case import Case
from tumble.ipi_check.check import Check
from tumble.ipi_check.finding import Finding, error, note, warning
from tumble.runs.ipi.forcefields import ForceField
from tumble.runs.ipi.systems import systems_of

_LARGE = 4000  # atoms, 96 kB of positions; Linux has buffers of 208 kB for both directions


class Batches(Check):
    """Compare the size of batches with what there is to evaluate in a step."""

    name = "batches"
    title = "batches and connections"

    @override
    def run(self, case: Case) -> Iterator[Finding]:
        for each in case.served:
            beads = [part.beads or case.beads for part in case.served_components if part.forcefield == each.reference]
            if each.has_socket and beads:
                # Beads of all systems wait in the queue of one forcefield.
                yield from _batches(case, each, max(beads) * len(systems_of(case.root)))
                yield from _large(case, each)


def _large(case: Case, forcefield: ForceField) -> Iterator[Finding]:
    count = sum(case.input.atoms.values())
    if case.options.connections > 1 and count > _LARGE:
        yield warning(
            f"a message of {count} atoms may not fit into the buffer of a socket of `{forcefield.name}` while the "
            "driver computes, and i-PI gives it up after 0.1 s",
            "`--connections 1`: systems of that size gain nothing from batches",
        )


def _batches(case: Case, forcefield: ForceField, beads: int) -> Iterator[Finding]:
    size, connections = forcefield.batch, case.options.connections
    name = forcefield.name
    if size < 1:
        yield error(f"`batch_size` of `{name}`: expected at least 1, got {size}", f"<batch_size> {beads} </batch_size>")
        return
    if size > 1 and not forcefield.flag("consolidate_messages"):
        yield error(
            f"`{name}` has batches of {size}, which i-PI sends only if it consolidates messages: the run fails",
            "remove <consolidate_messages>, or <batch_size>",
        )
    if size > 1 and forcefield.word("matching") == "lock":
        yield error(f"batches of `{name}` can't be combined with matching='lock'", "remove `matching`")
    if size > beads > 1:
        yield warning(
            f"batches of `{name}` hold {size} structures, but a step has {counted(beads, 'bead')}: i-PI fills them "
            "with copies, which are sent each time",
            f"<batch_size> {beads} </batch_size>",
        )
    elif size > 1 and beads % size != 0:
        yield note(
            f"{beads} beads don't fill batches of {size}: the last one of each step has {beads % size}",
            f"<batch_size> with a divisor of {beads}",
        )
    if size == 1 and connections == 1 and beads > 1:
        # A number of molecules keeps a machine busy; the gain is small for large systems.
        yield note(
            f"a driver of `{name}` evaluates the {beads} beads one after the other; small systems are faster in "
            "batches",
            f"<batch_size> {beads} </batch_size> (i-PI 3.3), or `--connections {beads}` of the driver",
        )
    if connections > 1 and connections * size > beads:
        needed = -(-beads // size)
        yield note(
            f"{connections} connections with batches of {size} take more than the {counted(beads, 'bead')} of a step: "
            "the rest is idle",
            f"`--connections {needed}`",
        )
