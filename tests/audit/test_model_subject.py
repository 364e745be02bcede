"""A model file as a subject: against the ASE calculator of the same file, and against sums over its own results."""

from __future__ import annotations

import numpy as np
import pytest
from ase import Atoms
from support.systems import systems

import tumble
from tumble.audit.model_subject import ModelSubject
from tumble.errors import StructureError
from tumble.rotations import random_rotations


@pytest.fixture(scope="module")
def subject(model_file):
    return ModelSubject(model_file("harmonic"), device="cpu")


@pytest.mark.parametrize("name", ["molecule", "triclinic", "slab"])
def test_lab_frame_as_the_calculator(subject, model_file, name):
    atoms = systems()[name]
    calculator = tumble.Calculator(model_file("harmonic"), device="cpu")
    atoms.calc = calculator
    found = subject.evaluate(atoms)
    assert found.energies[0] == pytest.approx(atoms.get_potential_energy(), abs=1e-12)
    np.testing.assert_allclose(found.forces[0], atoms.get_forces(), atol=1e-12)
    np.testing.assert_allclose(found.torques[0], calculator.torque, atol=1e-12)
    np.testing.assert_allclose(subject.virial(atoms).values, calculator.virial, atol=1e-12)
    assert subject.energies([atoms])[0] == pytest.approx(atoms.get_potential_energy(), abs=1e-12)


def test_rotations_as_of_a_turned_molecule(subject):
    atoms = systems()["molecule"]
    rotations = random_rotations(5, 1)
    found = subject.evaluate(atoms, rotations)
    for k, rotation in enumerate(rotations):
        turned = Atoms(atoms.symbols, atoms.positions @ rotation.T)
        there = subject.evaluate(turned)
        assert found.energies[k] == pytest.approx(there.energies[0], abs=1e-12)
        np.testing.assert_allclose(found.forces[k], there.forces[0] @ rotation, atol=1e-12)


def test_batch_as_one_by_one(subject):
    structures = [systems()[name] for name in ("molecule", "triclinic", "small")]
    for atoms, found in zip(structures, subject.batch(structures), strict=True):
        alone = subject.evaluate(atoms)
        np.testing.assert_allclose(found.energies, alone.energies, atol=1e-12)
        np.testing.assert_allclose(found.forces, alone.forces, atol=1e-12)


def test_float64_has_the_numbers_of_float32_to_rounding():
    atoms = systems()["molecule"]
    single = ModelSubject("water", device="cpu", check=False)
    double = single.in_double()
    assert (single.dtype, double.dtype) == ("float32", "float64")
    difference = double.evaluate(atoms).forces - single.evaluate(atoms).forces
    assert 0.0 < np.abs(difference).max() < 1e-4
    assert double.in_double() is double


def test_what_it_says_of_itself(subject):
    assert (subject.name, subject.elements, subject.cutoff, subject.depth) == ("harmonic", ("O", "H"), 4.0, 1)
    before = subject.evaluations
    subject.evaluate(systems()["molecule"], random_rotations(3, 0))
    assert subject.evaluations == before + 3
    assert subject.direct_forces(systems()["molecule"]) is None


def test_no_atoms_and_unknown_elements(subject):
    with pytest.raises(StructureError, match="at least one atom"):
        subject.evaluate(Atoms())
    with pytest.raises(StructureError, match=r"`atoms`: .* O, H, got Cu"):
        subject.evaluate(Atoms("Cu"))
