"""Trajectories that the run writes."""

from __future__ import annotations

import pytest
from support.ipi_inputs import findings

from tumble.ipi_check.checks.trajectories import Trajectories
from tumble.ipi_check.finding import Level
from tumble.ipi_check.stiffness import Stiffness

POSITIONS = "<trajectory filename='pos' stride='10' cell_units='angstrom'> positions{angstrom} </trajectory>"


def changed(**words: str) -> tuple[str, str]:
    defaults = {
        "format": "xyz",
        "cell": "cell_units='angstrom'",
        "what": "positions{angstrom}",
        "stride": "10",
        "more": "",
    }
    use = defaults | words
    text = "<trajectory filename='pos' stride='{stride}' format='{format}' {cell} {more}> {what} </trajectory>"
    return POSITIONS, text.format(**use)


def bad(case):
    return findings(Trajectories, case, Level.ERROR, Level.WARNING)


def test_sound(case_of) -> None:
    assert bad(case_of()) == []
    assert bad(case_of(changed(format="ase", cell="", what="positions"))) == []
    assert bad(case_of(changed(what="positions{ase}"))) == []
    assert bad(case_of(changed(format="pdb", cell="", what="positions"))) == []


@pytest.mark.parametrize(
    ("words", "level", "text"),
    [
        ({"cell": ""}, Level.WARNING, "their cell is in bohr, i-PI's default"),
        ({"cell": "cell_units='nanometer'"}, Level.WARNING, "their cell is in nanometer"),
        ({"what": "positions", "cell": ""}, Level.WARNING, "positions in `pos` are in bohr"),
        ({"format": "bin"}, Level.WARNING, "can't read"),
        ({"format": "ase"}, Level.ERROR, "no other units than `ase`"),
        ({"what": "position{angstrom}"}, Level.ERROR, "the trajectory `position`; did you mean `positions`"),
        ({"stride": "5000"}, Level.WARNING, "every 5000 steps, and there are 1000"),
        ({"more": "bead='3'"}, Level.WARNING, "positions of some beads alone"),
    ],
)
def test_faults(case_of, words: dict[str, str], level: Level, text: str) -> None:
    found = bad(case_of(changed(**words)))
    assert any(each.level is level and text in each.text for each in found)


def test_no_positions(case_of) -> None:
    (found,) = bad(case_of((POSITIONS, "")))
    assert ("has no frames" in found.text, "positions{angstrom}" in found.cure) == (True, True)


def test_only_the_centroid(case_of) -> None:
    found = findings(Trajectories, case_of(changed(what="x_centroid{angstrom}")), Level.NOTE)
    assert any("only the centroid" in each.text for each in found)


def test_strides_for_spectra(case_of) -> None:
    """Half a period of 9 fs is 4.5 fs: every 8 steps of 0.5 fs is enough, every 10 isn't."""

    def notes(stride: int):
        case = case_of(changed(stride=str(stride)))
        case.__dict__["stiffness"] = Stiffness(2 * 3.14159265 / 9.0, 0.0, {"H": 1.0}, 10)
        return findings(Trajectories, case)

    assert notes(8) == []
    (found,) = notes(10)
    assert ("5 fs apart" in found.text, "4.5 fs" in found.text, found.cure) == (True, True, "stride='7' for spectra")
