"""What a motion other than dynamics means for the driver, and which checks apply."""

from __future__ import annotations

from collections.abc import Iterator

from typing_extensions import override

from tumble.ipi_check.case import Case
from tumble.ipi_check.check import Check
from tumble.ipi_check.finding import Finding, error, note
from tumble.runs.ipi.elements import word_of
from tumble.runs.ipi.motion import is_dynamics

_LEFT = "the checks of time step, beads, thermostat, barostat and start don't apply"
#: What to know about each motion of i-PI.
_WORDS = {
    "minimize": "a geometry optimization: its end depends on the orientation, if the model isn't exactly invariant",
    "vibrations": "finite differences of forces: six frequencies that should be zero show the frame torque and "
    "rounding",
    "neb": "images of a path in place of beads: --beads and estimators of path integrals have no meaning",
    "string": "images of a path in place of beads: --beads and estimators of path integrals have no meaning",
    "instanton": "an instanton: it needs Hessians, and forces in double precision",
    "scp": "self-consistent phonons: one evaluation of each sampled structure",
    "normalmodes": "a vibrational self-consistent field: one evaluation of each sampled structure",
    "al-kmc": "kinetic Monte Carlo: its steps last differently long",
    "planetary": "a planetary model of a centroid trajectory",
    "alchemy": "exchange of isotopes: masses change, elements for the model don't",
    "t_ramp": "a ramp of the temperature: the check of beads needs a single one",
    "p_ramp": "a ramp of the pressure",
    "replay": "a replay: energies of the frames of another trajectory, in its order of atoms",
    "dummy": "no motion: the same structure is evaluated in each step",
}


class Motion(Check):
    """Look at motions other than molecular dynamics."""

    name = "motion"
    title = "kind of motion"

    @override
    def run(self, case: Case) -> Iterator[Finding]:
        for mode in case.modes:
            if mode == "atomswap":
                yield note(
                    "atoms of different elements change places (atomswap): the driver's comparison of the first "
                    "geometry would fail after a restart",
                    "`--order trust` of the driver",
                )
            elif mode in _WORDS:
                yield note(f"<motion mode='{mode}'> is {_WORDS[mode]}" + ("" if case.dynamics else f"; {_LEFT}"))
            elif not is_dynamics(mode):
                yield note(f"<motion mode='{mode}'> isn't known to this check; {_LEFT}")
        yield from _replicas(case)


def _replicas(case: Case) -> Iterator[Finding]:
    modes = [word_of(each, "mode", "dummy") for each in case.root.iter("smotion")]
    if "remd" in modes:
        yield note(
            "replicas exchange temperatures or pressures, so a file holds frames of several ensembles",
            "`i-pi-remdsort` before `tumble analyze`",
        )
    if "metad" in modes and not any(each.kind == "ffplumed" for each in case.forcefields):
        yield error("metadynamics (smotion) needs a forcefield `ffplumed`", "<ffplumed> with the file of PLUMED")
