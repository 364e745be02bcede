"""Whether the trajectories that the run writes are those that analyses need, in units that programs understand."""

from __future__ import annotations

from collections.abc import Iterator

from typing_extensions import override

from tumble.errors import NotApplicableError
from tumble.hints import nearest_name
from tumble.ipi_check.case import Case
from tumble.ipi_check.check import Check
from tumble.ipi_check.finding import Finding, error, note, warning
from tumble.runs.ipi.input import TrajectoryOutput

_POSITIONS = ("positions", "x_centroid", "x_centroid_even")
_WRITE = (
    "<trajectory filename='pos' stride='{}' format='xyz' cell_units='angstrom'> positions{{angstrom}} </trajectory>"
)
_ANGSTROM = ("angstrom", "ase")
_FEW = 50  # frames


class Trajectories(Check):
    """Look at units, formats, beads and strides of trajectories."""

    name = "trajectories"
    title = "trajectories"

    @override
    def run(self, case: Case) -> Iterator[Finding]:
        outputs = case.input.trajectories
        known = case.view.quantities.get("trajectories", ())
        for each in outputs:
            if known and each.quantity not in known:
                near = nearest_name(each.quantity, known, "trajectories")
                yield error(f"i-PI can't write the trajectory `{each.quantity}`{near}", "correct the name")
            yield from _units(each)
        positions = [each for each in outputs if each.quantity in _POSITIONS]
        if not positions and case.dynamics:
            yield warning(
                "no positions are written: `tumble analyze` has no frames",
                _WRITE.format(max(1, min(10, case.steps // _FEW))),
            )
        elif positions and case.dynamics:
            yield from _frames(case, positions)


def _units(output: TrajectoryOutput) -> Iterator[Finding]:
    if output.quantity not in _POSITIONS:
        return
    name = output.stem.name.rpartition(".")[2]  # without the prefixes of the run and of the system
    if output.format == "bin":
        yield warning(f"`{name}` has the format bin, which `tumble analyze` can't read", "format='xyz'")
    elif output.format == "ase" and (output.units not in ("", "ase") or output.cell_units not in ("", "ase")):
        yield error(
            f"`{name}` has the format ase, in which i-PI writes no other units than `ase`",
            "positions, without {angstrom}",
        )
    elif output.format == "xyz":
        cell = output.cell_units or "bohr, i-PI's default"
        if output.units in _ANGSTROM and output.cell_units not in _ANGSTROM:
            yield warning(
                f"positions in `{name}` are in ångström, their cell is in {cell}: most programs take the cell as "
                "ångström, too",
                f"<trajectory filename='{name}' ... cell_units='angstrom'>",
            )
        elif output.units in ("", "atomic_unit"):
            yield warning(
                f"positions in `{name}` are in bohr, which most programs take as ångström",
                "positions{angstrom} and cell_units='angstrom'",
            )


def _frames(case: Case, positions: list[TrajectoryOutput]) -> Iterator[Finding]:
    stride = min(each.stride for each in positions)
    if case.steps < stride:
        yield warning(
            f"positions are written every {stride} steps, and there are {case.steps}: one frame",
            f"stride='{max(1, case.steps // 100)}'",
        )
    if case.beads > 1:
        yield from _beads(case, positions)
    timestep = case.input.motion.timestep
    try:
        nyquist = case.stiffness.period / 2.0
    except NotApplicableError:
        return
    if timestep is not None and 1e3 * timestep * stride > nyquist:
        yield note(
            f"frames are {1e3 * timestep * stride:g} fs apart: spectra need less than {nyquist:.1f} fs, half a period "
            f"of the {case.stiffness.mode}; structure doesn't",
            f"stride='{max(1, int(0.8 * nyquist / (1e3 * timestep)))}' for spectra",
        )


def _beads(case: Case, positions: list[TrajectoryOutput]) -> Iterator[Finding]:
    whole = [each for each in positions if each.quantity == "positions" and len(each.beads(case.beads)) == case.beads]
    centroid = [each for each in positions if each.quantity != "positions"]
    if whole:
        return
    if centroid:
        yield note(
            "only the centroid is written: distributions of beads, as in g(r) and gyration radii, can't be computed "
            "from it",
            "positions{angstrom} in addition, perhaps with a larger stride",
        )
    elif case.input.motion.images is None:
        yield warning(
            "positions of some beads alone are written: neither the ring polymer nor its centroid is known",
            "bead='-1' for all, or x_centroid{angstrom}",
        )
