"""Whether the start has sensible lengths: bohr taken for ångström, and the reverse, show here."""

from __future__ import annotations

from collections.abc import Iterator

import ase.units
import numpy as np
from ase import Atoms
from typing_extensions import override

from tumble.errors import TumbleError
from tumble.ipi_check.case import Case
from tumble.ipi_check.check import Check
from tumble.ipi_check.finding import Finding, error, warning

_TOUCHING = 0.6  # Å; the shortest bond, of H2, has 0.74
_TOLERANCE = 0.02
_SPANS = 1.7  # cells; unwrapped molecules reach a little beyond one


class Geometry(Check):
    """Look at distances in the start, and compare it with the driver's structure."""

    name = "geometry"
    title = "lengths at the start"

    @override
    def run(self, case: Case) -> Iterator[Finding]:
        scale = _scale(case)
        if scale is not None:
            yield error(
                f"i-PI reads positions that are {scale:.3f} times those of the structure file: it mixes up bohr and "
                "ångström",
                "positions{angstrom} cell{angstrom} at the end of the second line of the xyz file, without which "
                "i-PI takes bohr",
            )
            return
        start = case.atoms.to_ase("" if case.atoms.cell_is_missing else case.periodic)
        shortest = _shortest(start)
        if shortest < _TOUCHING:
            yield error(
                f"two atoms of the start are {shortest:.2f} Å apart: units of positions or of the cell are wrong, or "
                "atoms overlap "
                "across the boundary",
                "positions{angstrom} cell{angstrom} in the second line of the xyz file, or units='angstrom' of the "
                "element",
            )
        yield from _cell(case)


def _scale(case: Case) -> float | None:
    """Return the ratio of i-PI's lengths to those of the driver's file, if it is that of two units."""
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
    units = (ase.units.Bohr, 1.0 / ase.units.Bohr)
    return scale if same and any(abs(scale / unit - 1.0) < _TOLERANCE for unit in units) else None


def _shortest(start: Atoms) -> float:
    """Return the shortest distance, Å, periodic images included; infinite above the limit."""
    from ase.neighborlist import neighbor_list

    distances = neighbor_list("d", start, _TOUCHING)  # type: ignore[no-untyped-call]
    return float(distances.min()) if len(distances) else float("inf")


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
