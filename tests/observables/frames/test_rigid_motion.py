"""Mechanics of point masses against SciPy and textbook bodies."""

from __future__ import annotations

import ase.units
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from tumble.observables.frames.rigid_motion import (
    BOLTZMANN_AMU_A2_PS2,
    EV_PER_HBAR_PS,
    EV_PER_KJ_MOL,
    HBAR,
    about_center,
    angular_momentum,
    best_rotations,
    inertia_tensor,
    rotational_freedoms,
)


def test_rotations_of_an_atom_a_line_and_a_triangle() -> None:
    corners = np.array([[0, 0, 0], [1.0, 2.0, 3.0], [3.0, -1.0, 0]])
    bodies = [corners[:count] for count in (1, 2, 3)]
    tensors = [inertia_tensor(about_center(body, np.ones(len(body))), np.ones(len(body))) for body in bodies]
    assert rotational_freedoms(np.array(tensors)).tolist() == [0, 2, 3]
    assert int(rotational_freedoms(tensors[1])) == 2


def test_units_are_those_of_ase() -> None:
    # ASE has CODATA 2014, in which Boltzmann's constant differs in the seventh digit.
    picosecond = 1000 * ase.units.fs  # in Å sqrt(amu/eV)
    assert pytest.approx(HBAR / picosecond**2, rel=1e-7) == EV_PER_HBAR_PS
    assert pytest.approx(ase.units.kJ / ase.units.mol, rel=1e-7) == EV_PER_KJ_MOL
    assert pytest.approx(ase.units._hbar / ase.units._amu / 1e-20 * 1e-12, rel=1e-7) == HBAR
    assert pytest.approx(ase.units.kB * picosecond**2, rel=1e-6) == BOLTZMANN_AMU_A2_PS2


def test_two_masses_on_a_circle() -> None:
    masses = np.array([2.0, 6.0])
    # 4 Å apart, so 3 Å and 1 Å from the center of mass; the center moves, which doesn't count.
    positions = np.array([[3.0, 0, 0], [-1.0, 0, 0]]) + np.array([10, 20, 30])
    velocities = np.array([[0, 6.0, 0], [0, -2.0, 0]]) + np.array([1, 2, 3])
    assert angular_momentum(positions, velocities, masses) * HBAR == pytest.approx([0, 0, 2 * 3 * 6 + 6 * 1 * 2])
    assert inertia_tensor(about_center(positions, masses), masses) == pytest.approx(np.diag([0, 24.0, 24.0]))


@pytest.mark.parametrize("atoms", [3, 4, 9])
def test_best_rotation_equals_scipy(atoms: int) -> None:
    generator = np.random.default_rng(atoms)
    masses = generator.uniform(1, 16, size=atoms)
    shapes = np.array([about_center(generator.normal(size=(atoms, 3)), masses) for _ in range(20)])
    turned = np.einsum("mab,mnb->mna", Rotation.random(20, random_state=1).as_matrix(), shapes)
    turned = np.array([about_center(one + 0.1 * generator.normal(size=one.shape), masses) for one in turned])
    found = best_rotations(np.einsum("n,mna,mnb->mab", masses, turned, shapes))
    for one, shape, target in zip(found, shapes, turned, strict=True):
        expected, _ = Rotation.align_vectors(target, shape, weights=masses)
        assert one == pytest.approx(expected.as_matrix(), abs=1e-6)
        assert np.linalg.det(one) == pytest.approx(1)


def test_mirror_image_is_fitted_by_a_proper_rotation() -> None:
    shape = np.random.default_rng(2).normal(size=(5, 3))
    shape -= shape.mean(axis=0)
    mirrored = shape * [1, 1, -1]
    found = best_rotations(mirrored.T @ shape)
    assert np.linalg.det(found) == pytest.approx(1)
    assert found == pytest.approx(Rotation.align_vectors(mirrored, shape)[0].as_matrix(), abs=1e-6)
