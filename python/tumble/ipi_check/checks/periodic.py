"""Whether i-PI and the driver agree about periodic boundaries."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from typing_extensions import override

from tumble.errors import NotApplicableError
from tumble.ipi_check.case import Case
from tumble.ipi_check.check import Check
from tumble.ipi_check.finding import Finding, error, note, warning


class Periodic(Check):
    """Compare wrapping, barostats and the range of the model with the periodic directions of the driver."""

    name = "periodic"
    title = "periodic boundaries"

    @override
    def run(self, case: Case) -> Iterator[Finding]:
        open_axes = [axis for axis in "xyz" if axis not in case.periodic]
        for each in case.served:
            if each.flag("pbc") and open_axes:
                yield error(
                    f"with pbc='True' i-PI wraps atoms one by one before `{each.name}` sees them: molecules are torn "
                    f"apart along {', '.join(open_axes)}, where the driver has no periodic images",
                    "pbc='False'",
                )
        if open_axes:
            yield from _pressure(case, open_axes)
        else:
            yield from _images(case)


def _pressure(case: Case, open_axes: list[str]) -> Iterator[Finding]:
    for each in case.dynamics:
        if each.constant_pressure:
            yield error(
                f"the pressure along {', '.join(open_axes)} has no meaning, since the driver takes nothing as periodic "
                "there: the barostat changes the cell without limit",
                "<dynamics mode='nvt'>, or `--periodic xyz` if the system fills the cell",
            )


def _images(case: Case) -> Iterator[Finding]:
    """Look at gaps between the atoms and their images."""
    cell, positions = case.atoms.cell, case.atoms.positions
    if case.atoms.cell_is_missing:
        raise NotApplicableError("the cell is unknown, since i-PI didn't read the input")
    # Distances between neighbors along each cell vector; the last is across the boundary.
    places = np.sort(np.linalg.solve(cell.T, positions.T).T % 1.0, axis=0)
    widest = np.diff(np.vstack([places, places[:1] + 1.0]), axis=0).max(axis=0)
    heights = 1.0 / np.linalg.norm(np.linalg.inv(cell), axis=0)
    gaps = widest * heights
    cutoff = case.model.metadata.cutoff
    empty = [axis for axis, gap, height in zip("xyz", gaps, heights, strict=True) if gap > 0.4 * height and gap > 6.0]
    near = [axis for axis, gap in zip("xyz", gaps, strict=True) if axis in empty and gap < cutoff]
    if near:
        yield warning(
            f"the atoms leave a gap along {', '.join(near)} that is narrower than the range of the model ({cutoff:g} "
            "Å), so images see each other",
            "a larger cell, or `--periodic` without these directions",
        )
    constant_pressure = any(each.constant_pressure for each in case.dynamics)
    if empty and constant_pressure:
        yield warning(
            f"the cell is mostly empty along {', '.join(empty)}: a barostat closes the gap",
            "<dynamics mode='nvt'> for molecules, clusters and slabs",
        )
    elif len(empty) == 3:
        yield note(
            "the atoms fill a small part of the cell, and the driver takes it as periodic",
            "`--periodic none` for a molecule or a cluster, which may then move through the boundary of the cell",
        )
