"""Whether barostat, pressure and ensemble fit together."""

from __future__ import annotations

from collections.abc import Iterator

from typing_extensions import override

from tumble.ipi_check.case import Case
from tumble.ipi_check.check import Check
from tumble.ipi_check.finding import Finding, error, note, warning
from tumble.runs.ipi.dynamics import Dynamics


class Barostats(Check):
    """Look at constant pressure."""

    name = "barostats"
    title = "barostat"
    of_dynamics = True

    @override
    def run(self, case: Case) -> Iterator[Finding]:
        for each in case.dynamics:
            if not each.constant_pressure:
                if each.barostat:
                    yield warning(
                        f"the barostat does nothing with mode='{each.mode}'", "mode='npt', or remove the barostat"
                    )
                continue
            yield from _missing(case, each)
            yield from _kind(case, each)


def _missing(case: Case, dynamics: Dynamics) -> Iterator[Finding]:
    if not dynamics.barostat:
        yield error(
            f"mode='{dynamics.mode}' has no barostat",
            "<barostat mode='isotropic'> <tau units='femtosecond'> 250 </tau> <thermostat mode='langevin'> <tau "
            "units='femtosecond'> 100 </tau> </thermostat> </barostat>",
        )
    elif not dynamics.barostat_thermostats and dynamics.barostat != "stochastic-rescaling":
        yield warning(
            "the barostat has no thermostat of its own: the volume oscillates for long",
            "<thermostat mode='langevin'> <tau units='femtosecond'> 100 </tau> </thermostat> in <barostat>",
        )
    if dynamics.mode == "npt" and case.system.find("ensemble/pressure") is None:
        yield error("mode='npt' has no pressure", "<ensemble> <pressure units='bar'> 1 </pressure> </ensemble>")


def _kind(case: Case, dynamics: Dynamics) -> Iterator[Finding]:
    if dynamics.barostat == "stochastic-rescaling" and case.beads > 1:
        yield error("the barostat stochastic-rescaling is for classical nuclei alone", "<barostat mode='isotropic'>")
    if dynamics.barostat in ("flexible", "anisotropic"):
        yield note(
            f"the barostat {dynamics.barostat} changes the shape of the cell: a liquid has no resistance to that, and "
            "its cell may become thin",
            "<barostat mode='isotropic'> for liquids",
        )
    if dynamics.barostat == "flexible" and not case.model.symmetrizer.averages_parity and _breaks_rotations(case):
        yield note(
            "the model isn't exactly invariant under rotations, so its frame torque shears a flexible cell",
            "`--symmetrize icosahedral+inversion`; `tumble check` measures the torque",
        )


def _breaks_rotations(case: Case) -> bool:
    return case.model.metadata.symmetry_kind != "exact" and not case.model.metadata.breaks_parity_alone
