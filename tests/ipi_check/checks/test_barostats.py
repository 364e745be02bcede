"""Constant pressure."""

from __future__ import annotations

import pytest
from support.ipi_inputs import findings

from tumble.ipi_check.checks.barostats import Barostats
from tumble.ipi_check.finding import Level

OWN = "<thermostat mode='langevin'> <tau units='femtosecond'> 100 </tau> </thermostat>"
BAROSTAT = "<barostat mode='isotropic'> <tau units='femtosecond'> 250 </tau> {} </barostat>"
PRESSURE = ("<ensemble>", "<ensemble> <pressure units='bar'> 1 </pressure>")
SOUND = ("<dynamics mode='nvt'>", f"<dynamics mode='npt'> {BAROSTAT.format(OWN)}")


def test_sound(case_of) -> None:
    assert findings(Barostats, case_of()) == []
    assert findings(Barostats, case_of(SOUND, PRESSURE)) == []


@pytest.mark.parametrize(
    ("dynamics", "level", "text"),
    [
        (f"<dynamics mode='nvt'> {BAROSTAT.format(OWN)}", Level.WARNING, "the barostat does nothing with mode='nvt'"),
        ("<dynamics mode='npt'>", Level.ERROR, "mode='npt' has no barostat"),
        (f"<dynamics mode='npt'> {BAROSTAT.format('')}", Level.WARNING, "no thermostat of its own"),
        (
            "<dynamics mode='npt'> <barostat mode='stochastic-rescaling'/>",
            Level.ERROR,
            "stochastic-rescaling is for classical nuclei",
        ),
    ],
)
def test_faults(case_of, dynamics: str, level: Level, text: str) -> None:
    found = findings(Barostats, case_of(("<dynamics mode='nvt'>", dynamics), PRESSURE))
    assert [(each.level, text in each.text) for each in found] == [(level, True)]


def test_no_pressure(case_of) -> None:
    (found,) = findings(Barostats, case_of(SOUND))
    assert (found.level, "no pressure" in found.text) == (Level.ERROR, True)


def test_flexible_cells(case_of) -> None:
    def flexible(**options: str):
        return findings(Barostats, case_of((SOUND[0], SOUND[1].replace("isotropic", "flexible")), PRESSURE, **options))

    assert ["liquid" in each.text for each in flexible()] == [True]
    assert ["torque" in each.text for each in flexible(model="harmonic")] == [False, True]
    assert len(flexible(model="harmonic", symmetrize="octahedral+inversion")) == 1
