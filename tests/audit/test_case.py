"""Results that checks share."""

from __future__ import annotations

import numpy as np
from ase.constraints import FixAtoms
from support.systems import systems

from tumble.audit.case import Case
from tumble.audit.model_subject import ModelSubject
from tumble.audit.options import Options


def test_each_result_is_computed_once(model_file):
    subject = ModelSubject(model_file("harmonic"), device="cpu")
    case = Case(subject, systems()["molecule"], 0, Options(rotations=5))
    for _ in range(2):
        assert case.energy == case.base.energies[0]
        assert case.turned.energies.shape == case.inverted.energies.shape == (5,)
    assert subject.evaluations == 11
    calls: list[int] = []
    assert [case.shared("one", lambda: calls.append(1) or 3) for _ in range(2)] == [3, 3]
    assert calls == [1]


def test_constraints_are_left_out(model_file):
    atoms = systems()["molecule"]
    atoms.set_constraint(FixAtoms([0]))
    case = Case(ModelSubject(model_file("harmonic"), device="cpu"), atoms, 0, Options())
    assert (len(case.atoms.constraints), len(atoms.constraints)) == (0, 1)


def test_rotations_are_proper_and_differ_between_structures(model_file):
    subject = ModelSubject(model_file("harmonic"), device="cpu")
    one, two = (Case(subject, systems()["molecule"], index, Options(rotations=9)) for index in (0, 1))
    np.testing.assert_allclose(np.linalg.det(one.proper), 1.0)
    np.testing.assert_allclose(one.proper @ one.proper.transpose(0, 2, 1), np.tile(np.eye(3), (9, 1, 1)), atol=1e-14)
    assert not np.allclose(one.proper, two.proper)
    assert one.random("a").random() == one.random("a").random() != one.random("b").random()
