"""Velocities and beads at the start."""

from __future__ import annotations

from support.ipi_inputs import WATER, findings, view_of

from tumble.ipi_check.checks.start import Start
from tumble.ipi_check.finding import Level
from tumble.ipi_check.view import View

VELOCITIES = "<velocities mode='thermal' units='kelvin'> 300 </velocities>"


def test_sound(case_of) -> None:
    assert findings(Start, case_of()) == []


def test_no_velocities(case_of) -> None:
    cold = view_of(WATER, moving=False)
    (found,) = findings(Start, case_of((VELOCITIES, ""), view=cold))
    assert (found.level, VELOCITIES in found.cure) == (Level.NOTE, True)
    (found,) = findings(Start, case_of((VELOCITIES, ""), ("mode='nvt'", "mode='nve'"), view=cold))
    assert (found.level, "stays cold" in found.text) == (Level.WARNING, True)


def test_another_temperature(case_of) -> None:
    (found,) = findings(Start, case_of((VELOCITIES, VELOCITIES.replace("300", "25"))))
    assert (found.level, "25 K, while the ensemble has 300 K" in found.text) == (Level.WARNING, True)


def test_identical_beads(case_of) -> None:
    same = view_of(WATER, spread=0.0)
    (found,) = findings(Start, case_of(view=same))
    assert (found.level, "all 32 beads" in found.text) == (Level.NOTE, True)
    assert findings(Start, case_of(("nbeads='32'", "nbeads='1'"), view=same)) == []


def test_unknown_beads(case_of) -> None:
    assert findings(Start, case_of(view=View())) == []
