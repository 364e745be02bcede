"""Rounding noise."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from ase import Atoms
from ase.calculators.emt import EMT
from support.faulty_potentials import FaultyEmt
from support.systems import systems

from tumble.audit.calculator_subject import CalculatorSubject
from tumble.audit.model_subject import ModelSubject
from tumble.audit.noise import displaced, measure_noise


def noise_of(fault: Callable[..., None], atoms: Atoms):
    subject = CalculatorSubject(FaultyEmt(fault), "noisy")
    return measure_noise(subject, atoms, subject.evaluate(atoms), np.random.default_rng(0))


def test_planted_noise():
    random = np.random.default_rng(1)

    def noisy(atoms: Atoms, results: dict) -> None:
        results["forces"] = results["forces"] + 1e-4 * random.standard_normal((len(atoms), 3))
        results["energy"] += 1e-3 * random.standard_normal()

    found = noise_of(noisy, Atoms("Cu4", [[0, 0, 0], [2.6, 0, 0], [0, 2.6, 0], [0, 0, 2.6]]))
    assert found.forces == pytest.approx(1e-4, rel=0.4)
    assert found.energy == pytest.approx(1e-3, rel=0.8)  # four second differences


def test_energies_of_float32_have_its_spacing():
    def rough(atoms: Atoms, results: dict) -> None:
        results["energy"] = float(np.float32(results["energy"] - 1234.567))

    found = noise_of(rough, Atoms("Cu2", [[0, 0, 0], [2.6, 0, 0]]))
    assert found.energy >= float(np.spacing(np.float32(1230.0)))


@pytest.mark.parametrize("name", ["triclinic", "molecule"])
def test_float64_is_quiet(model_file, name):
    subject, atoms = ModelSubject(model_file("two_hop"), device="cpu"), systems()[name]
    found = measure_noise(subject, atoms, subject.evaluate(atoms), np.random.default_rng(0))
    assert found.energy < 1e-11
    assert 1e-15 < found.forces < 1e-11


def test_float32_of_the_shipped_model():
    """As large as the difference to float64."""
    subject, atoms = ModelSubject("water", device="cpu", check=False), systems()["liquid"]
    atoms = atoms[:12]
    base = subject.evaluate(atoms)
    found = measure_noise(subject, atoms, base, np.random.default_rng(0))
    difference = base.forces - subject.in_double().evaluate(atoms).forces
    assert found.forces == pytest.approx(np.sqrt(np.mean(difference**2)), rel=1.0)


def test_calculators_without_noise_have_a_floor():
    subject = CalculatorSubject(EMT(), "emt")
    found = measure_noise(subject, Atoms("Cu"), subject.evaluate(Atoms("Cu")), np.random.default_rng(0))
    assert (found.energy, found.forces) == (pytest.approx(1e-15, rel=10.0), 1e-14)


def test_displacements_leave_the_structure():
    atoms = Atoms("Cu")
    assert displaced(atoms, np.ones(3)).positions.tolist() == [[1.0, 1.0, 1.0]]
    assert atoms.positions.tolist() == [[0.0, 0.0, 0.0]]
