"""Time steps against the stiffest mode and the ring polymer."""

from __future__ import annotations

import math

import numpy as np
import pytest
from support.ipi_inputs import FORCES, findings

from tumble.ipi_check.checks.timestep import TimeStep
from tumble.ipi_check.finding import Level
from tumble.ipi_check.stiffness import Stiffness

OMEGA = 0.7  # rad/fs, 3716 cm⁻¹
STEP = "<timestep units='femtosecond'> 0.5 </timestep>"
WEIGHTS = "<mts_weights> [ {} ] </mts_weights>"


def mts(step: float, levels: str, weights: str) -> list[tuple[str, str]]:
    return [
        (STEP, f"<timestep units='femtosecond'> {step} </timestep> <nmts> [ {levels} ] </nmts>"),
        (FORCES, f"<forces> <force forcefield='tumble'> {WEIGHTS.format(weights)} </force> </forces>"),
    ]


@pytest.fixture
def with_step(case_of):
    def case(step: float, *changes: tuple[str, str], **options):
        made = case_of((STEP, f"<timestep units='femtosecond'> {step} </timestep>"), *changes, **options)
        made.__dict__["stiffness"] = Stiffness(OMEGA, 0.0, {"H": 1.0}, 10)
        return made

    return case


@pytest.mark.parametrize(
    ("step", "level"),
    [
        (0.25, Level.NOTE),
        (0.5, Level.NOTE),
        (0.75, Level.WARNING),
        (2.0, Level.WARNING),
        (2.5, Level.ERROR),
        (5.0, Level.ERROR),
    ],
)
def test_levels(with_step, step: float, level: Level) -> None:
    found = findings(TimeStep, with_step(step, ("nbeads='32'", "nbeads='1'")))
    assert [each.level for each in found] == [level]
    assert f"{step:g} fs" in found[0].text


def test_errors_of_velocity_verlet() -> None:
    """The text states the frequency and the fluctuation of a mode that velocity Verlet integrates: here it is done."""
    step, count = 0.75, 200_000
    position, velocity = 1.0, 0.0
    places = np.empty(count)
    for index in range(count):
        velocity -= 0.5 * step * OMEGA**2 * position
        position += step * velocity
        velocity -= 0.5 * step * OMEGA**2 * position
        places[index] = position
    crossings = np.flatnonzero((places[:-1] < 0) & (places[1:] >= 0))
    seen = 2 * math.pi * (len(crossings) - 1) / ((crossings[-1] - crossings[0]) * step)
    phase = OMEGA * step
    assert seen / OMEGA == pytest.approx(2 / phase * math.asin(phase / 2), rel=1e-5)
    # The shadow Hamiltonian is p²/2 + ω²(1 − (ωΔt/2)²)x²/2, so ⟨x²⟩ at a temperature is larger by 1/(1 − (ωΔt/2)²).
    shadow = (places[1:] - places[:-1]) / step  # velocities at half steps
    assert shadow.std() ** 2 / places.std() ** 2 == pytest.approx(OMEGA**2, rel=1e-3)


def test_the_numbers_in_the_text(with_step) -> None:
    (found,) = findings(TimeStep, with_step(0.75, ("nbeads='32'", "nbeads='1'")))
    phase = OMEGA * 0.75
    wavenumber = OMEGA / (2 * math.pi * 2.99792458e-5)
    assert f"{wavenumber * (2 / phase * math.asin(phase / 2) - 1):.0f} cm⁻¹ too high" in found.text
    assert f"{100 / (1 - phase**2 / 4) - 100:.1f} % too large" in found.text
    assert "<timestep units='femtosecond'> 0.5 </timestep>" in found.cure
    baoab = findings(
        TimeStep, with_step(0.75, ("nbeads='32'", "nbeads='1'"), ("mode='nvt'", "mode='nvt' splitting='baoab'"))
    )
    assert "% too large" not in baoab[0].text


def test_the_inner_step_counts(case_of) -> None:
    changes = mts(2.0, "1, 4", "0, 1")
    case = case_of(*changes)
    case.__dict__["stiffness"] = Stiffness(OMEGA, 0.0, {"H": 1.0}, 10)
    assert [each.level for each in findings(TimeStep, case)] == [Level.NOTE]
    outer = case_of(*mts(4.0, "1, 4", "1, 0"))
    outer.__dict__["stiffness"] = Stiffness(OMEGA, 0.0, {"H": 1.0}, 10)
    assert Level.ERROR in [each.level for each in findings(TimeStep, outer)]


def test_the_correction_of_averaging_is_not_stiff(case_of) -> None:
    """It acts at outer steps, of which only the resonance matters."""
    for step, count in ((2.0, 0), (4.5, 1)):
        case = case_of(("0.5", f"{step}"), symmetrize="octahedral", mode="correction")
        case.__dict__["stiffness"] = Stiffness(OMEGA, 0.0, {"H": 1.0}, 10)
        found = [each for each in findings(TimeStep, case) if "resonates" in each.text]
        assert len(found) == count
        assert not findings(TimeStep, case, Level.ERROR)


def test_resonance_of_the_outer_step(case_of) -> None:
    case = case_of(*mts(4.5, "1, 9", "0.1, 0.9"))
    case.__dict__["stiffness"] = Stiffness(OMEGA, 0.0, {"H": 1.0}, 10)
    (found,) = findings(TimeStep, case, Level.WARNING)
    assert f"half a period of the stiffest mode ({math.pi / OMEGA:.1f} fs)" in found.text


def test_resonance_of_the_ring_polymer(with_step) -> None:
    """The highest mode has 2PkT/ħ: with k/ħ = 1.30934e11 rad/(s K) (CODATA) and 128 beads at 300 K a period of "
    "0.625 fs."""
    (found, _) = findings(TimeStep, with_step(0.5, ("nbeads='32'", "nbeads='128'")))
    assert (found.level, "0.62 fs" in found.text, "cayley" in found.cure) == (Level.NOTE, True, True)
    cayley = ("<ensemble>", "<normal_modes propagator='cayley'/> <ensemble>")
    assert len(findings(TimeStep, with_step(0.5, ("nbeads='32'", "nbeads='128'"), cayley))) == 1
    bab = ("<ensemble>", "<normal_modes propagator='bab'/> <ensemble>")
    assert findings(TimeStep, with_step(0.5, ("nbeads='32'", "nbeads='128'"), bab), Level.ERROR)
    assert findings(TimeStep, with_step(0.5, bab), Level.ERROR) == []
