"""Whether a thermostat removes the heat of random frames.

Random rotations add noise to the forces, new in each step. With variance σ² of a component it heats: for Langevin
dynamics, d⟨p²⟩/dt = −(2/τ)(⟨p²⟩ − mkT) + σ²Δt, so the temperature is too high by ΔT = σ²Δt τ/(2mk). The forces of P
beads with rotations of their own are independent, which divides ΔT of the centroid by P.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import ase.units
import numpy as np
from typing_extensions import override

from tumble.errors import NotApplicableError
from tumble.ipi_check.case import Case
from tumble.ipi_check.check import Check
from tumble.ipi_check.finding import Finding, error, note, warning
from tumble.runs.ipi.dynamics import Dynamics, Thermostat
from tumble.types import Array

_LOCAL = ("langevin", "pile_l", "ffl")
_GLOBAL = ("svr", "pile_g", "nm_gle_g")
_VISIBLE = 0.01  # of the temperature
#: Motions that need the same energy for the same structure.
_SEARCHES = ("minimize", "neb", "string", "instanton", "vibrations", "scp", "normalmodes", "al-kmc", "atomswap")


class RandomFrames(Check):
    """Estimate how much random rotations heat the run."""

    name = "random-frames"
    title = "random rotations"

    @override
    def run(self, case: Case) -> Iterator[Finding]:
        of_ipi = any(
            (each.findtext("random") or "").strip().lower() == "true" for each in case.root.iter("ffrotations")
        )
        if not case.model.symmetrizer.random and not of_ipi:
            return
        for mode in case.modes:
            if mode in _SEARCHES:
                yield error(
                    f"<motion mode='{mode}'> needs the same energy for the same structure, and random rotations give "
                    "noise",
                    "`--symmetrize icosahedral+inversion`, or another fixed set",
                )
        for dynamics in case.dynamics:
            yield from _heat(case, dynamics, measurable=case.model.symmetrizer.random)


def _heat(case: Case, dynamics: Dynamics, *, measurable: bool) -> Iterator[Finding]:
    local = "<thermostat mode='pile_l'> or, with one bead, mode='langevin'"
    if dynamics.constant_energy or not dynamics.thermostats:
        yield error(
            "random rotations change the energy from step to step, and nothing removes the heat: there is no "
            "thermostat",
            f"{local}; or a fixed set, such as `--symmetrize icosahedral`",
        )
        return
    modes = [bath.mode for bath in dynamics.thermostats]
    if any(mode in _GLOBAL for mode in modes) and not any(mode in _LOCAL for mode in modes):
        yield warning(
            f"the thermostat {', '.join(modes)} acts on the kinetic energy as a whole: light atoms and rotations stay "
            "hotter than the rest with random rotations",
            local,
        )
        return
    bath = next((bath for bath in dynamics.thermostats if bath.mode in _LOCAL and bath.tau), None)
    if not measurable:
        raise NotApplicableError("the heat of i-PI's own rotations isn't measured")
    if bath is None:
        raise NotApplicableError(
            f"the heat isn't known for the thermostat {', '.join(modes)}, which has no single time constant"
        )
    yield from _estimate(case, dynamics, bath)


def _estimate(case: Case, dynamics: Dynamics, bath: Thermostat) -> Iterator[Finding]:
    temperature = case.input.temperature
    if temperature is None or temperature <= 0.0:
        raise NotApplicableError("the temperature isn't known, or changes")
    if not case.served_components:
        return  # the check of forcefields says it
    assert bath.tau is not None
    noise = case.measured("noise", lambda: case.model.force_noise(case.structure, case.options.evaluations))
    step = 1e3 * max(dynamics.step_at(level) for part in case.served_components for level in part.acts_at or (0,))
    independent = 1 if case.options.beads == "shared" else case.beads
    excess = heating(noise, case.atoms.masses, step, 1e3 * bath.tau) / independent
    hottest = (
        max(excess_of_elements(noise, case.atoms.masses, case.atoms.elements, step, 1e3 * bath.tau).values())
        / independent
    )
    text = (
        f"random rotations heat by about {excess:.2g} K ({hottest:.2g} K for the worst element), from force noise of "
        f"{1e3 * float(np.sqrt(noise.mean())):.3g} meV/Å and tau = {1e3 * bath.tau:g} fs"
    )
    if hottest > _VISIBLE * temperature:
        tau = 1e3 * bath.tau * _VISIBLE * temperature / hottest
        yield warning(
            f"{text}: the thermostat is too weak",
            f"<tau units='femtosecond'> {tau:.2g} </tau>, or `--symmetrize random:octahedral`",
        )
    else:
        yield note(text)


def heating(noise: Array, masses: Array, step: float, tau: float) -> float:
    """Return by how much noise raises the temperature of Langevin dynamics, K.

    Args:
        noise: Variance of each force component, [N, 3], (eV/Å)².
        masses: u, [N].
        step: fs.
        tau: Time constant of the thermostat, fs.
    """
    # Å √(u/eV) is ASE's unit of time.
    times = step * tau * ase.units.fs**2
    return float((noise / masses[:, None]).mean() * times / (2.0 * ase.units.kB))


def excess_of_elements(
    noise: Array, masses: Array, elements: Sequence[str], step: float, tau: float
) -> dict[str, float]:
    """Return the same for each element alone."""
    found = {}
    for element in dict.fromkeys(elements):
        chosen = np.array([each == element for each in elements])
        found[element] = heating(noise[chosen], masses[chosen], step, tau)
    return found
