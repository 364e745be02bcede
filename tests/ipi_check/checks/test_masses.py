"""Masses that i-PI uses."""

from __future__ import annotations

import pytest
from support.ipi_inputs import WATER, findings, view_of

from tumble.ipi_check.checks.masses import Masses
from tumble.ipi_check.finding import Level


@pytest.mark.parametrize(
    ("labels", "masses"),
    [("OHH", [15.9994, 1.00794, 1.00794]), ("ODD", [15.9994, 2.014, 2.014]), ("OTH", [17.999, 3.016, 1.00794])],
)
def test_isotopes(case_of, labels: str, masses: list[float]) -> None:
    assert findings(Masses, case_of(view=view_of(WATER, list(labels), masses=masses))) == []


def test_molecules_as_particles(case_of) -> None:
    view = view_of(WATER, ["O", "H2", "H"], masses=[15.9994, 2 * 1.00794, 1.00794])
    (found,) = findings(Masses, case_of(view=view))
    assert (found.level, "molecule of 2.01588 u" in found.text) == (Level.WARNING, True)


def test_electron_masses(case_of) -> None:
    view = view_of(WATER, masses=[15.9994, 1.00794 / 1822.9, 1.00794 / 1822.9])
    (found,) = findings(Masses, case_of(view=view))
    assert (found.level, "`H`" in found.text, "dalton" in found.cure) == (Level.WARNING, True, True)


def test_two_masses_of_a_label(case_of) -> None:
    (found,) = findings(Masses, case_of(view=view_of(WATER, masses=[15.9994, 1.00794, 2.014])))
    assert (found.level, "1.00794, 2.014" in found.text) == (Level.NOTE, True)
