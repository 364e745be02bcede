"""Net force and torque."""

from __future__ import annotations

import numpy as np
import pytest
from support.faulty_potentials import NET, Direct, drifting, swirling
from support.systems import systems

from tumble.audit.checks.net import Net


def test_a_constant_force(emt_case):
    found = Net().run(emt_case(drifting)).values
    assert found["net-force"].value == pytest.approx(NET, rel=1e-9)
    assert "net-torque" not in found  # with periodic boundaries


def test_torque_of_an_open_structure_is_the_frame_torque(case_of):
    """Of an isolated system tau is minus the net torque."""
    case = case_of("harmonic", "molecule")
    found = Net().run(case).values
    assert found["net-torque"].value == pytest.approx(np.linalg.norm(case.base.torques[0]), rel=1e-9)
    assert found["net-force"].exact
    assert all(value.exact for value in Net().run(case_of("pair", "molecule")).values.values())


def test_a_swirl_about_the_origin(emt_case):
    atoms = emt_case(swirling).atoms
    case = emt_case(swirling, atoms)
    found = Net().run(case).values
    expected = 0.05 * np.linalg.norm(np.cross([0.0, 0.0, 1.0], atoms.positions.mean(axis=0)))
    assert found["net-force"].value == pytest.approx(expected, rel=1e-9)


def test_direct_forces_come_first(faulty_case):
    case = faulty_case(Direct(), "molecule", ("energy", "forces"))
    direct = case.subject.direct_forces(systems()["molecule"])
    arms = case.atoms.positions - case.atoms.positions.mean(axis=0)
    assert Net().run(case).values["net-torque"].value == pytest.approx(
        np.linalg.norm(np.cross(arms, direct).sum(axis=0)), rel=1e-9
    )
