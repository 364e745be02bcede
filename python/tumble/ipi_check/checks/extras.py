"""Whether the run writes what the driver returns in addition to forces: the frame torque."""

from __future__ import annotations

from collections.abc import Iterator

from typing_extensions import override

from tumble.ipi_check.case import Case
from tumble.ipi_check.check import Check
from tumble.ipi_check.finding import Finding, error, note, warning
from tumble.runs.ipi.extras import KEYS

_WRITE = "<trajectory filename='torque' stride='{}' extra_type='torque'> extras </trajectory>"


class Extras(Check):
    """Look at the output of extras."""

    name = "extras"
    title = "extras: the frame torque"

    @override
    def run(self, case: Case) -> Iterator[Finding]:
        written: set[str] = set()
        for each in case.input.trajectories:
            if each.quantity == "extras":
                written |= set(each.extra_keys)
                yield from _unknown(case, each.extra_keys)
        # A model that is exact has no torque to look at.
        if case.dynamics and not {"torque", "raw"} & written and case.model.metadata.symmetry_kind != "exact":
            yield note(
                "the frame torque isn't written, which shows how much the energy depends on the orientation",
                _WRITE.format(min((each.stride for each in case.input.trajectories), default=10)),
            )
        if "torque" in written and len(case.served_components) > 1:
            alone = [part.forcefield for part in case.served_components if "torque" not in part.interpolated]
            if alone:
                yield warning(
                    f"the torque is written, but {len(case.served_components)} forces return one: without "
                    "interpolate_extras i-PI keeps that of the last one",
                    f"<interpolate_extras> [ torque ] </interpolate_extras> in the force of {', '.join(alone)}",
                )


def _unknown(case: Case, keys: list[str]) -> Iterator[Finding]:
    ours = (*KEYS, "raw")
    strange = [key for key in keys if key not in ours]
    # Others add extras of their own: a committee those of its members.
    alone = len(case.served) == len(case.forcefields) and all(each.container is None for each in case.forcefields)
    if strange and alone:
        yield error(
            f"the driver doesn't return the extras {', '.join(strange)}: i-PI stops at the first output",
            f"extra_type with some of {', '.join(KEYS)}",
        )
