"""Thermostats and temperatures."""

from __future__ import annotations

import pytest
from support.ipi_inputs import THERMOSTAT, findings

from tumble.ipi_check.checks.thermostats import Thermostats
from tumble.ipi_check.finding import Level

LANGEVIN = "<thermostat mode='langevin'> <tau units='femtosecond'> {} </tau> </thermostat>"
TEMPERATURE = "<temperature units='kelvin'> 300 </temperature>"
ONE = ("nbeads='32'", "nbeads='1'")


def test_sound(case_of) -> None:
    assert findings(Thermostats, case_of()) == []
    assert findings(Thermostats, case_of(ONE, (THERMOSTAT, LANGEVIN.format(100)))) == []
    assert findings(Thermostats, case_of((THERMOSTAT, ""), ("mode='nvt'", "mode='nve'"))) == []


@pytest.mark.parametrize(
    ("change", "level", "text"),
    [
        ((THERMOSTAT, ""), Level.ERROR, "mode='nvt' has no thermostat"),
        ((TEMPERATURE, ""), Level.ERROR, "has no temperature"),
        (("mode='nvt'", "mode='nve'"), Level.WARNING, "does nothing with mode='nve'"),
        ((THERMOSTAT, "<thermostat mode='pile_l'/>"), Level.ERROR, "pile_l has no time constant"),
        (("'> 100 </tau>", "'> 1 </tau>"), Level.WARNING, "1 fs: it slows all motion down"),
        ((" units='femtosecond'> 100 </tau>", "> 100 </tau>"), Level.WARNING, "2.42 fs"),
        ((THERMOSTAT, THERMOSTAT.replace("pile_l", "svr")), Level.WARNING, "svr scales all 32 beads together"),
        ((THERMOSTAT, LANGEVIN.format(100)), Level.NOTE, "langevin doesn't know the modes"),
    ],
)
def test_faults(case_of, change: tuple[str, str], level: Level, text: str) -> None:
    (found,) = findings(Thermostats, case_of(change))
    assert (found.level, text in found.text) == (level, True)


def test_a_free_centroid(case_of) -> None:
    """T-RPMD; with one bead the same thermostat does nothing."""
    free = ("'> 100 </tau>", "'> 1e9 </tau>")
    (found,) = findings(Thermostats, case_of(free))
    assert (found.level, "T-RPMD" in found.text) == (Level.NOTE, True)
    (found,) = findings(Thermostats, case_of(free, ONE))
    assert found.level is Level.WARNING


def test_colored_noise_has_no_tau(case_of) -> None:
    gle = "<thermostat mode='nm_gle'> <A shape='(1,1,1)'> [ 1 ] </A> </thermostat>"
    assert findings(Thermostats, case_of((THERMOSTAT, gle))) == []
