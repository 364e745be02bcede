"""Whether the start has sensible lengths: bohr taken for ångström, and the reverse, show here."""

from __future__ import annotations

from collections.abc import Iterator

import ase.units
import numpy as np
from ase import Atoms
from typing_extensions import override

from tumble.errors import NotApplicableError, TumbleError
from tumble.ipi_check.case import Case
from tumble.ipi_check.check import Check
from tumble.ipi_check.finding import Finding, error, warning

_TOUCHING = 0.65  # of the sum of covalent radii; triple bonds have 0.77
_TOLERANCE = 0.02
_SPANS = 1.7  # cells; unwrapped molecules reach a little beyond one


class Geometry(Check):
    """Look at distances in the start, and compare it with the driver's structure."""

    name = "geometry"
    title = "lengths at the start"

    @override
    def run(self, case: Case) -> Iterator[Finding]:
        if "" in case.atoms.elements:
            raise NotApplicableError("the labels of some atoms are no elements")
        start = case.atoms.to_ase("" if case.atoms.cell_is_missing else case.periodic)
        close = _too_close(start)
        scale = _scale(case) if close else None
        if scale is not None:
            yield error(
                f"i-PI reads positions that are {scale:.3f} times those of the structure file: it takes ångström for "
                "bohr",
                "positions{angstrom} cell{angstrom} at the end of the second line of the xyz file, without which i-PI "
                "takes bohr",
            )
        elif close:
            yield error(
                f"{close} at the start: units of positions or of the cell are wrong, or atoms overlap across the "
                "boundary",
                "positions{angstrom} cell{angstrom} in the second line of the xyz file, or units='angstrom' of the "
                "element",
            )
        yield from _cell(case)


def _scale(case: Case) -> float | None:
    """Return the ratio of i-PI's lengths to the numbers in the driver's file, if it is that of bohr to ångström."""
    try:
        driver = case.driver_atoms.positions
    except TumbleError:
        return None
    ours = case.atoms.positions
    if ours.shape != driver.shape or len(ours) < 2:
        return None
    ours, driver = ours - ours.mean(axis=0), driver - driver.mean(axis=0)
    scale = float((ours * driver).sum() / (driver**2).sum())
    same = np.abs(ours - scale * driver).max() < _TOLERANCE * np.abs(ours).max()
    return scale if same and abs(scale / ase.units.Bohr - 1.0) < _TOLERANCE else None


def _too_close(start: Atoms) -> str:
    """Return words about the closest two atoms, periodic images included, if they are too close for their size."""
    from ase.neighborlist import natural_cutoffs, neighbor_list

    radii = natural_cutoffs(start)  # type: ignore[no-untyped-call]
    limits = [_TOUCHING * radius for radius in radii]
    first, second, distances = neighbor_list("ijd", start, limits)  # type: ignore[no-untyped-call]
    if not len(distances):
        return ""
    worst = int(np.argmin(distances))
    return f"{start.symbols[first[worst]]} and {start.symbols[second[worst]]} are {distances[worst]:.2f} Å apart"


def _cell(case: Case) -> Iterator[Finding]:
    cell = case.atoms.cell
    if not case.periodic or case.atoms.cell_is_missing:
        return
    spans = np.ptp(np.linalg.solve(cell.T, case.atoms.positions.T).T, axis=0)
    wide = [axis for axis, span in zip("xyz", spans, strict=True) if span > _SPANS and axis in case.periodic]
    if wide:
        yield warning(
            f"the atoms extend over {spans.max():.1f} cells along {', '.join(wide)}: the cell may be in other units "
            "than the positions",
            "cell{angstrom} in the second line of the xyz file, or cell_units='angstrom' of <file>",
        )
