"""An ASE calculator as a subject: against the model of the same file, and calculators that fail in several ways."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk
from ase.calculators.emt import EMT
from ase.constraints import FixAtoms
from support.systems import systems
from support.toy_calculator import ToyCalculator

import tumble
from tumble.audit.calculator_subject import CalculatorSubject, turned
from tumble.audit.model_subject import ModelSubject
from tumble.errors import CalculatorError, StructureError
from tumble.rotations import random_rotations


@pytest.mark.parametrize("name", ["molecule", "triclinic", "slab"])
def test_turned_positions_and_cells_as_turned_edges(model_file, name):
    path, atoms, rotations = model_file("harmonic"), systems()[name], random_rotations(6, 2)
    assert {np.linalg.det(rotation) > 0 for rotation in rotations} == {True, False}
    expected = ModelSubject(path, device="cpu").evaluate(atoms, rotations)
    found = CalculatorSubject(tumble.Calculator(path, device="cpu"), "harmonic").evaluate(atoms, rotations)
    np.testing.assert_allclose(found.energies, expected.energies, atol=1e-10)
    np.testing.assert_allclose(found.forces, expected.forces, atol=1e-10)
    if name == "molecule":
        np.testing.assert_allclose(found.torques, expected.torques @ np.eye(3), atol=1e-10)
    else:
        assert np.isnan(found.torques).all()


def test_an_inverted_cell_stays_right_handed():
    atoms = systems()["triclinic"]
    copy = turned(atoms, -np.eye(3))
    assert np.linalg.det(copy.cell.array) == pytest.approx(np.linalg.det(atoms.cell.array))
    np.testing.assert_allclose(copy.positions, -atoms.positions)


def test_virial_is_the_symmetric_part(model_file):
    atoms = systems()["triclinic"]
    full = ModelSubject(model_file("harmonic"), device="cpu").virial(atoms)
    subject = CalculatorSubject(tumble.Calculator(model_file("harmonic"), device="cpu"), "harmonic")
    found = subject.virial(atoms)
    np.testing.assert_allclose(found.values, 0.5 * (full.values + full.values.T), atol=1e-12)
    assert (full.full, found.full) == (True, False)
    assert subject.virial(systems()["molecule"]) is None


def test_constraints_do_not_apply():
    atoms = bulk("Cu", cubic=True)
    atoms.rattle(0.1, seed=1)
    free = CalculatorSubject(EMT(), "emt").evaluate(atoms).forces
    atoms.set_constraint(FixAtoms([0, 1]))
    np.testing.assert_array_equal(CalculatorSubject(EMT(), "emt").evaluate(atoms).forces, free)
    assert len(atoms.constraints) == 1


class _Fixed(ToyCalculator):
    """Whatever results a test gives it."""

    implemented_properties: ClassVar = ["energy", "free_energy", "forces", "stress"]

    def __init__(self, **values):
        super().__init__()
        self.values = values

    def results_of(self, atoms):
        if "error" in self.values:
            raise self.values["error"]
        return dict(self.values)


def test_the_energy_is_that_of_the_forces():
    subject = CalculatorSubject(_Fixed(energy=1.0, free_energy=0.5, forces=np.zeros((1, 3))), "smeared")
    assert subject.evaluate(Atoms("H")).energies[0] == 0.5
    assert subject.energies([Atoms("H")])[0] == 0.5


def test_a_free_energy_may_be_none():
    subject = CalculatorSubject(_Fixed(energy=1.0, free_energy=None, forces=np.zeros((1, 3))), "cold")
    assert subject.evaluate(Atoms("H")).energies[0] == 1.0


def test_energies_in_arrays_and_no_stress():
    subject = CalculatorSubject(_Fixed(energy=np.array([2.0]), forces=np.zeros((1, 3))), "array")
    assert subject.evaluate(Atoms("H")).energies.tolist() == [2.0]
    assert subject.virial(Atoms("H", cell=[5, 5, 5], pbc=True)) is None


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (
            {"error": ValueError("odd cell\nand more")},
            r"`odd`: .* H2 \(2 atoms\) turned by \[\[.*ValueError: odd cell$",
        ),
        ({"energy": np.nan, "forces": np.zeros((2, 3))}, r"`odd`: expected finite energy of H2"),
        ({"energy": 0.0, "forces": np.full((2, 3), np.inf)}, r"`odd`: expected finite forces of H2"),
        ({"energy": 0.0, "forces": np.zeros((3, 3))}, r"`odd`: .*\(2, 3\).*\(3, 3\)"),
        ({"energy": "low", "forces": np.zeros((2, 3))}, r"`odd`: expected numbers as energy"),
        ({"energy": 0.0, "forces": np.zeros((3, 2))}, r"`odd`: .*\(2, 3\).*\(3, 2\)"),
        ({"energy": 1.0 + 0.0j, "forces": np.zeros((2, 3))}, r"`odd`: expected numbers as energy .*complex"),
        ({"energy": 0.0, "forces": [[0.0], [0.0, 1.0]]}, r"`odd`: expected numbers as forces"),
        ({"error": SystemExit(3)}, r"`odd`: .*SystemExit: 3$"),
        ({"error": AssertionError()}, r"`odd`: .*AssertionError in line \d+ of test_calculator_subject.py: raise self"),
    ],
)
def test_failures(values, text):
    subject = CalculatorSubject(_Fixed(**values), "odd")
    with pytest.raises(CalculatorError, match=text):
        subject.evaluate(Atoms("HH", [[0, 0, 0], [0, 0, 1]]), random_rotations(1, 0))


@pytest.mark.parametrize(("found", "text"), [(EMT, "the class EMT"), (None, "NoneType"), ("emt", "str")])
def test_what_is_no_calculator(found, text):
    with pytest.raises(CalculatorError, match=f"`emt`: expected an ASE calculator, got {text}"):
        CalculatorSubject(found, "emt")


@pytest.mark.parametrize(
    ("atoms", "text"),
    [
        (Atoms(), "at least one atom"),
        (Atoms("Cu2", [[0, 0, 0], [0, 0, np.inf]]), "`positions`: expected finite"),
        (Atoms("Cu", cell=[3, 3, np.nan], pbc=True), "`cell`: expected finite"),
        (Atoms("Cu", cell=[3, 0, 0], pbc=[True, True, False]), "`cell`: .*True, True, False.* 3, 0, 0 Å"),
    ],
)
def test_impossible_structures(atoms, text):
    subject = CalculatorSubject(EMT(), "emt")
    for ask in (lambda: subject.evaluate(atoms, random_rotations(2, 0)), lambda: subject.energies([atoms])):
        with pytest.raises(StructureError, match=text):
            ask()
