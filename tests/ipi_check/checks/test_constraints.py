"""Fixed atoms and the center of mass."""

from __future__ import annotations

from support.ipi_inputs import findings

from tumble.ipi_check.checks.constraints import Constraints
from tumble.ipi_check.finding import Level

FIXED = ("<dynamics mode", "<fixatoms> [ 0 ] </fixatoms> <dynamics mode")
FREE = ("<dynamics mode", "<fixcom> False </fixcom> <dynamics mode")


def test_sound(case_of) -> None:
    assert findings(Constraints, case_of()) == []
    assert findings(Constraints, case_of(FIXED, FREE)) == []


def test_fixed_atoms_and_center(case_of) -> None:
    (found,) = findings(Constraints, case_of(FIXED))
    assert (found.level, found.cure) == (Level.WARNING, "<fixcom> False </fixcom>")


def test_a_free_center(case_of) -> None:
    (found,) = findings(Constraints, case_of(FREE))
    assert found.level is Level.NOTE


def test_motions_within_a_motion(case_of) -> None:
    several = (
        ("<motion mode='dynamics'>", "<motion mode='multi'> <motion mode='dynamics'>"),
        ("</motion>", "</motion></motion>"),
    )
    (found,) = findings(Constraints, case_of(FIXED, *several))
    assert found.level is Level.WARNING
