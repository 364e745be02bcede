"""Output of what the driver returns in addition to forces."""

from __future__ import annotations

from support.ipi_inputs import FORCES, SOCKET, findings

from tumble.ipi_check.checks.extras import Extras
from tumble.ipi_check.finding import Level

TORQUE = "<trajectory filename='torque' stride='10' extra_type='torque'> extras </trajectory>"
BOTH = (SOCKET, SOCKET + SOCKET.replace("'tumble'", "'other'"))
KEEP = "<interpolate_extras> [ torque ] </interpolate_extras>"


def test_sound(case_of) -> None:
    assert findings(Extras, case_of()) == []
    assert findings(Extras, case_of((TORQUE, ""))) == []  # the model is exact


def test_no_torque(case_of) -> None:
    (found,) = findings(Extras, case_of((TORQUE, ""), model="harmonic"))
    assert (found.level, TORQUE in found.cure) == (Level.NOTE, True)
    assert findings(Extras, case_of((TORQUE, TORQUE.replace("extra_type='torque'", "")), model="harmonic")) == []


def test_unknown_extras(case_of) -> None:
    (found,) = findings(Extras, case_of((TORQUE, TORQUE.replace("'torque'>", "'torque, dipole'>"))))
    assert (found.level, "extras dipole" in found.text) == (Level.ERROR, True)


def test_extras_of_a_committee(case_of) -> None:
    committee = (SOCKET, f"<ffcommittee name='tumble'> {SOCKET.replace('tumble', 'one')} </ffcommittee>")
    assert findings(Extras, case_of(committee, (TORQUE, TORQUE.replace("'torque'>", "'torque, committee_pot'>")))) == []


def test_two_forces_with_a_torque(case_of) -> None:
    forces = "<forces> <force forcefield='tumble'> {0} </force> <force forcefield='other'> {0} </force> </forces>"
    assert findings(Extras, case_of(BOTH, (FORCES, forces.format(KEEP)))) == []
    (found,) = findings(Extras, case_of(BOTH, (FORCES, forces.format(""))))
    assert (found.level, "tumble, other" in found.cure) == (Level.WARNING, True)
