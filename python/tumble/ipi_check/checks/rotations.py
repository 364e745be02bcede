"""i-PI's own averaging over rotations, next to that of the driver."""

from __future__ import annotations

from collections.abc import Iterator

from typing_extensions import override

from tumble.ipi_check.case import Case
from tumble.ipi_check.check import Check
from tumble.ipi_check.finding import Finding, note, warning


class Rotations(Check):
    """Look at `ffrotations` and at the rotations of the driver."""

    name = "rotations"
    title = "rotations"

    @override
    def run(self, case: Case) -> Iterator[Finding]:
        inside = any(each.container == "ffrotations" and each.may_be_ours for each in case.forcefields)
        words = case.input.rotations
        if inside and words:
            if case.model.symmetrizer.trivial:
                yield note(
                    f"{words} sends a message for each rotation",
                    "`--symmetrize` of the driver in place of ffrotations: the same average in one batch",
                )
            else:
                yield warning(
                    f"both {words} and the driver (`--symmetrize {case.model.symmetrizer.symmetrize}`) average over "
                    "rotations: the cost is the product of both",
                    "a plain ffsocket, or `--symmetrize none`",
                )
        yield from _useless(case)


def _useless(case: Case) -> Iterator[Finding]:
    metadata, symmetrizer = case.model.metadata, case.model.symmetrizer
    if metadata.symmetry_kind == "exact" and not symmetrizer.trivial:
        yield note(
            f"the model is exactly invariant: `--symmetrize {symmetrizer.symmetrize}` costs {len(symmetrizer)} "
            "evaluations and changes rounding alone",
            "`--symmetrize none`",
        )
