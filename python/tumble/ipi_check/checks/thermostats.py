"""Whether the ensemble has the thermostat that it needs."""

from __future__ import annotations

from collections.abc import Iterator

from typing_extensions import override

from tumble.ipi_check.case import Case
from tumble.ipi_check.check import Check
from tumble.ipi_check.finding import Finding, error, note, warning
from tumble.runs.ipi.dynamics import Dynamics

_PILE = "<thermostat mode='pile_l'> <tau units='femtosecond'> 100 </tau> </thermostat>"
_LANGEVIN = "<thermostat mode='langevin'> <tau units='femtosecond'> 100 </tau> </thermostat>"
_WITHOUT_TAU = ("gle", "nm_gle", "cl")
_FREE = ("pile_l", "pile_g")  # their internal modes have a friction of their own
_PATHS = ("pile_l", "pile_g", "nm_gle", "nm_gle_g")
_SHORT, _LONG = 10.0, 10_000.0  # fs


class Thermostats(Check):
    """Look at thermostats and temperatures."""

    name = "thermostats"
    title = "thermostat"
    of_dynamics = True

    @override
    def run(self, case: Case) -> Iterator[Finding]:
        for dynamics in case.dynamics:
            yield from _missing(case, dynamics)
            yield from _kind(case, dynamics)
            for bath in dynamics.thermostats:
                if bath.tau is None and bath.mode not in _WITHOUT_TAU:
                    yield error(
                        f"the thermostat {bath.mode} has no time constant", "<tau units='femtosecond'> 100 </tau>"
                    )
                elif bath.tau is not None and case.beads > 1 and bath.mode in _FREE and 1e3 * bath.tau > _LONG:
                    yield note(
                        f"the thermostat {bath.mode} leaves the centroid alone (tau of {1e3 * bath.tau:.3g} fs), as in "
                        "T-RPMD: such runs have the energy with which they start"
                    )
                elif bath.tau is not None and not _SHORT <= 1e3 * bath.tau <= _LONG:
                    yield warning(
                        f"the thermostat {bath.mode} has a time constant of {1e3 * bath.tau:.3g} fs: "
                        + ("it slows all motion down" if 1e3 * bath.tau < _SHORT else "it hardly acts"),
                        "<tau units='femtosecond'> 100 </tau>; without units i-PI reads atomic units of 0.024 fs",
                    )


def _missing(case: Case, dynamics: Dynamics) -> Iterator[Finding]:
    if dynamics.constant_energy:
        if dynamics.thermostats:
            yield warning(
                f"the thermostat does nothing with mode='{dynamics.mode}'",
                "mode='nvt' to use it, or remove the thermostat",
            )
        return
    if not dynamics.thermostats:
        yield error(
            f"mode='{dynamics.mode}' has no thermostat: i-PI runs at constant energy, without a word",
            _PILE if case.beads > 1 else _LANGEVIN,
        )
    if case.input.temperature is None and case.system.find("ensemble/temperature") is None:
        yield error(
            f"mode='{dynamics.mode}' has no temperature",
            "<ensemble> <temperature units='kelvin'> 300 </temperature> </ensemble>",
        )


def _kind(case: Case, dynamics: Dynamics) -> Iterator[Finding]:
    modes = [bath.mode for bath in dynamics.thermostats]
    if case.beads > 1 and modes and not any(mode in _PATHS for mode in modes) and not dynamics.constant_energy:
        strange = [mode for mode in modes if mode == "svr"]
        if strange:
            yield warning(
                f"the thermostat svr scales all {case.beads} beads together: the internal modes of the ring polymers "
                "aren't ergodic",
                _PILE,
            )
        else:
            yield note(
                f"the thermostat {', '.join(modes)} doesn't know the modes of the ring polymers",
                f"{_PILE} is more efficient",
            )
