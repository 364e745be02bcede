"""How the run starts: velocities and beads."""

from __future__ import annotations

from collections.abc import Iterator

from typing_extensions import override

from tumble.errors import TumbleError
from tumble.ipi_check.atoms import StartAtoms
from tumble.ipi_check.case import Case
from tumble.ipi_check.check import Check
from tumble.ipi_check.finding import Finding, note, warning
from tumble.runs.ipi.elements import quantity_of, word_of
from tumble.units.ipi import TEMPERATURE

_IDENTICAL = 1e-6  # Å
_OTHER = 0.1  # relative difference of temperatures


class Start(Check):
    """Look at velocities and at the spread of the beads."""

    name = "start"
    title = "velocities and beads at the start"
    of_dynamics = True

    @override
    def run(self, case: Case) -> Iterator[Finding]:
        temperature = case.input.temperature
        write = f"<velocities mode='thermal' units='kelvin'> {temperature or 300.0:g} </velocities> in <initialize>"
        atoms = _atoms(case)
        if atoms is not None and atoms.moving is False:
            energy = all(each.constant_energy for each in case.dynamics)
            text = "no velocities are given: the run starts at 0 K"
            if energy:
                yield warning(f"{text} and, without a thermostat, stays cold", write)
            else:
                yield note(f"{text}, and the thermostat heats it", write)
        thermal = _thermal(case)
        if thermal and temperature and abs(thermal / temperature - 1.0) > _OTHER:
            yield warning(f"velocities are drawn at {thermal:g} K, while the ensemble has {temperature:g} K", write)
        if case.beads > 1 and atoms is not None and atoms.spread is not None and atoms.spread < _IDENTICAL:
            yield note(
                f"all {case.beads} beads start at the same place: internal modes are cold, and averages of the first "
                "picosecond are wrong",
                "`--start` of `tumble analyze`; or start from a checkpoint of another run",
            )


def _atoms(case: Case) -> StartAtoms | None:
    """Return the atoms at the start; None if they are unknown."""
    try:
        return case.atoms
    except TumbleError:
        return None


def _thermal(case: Case) -> float | None:
    """Return the temperature at which velocities are drawn, K; None if they aren't."""
    for element in case.system.findall("initialize/velocities"):
        if word_of(element, "mode", "chk") == "thermal":
            return quantity_of(element, TEMPERATURE)
    return None
