"""Rotations of i-PI next to those of the driver."""

from __future__ import annotations

from support.ipi_inputs import SOCKET, findings

from tumble.ipi_check.checks.rotations import Rotations
from tumble.ipi_check.finding import Level

INNER = "<ffsocket mode='unix'> <address> ADDRESS </address> </ffsocket> <grid_order> 3 </grid_order>"
TURNED = (SOCKET, f"<ffrotations name='tumble'> {INNER} </ffrotations>")


def test_sound(case_of) -> None:
    assert findings(Rotations, case_of()) == []
    assert findings(Rotations, case_of(model="harmonic", symmetrize="octahedral")) == []


def test_rotations_of_ipi(case_of) -> None:
    (found,) = findings(Rotations, case_of(TURNED))
    assert (found.level, "legendre 3" in found.text, "--symmetrize" in found.cure) == (Level.NOTE, True, True)


def test_both(case_of) -> None:
    (found,) = findings(Rotations, case_of(TURNED, model="harmonic", symmetrize="octahedral"))
    assert (found.level, "product of both" in found.text) == (Level.WARNING, True)


def test_rotations_that_change_nothing(case_of) -> None:
    (found,) = findings(Rotations, case_of(symmetrize="octahedral"))
    assert (found.level, "exactly invariant" in found.text, "24 evaluations" in found.text) == (Level.NOTE, True, True)
