"""Properties that the run writes."""

from __future__ import annotations

import pytest
from support.ipi_inputs import findings

from tumble.ipi_check.checks.properties import Properties
from tumble.ipi_check.finding import Level

ALL = "[ step, time{picosecond}, conserved, temperature, potential, kinetic_cv ]"


def test_sound(case_of) -> None:
    assert findings(Properties, case_of()) == []
    units = "[ time{picosecond}, conserved{electronvolt}, temperature{kelvin}, potential, kinetic_cv(H){electronvolt} ]"
    assert findings(Properties, case_of((ALL, units))) == []


def test_other_estimators(case_of) -> None:
    names = "[ step, conserved, temperature, potential_opsc, kinetic_opsc ]"
    assert findings(Properties, case_of((ALL, names)), Level.NOTE) == []


@pytest.mark.parametrize(
    ("names", "text"),
    [
        ("[ step, temperature, potential, kinetic_cv ]", "`conserved` isn't written"),
        ("[ conserved, temperature, potential, kinetic_cv ]", "neither `step` nor `time`"),
        ("[ step, conserved, temperature, potential ]", "quantum nuclei"),
    ],
)
def test_what_is_missing(case_of, names: str, text: str) -> None:
    (found,) = findings(Properties, case_of((ALL, names)))
    assert (found.level, text in found.text) == (Level.NOTE, True)


def test_constant_pressure_needs_the_volume(case_of) -> None:
    (found,) = findings(Properties, case_of(("mode='nvt'", "mode='npt'")))
    assert "`volume`" in found.text


def test_unknown_names(case_of) -> None:
    found = findings(Properties, case_of((ALL, ALL.replace("conserved", "conservd{electronvolt}"))), Level.ERROR)
    assert ["`conservd`; did you mean `conserved`" in each.text for each in found] == [True]
