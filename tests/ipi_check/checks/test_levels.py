"""Weights of forces and levels of multiple time stepping."""

from __future__ import annotations

import pytest
from support.ipi_inputs import FORCES, SOCKET, findings

from tumble.ipi_check.checks.levels import Levels
from tumble.ipi_check.finding import Level

TIMESTEP = "</timestep>"


def two(bare: str, correction: str, nmts: str = "1, 4") -> tuple[tuple[str, str], ...]:
    forces = (
        f"<force forcefield='tumble'> <mts_weights> [ {bare} ] </mts_weights> </force>"
        f"<force forcefield='correction'> <mts_weights> [ {correction} ] </mts_weights> </force>"
    )
    return (
        (SOCKET, SOCKET + SOCKET.replace("'tumble'", "'correction'")),
        (FORCES, f"<forces> {forces} </forces>"),
        (TIMESTEP, f"{TIMESTEP} <nmts> [ {nmts} ] </nmts>"),
    )


def one(weights: str, nmts: str) -> tuple[tuple[str, str], ...]:
    force = f"<force forcefield='tumble'> <mts_weights> [ {weights} ] </mts_weights> </force>"
    return (FORCES, f"<forces> {force} </forces>"), (TIMESTEP, f"{TIMESTEP} <nmts> [ {nmts} ] </nmts>")


def test_sound(case_of) -> None:
    assert findings(Levels, case_of()) == []
    assert findings(Levels, case_of(*two("0, 1", "1, 0"))) == []
    assert findings(Levels, case_of(*two("-1, 1", "1, 0"))) == []  # the outer force replaces the inner one
    assert findings(Levels, case_of(*one("0, 1", "1, 4"))) == []


@pytest.mark.parametrize(
    ("changes", "level", "text"),
    [
        (one("1", "1, 4"), Level.ERROR, "1 weight (mts_weights), but the dynamics has 2 levels"),
        (one("0.5, 1", "1, 4"), Level.ERROR, "sum to 1.5: energies and forces are scaled"),
        (one("0, 1", "2, 2"), Level.WARNING, "nmts begins with 2 … 0.25 fs"),
        (one("1, 0", "1, 4"), Level.ERROR, "no force acts at level 2 of 2"),
        (two("0, 1", "2, 0"), Level.WARNING, "the weights of `correction` sum to 2"),
        (two("0, 1, 0", "1, 0"), Level.ERROR, "3 weights"),
    ],
)
def test_faults(case_of, changes: tuple[tuple[str, str], ...], level: Level, text: str) -> None:
    found = findings(Levels, case_of(*changes), level)
    assert any(all(part in each.text for part in text.split(" … ")) for each in found)


def test_a_correction_alone(case_of) -> None:
    (found,) = findings(Levels, case_of(mode="correction", symmetrize="octahedral"))
    assert (found.level, "no other force" in found.text) == (Level.ERROR, True)


def test_a_correction_at_the_inner_level(case_of) -> None:
    options = {"mode": "correction", "symmetrize": "octahedral", "forcefield": "correction"}
    assert findings(Levels, case_of(*two("0, 1", "1, 0"), **options)) == []
    (found,) = findings(Levels, case_of(*two("1, 0", "0, 1"), **options))
    assert (found.level, "costs all rotations" in found.text) == (Level.WARNING, True)


def test_the_correction_needs_its_name(case_of) -> None:
    (found,) = findings(Levels, case_of(*two("0, 1", "1, 0"), mode="correction", symmetrize="octahedral"))
    assert (found.level, "--forcefield" in found.cure) == (Level.NOTE, True)
