"""Whether there are enough beads for the stiffest vibration at the temperature."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from typing_extensions import override

from tumble.errors import NotApplicableError
from tumble.ipi_check.case import Case
from tumble.ipi_check.check import Check
from tumble.ipi_check.finding import Finding, note, warning
from tumble.runs.ipi.elements import quantity_of, word_of
from tumble.units.ipi import FREQUENCY

_PIGLET = 0.3  # of ħω/kT: Ceriotti and Manolopoulos (2012) use 6 beads for water at 300 K, where it is 18
_FOURTH_ORDER = 0.5
_QUANTUM = 1.0
_MARGIN = 1.5  # of the limit, which is the least


class Beads(Check):
    """Compare the number of beads P with ħω/kT of the stiffest mode, below which path integrals aren't converged.

    The fluctuations of a harmonic oscillator converge for P well above ħω/kT (Ceriotti et al., J. Chem. Phys. 133,
    124104 (2010)); colored noise (PIGLET: Ceriotti and Manolopoulos, Phys. Rev. Lett. 109, 100604 (2012)) and
    fourth-order splittings need fewer.
    """

    name = "beads"
    title = "number of beads"
    of_dynamics = True

    @override
    def run(self, case: Case) -> Iterator[Finding]:
        temperature = case.input.temperature
        if temperature is None or temperature <= 0.0:
            raise NotApplicableError("the temperature isn't known, or changes")
        needed = case.stiffness.quanta(temperature)
        mode = f"ħω/kT = {needed:.1f} of the {case.stiffness.mode} at {temperature:g} K"
        if case.beads == 1:
            yield from _classical(case, needed, mode)
            return
        springs = case.system.find("normal_modes/frequencies")
        if springs is not None and word_of(springs, "style", "rpmd") == "eco":
            yield from _economized(case, springs, mode)
            return
        share, method = _method(case)
        if case.beads < share * needed:
            yield warning(
                f"{case.beads} beads are too few: with {method} they should be at least {share:g} × {mode}"
                if share != 1.0
                else f"{case.beads} beads are fewer than {mode}: quantum fluctuations aren't converged, energies and "
                "radii of gyration come out too small",
                f"<initialize nbeads='{_usual(_MARGIN * share * needed)}'> for results; fewer to test a setup",
            )
        elif share == 1.0 and case.beads < 2.0 * needed:
            yield note(
                f"{case.beads} beads are {case.beads / needed:.1f} × {mode}: enough for structure; kinetic energies "
                f"need about {_usual(2.0 * needed)}"
            )
        yield from _contracted(case, share * needed, mode)


def _economized(case: Case, springs: Any, mode: str) -> Iterator[Finding]:
    """Look at springs that give harmonic modes up to a frequency the exact radius of gyration (Zeng, Manolopoulos)."""
    highest = quantity_of(_first_number(springs), FREQUENCY)
    if highest is not None and highest < case.stiffness.wavenumber:
        yield warning(
            f"the springs are economized up to {highest:.0f} cm⁻¹, below the {case.stiffness.mode}",
            f"<frequencies style='eco' units='inversecm'> [ {100 * math.ceil(0.0105 * case.stiffness.wavenumber)} ] "
            "</frequencies>",
        )
    yield note(
        f"{case.beads} beads with economized springs, and {mode}: fewer beads are needed than with those of Trotter"
    )


def _first_number(element: Any) -> Any:
    """Return an element with the first number of its list."""
    found = element.makeelement(element.tag, dict(element.attrib))
    found.text = (element.text or "").strip(" []\n\t").split(",")[0]
    return found


def _contracted(case: Case, needed: float, mode: str) -> Iterator[Finding]:
    """Look at ring polymer contraction; of several forces of the driver only the one with the most beads is stiff."""
    beads = [part.beads or case.beads for part in case.served_components]
    if beads and max(beads) < min(needed, case.beads) and not case.model.symmetrizer.correction:
        yield warning(
            f"the model is evaluated on a ring polymer that is contracted to {max(beads)} beads, fewer than {mode}: "
            "that is for soft forces alone",
            "remove `nbeads` of <force>, or give the stiff part of the force to another forcefield",
        )


def _classical(case: Case, needed: float, mode: str) -> Iterator[Finding]:
    bath = next((each for dynamics in case.dynamics for each in dynamics.thermostats if each.quantum), None)
    if bath is not None:
        yield note(f"one bead with a quantum thermostat ({bath.mode}): approximate for anharmonic modes; {mode}")
    elif needed > _QUANTUM:
        yield note(
            f"nuclei are classical (one bead), although {mode}",
            f"<initialize nbeads='{_usual(_MARGIN * needed)}'> for quantum nuclei",
        )


def _method(case: Case) -> tuple[float, str]:
    """Return which share of ħω/kT the method needs, and its name."""
    for dynamics in case.dynamics:
        if dynamics.mode in ("sc", "scnpt"):
            return _FOURTH_ORDER, "the fourth-order Suzuki–Chin splitting"
        if any(each.mode.startswith("nm_gle") and each.colored for each in dynamics.thermostats):
            return _PIGLET, "colored noise (PIGLET)"
        if any(each.quantum for each in dynamics.thermostats):
            return _PIGLET, "colored noise (PI+GLE)"
    return 1.0, "PIMD"


def _usual(number: float) -> int:
    """Return the next number of beads that people use: 2ⁿ, or 3·2ⁿ."""
    exact = math.ceil(number)
    return next(each for each in sorted(m << n for m in (2, 3) for n in range(1, 30)) if each >= exact)
