"""Whether time steps are short enough for the stiffest vibration, and for the ring polymer."""

from __future__ import annotations

import math
from collections.abc import Iterator

from typing_extensions import override

from tumble.ipi_check.case import Case
from tumble.ipi_check.check import Check
from tumble.ipi_check.finding import Finding, error, note, warning
from tumble.runs.ipi.dynamics import Dynamics
from tumble.runs.ipi.elements import word_of
from tumble.units.constants import SI_BOLTZMANN, SI_HBAR

_FS = 1e3  # per ps
_LIMIT = 2.0  # ω Δt, from which velocity Verlet diverges
_UNSTABLE = 1.6  # a stretched or compressed bond is stiffer
_COARSE = 0.5  # 13 steps in a period
_RESONANT = 0.9  # of half a period


class TimeStep(Check):
    """Compare the step at which the model acts with the period of its stiffest mode.

    Velocity Verlet gives a harmonic mode the frequency (2/Δt) arcsin(ωΔt/2), and fluctuations of its coordinate that
    are too large by 1/(1 − (ωΔt/2)²) (obabo; baoab has none). The springs of the ring polymer don't count: i-PI
    integrates them analytically.
    """

    name = "timestep"
    title = "time step"
    of_dynamics = True

    @override
    def run(self, case: Case) -> Iterator[Finding]:
        for dynamics in case.dynamics:
            yield from _ring(case, dynamics)
        for dynamics in case.dynamics:
            levels = [level for part in case.served_components for level in part.acts_at]
            if not levels:
                continue
            # The correction of averaging is no stiff force: of its step, only a resonance matters.
            correction = case.model.symmetrizer.correction
            if not correction:
                yield from _inner(case, dynamics, max(levels))
            if correction or min(levels) < max(levels):
                yield from _outer(case, dynamics, min(levels))


def _inner(case: Case, dynamics: Dynamics, level: int) -> Iterator[Finding]:
    step, frequency = _FS * dynamics.step_at(level), case.stiffness.frequency
    phase = frequency * step
    where = f"the step of {step:g} fs" + (" at the innermost level of the model" if len(dynamics.levels) > 1 else "")
    mode = f"the {case.stiffness.mode}, whose period is {case.stiffness.period:.1f} fs"
    cure = _cure(dynamics, level, 0.35 / frequency)
    if phase >= _UNSTABLE:
        kind = "diverges" if phase >= _LIMIT else "diverges as soon as a bond is compressed"
        yield error(f"{where} is too long for {mode}: the run {kind}", cure)
    elif phase >= _COARSE:
        yield warning(f"{where} is long for {mode}: {_errors(dynamics, case, phase)}", cure)
    else:
        yield note(f"{where} is {phase / (2.0 * math.pi):.3f} periods of {mode}: {_errors(dynamics, case, phase)}")


def _errors(dynamics: Dynamics, case: Case, phase: float) -> str:
    shift = case.stiffness.wavenumber * (2.0 / phase * math.asin(phase / 2.0) - 1.0)
    words = f"it appears {shift:.0f} cm⁻¹ too high in spectra"
    if dynamics.splitting == "obabo":
        excess = 100.0 / (1.0 - phase**2 / 4.0) - 100.0
        words += f", and its fluctuations are {excess:.1f} % too large (0 with splitting='baoab')"
    return words


def _cure(dynamics: Dynamics, level: int, longest: float) -> str:
    if dynamics.repetitions(level) == 1:
        return f"<timestep units='femtosecond'> {_short(longest)} </timestep>"
    return f"<timestep> and <nmts> so that the inner step is at most {_short(longest)} fs"


def _short(step: float) -> str:
    return f"{math.floor(20.0 * step) / 20.0:g}" if step >= 0.05 else f"{step:.1g}"


def _outer(case: Case, dynamics: Dynamics, level: int) -> Iterator[Finding]:
    step = _FS * dynamics.step_at(level)
    resonance = case.stiffness.period / 2.0
    if step > _RESONANT * resonance:
        yield warning(
            f"the outer step of {step:g} fs reaches half a period of the stiffest mode ({resonance:.1f} fs), where "
            "multiple time stepping resonates and heats it",
            f"<timestep units='femtosecond'> {_short(0.75 * resonance)} </timestep>",
        )


def _ring(case: Case, dynamics: Dynamics) -> Iterator[Finding]:
    """Look at resonances of the ring polymer (Korol, Bou-Rabee and Miller, J. Chem. Phys. 151, 124103 (2019))."""
    temperature = case.input.temperature
    if case.beads == 1 or temperature is None or temperature <= 0.0:
        return
    element = case.system.find("normal_modes")
    propagator = "exact" if element is None else word_of(element, "propagator", "exact")
    thermal = SI_BOLTZMANN * temperature / SI_HBAR * 1e-15
    highest = 2.0 * case.beads * thermal  # rad/fs
    inner = _FS * dynamics.step_at(len(dynamics.levels) - 1)
    if propagator == "exact" and highest * inner > math.pi:
        yield note(
            f"with {case.beads} beads at {temperature:g} K the stiffest mode of the ring polymer has a period of "
            f"{2.0 * math.pi / highest:.2f} fs: a step above half of it, such as {inner:g} fs, may resonate if the "
            "thermostat is weak",
            "<normal_modes propagator='cayley'/>, or a shorter step",
        )
    if propagator == "bab" and highest * inner >= _LIMIT:
        yield error(
            f"with propagator='bab' the step of {inner:g} fs is too long for the springs of {case.beads} beads: the "
            "run diverges",
            f"<timestep units='femtosecond'> {_short(1.0 / highest)} </timestep>, or propagator='exact'",
        )
