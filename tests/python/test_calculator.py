"""The ASE calculator against ASE's finite differences; tests/parity compares it with the other faces."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest
from ase import Atoms, units
from ase.calculators.calculator import PropertyNotImplementedError
from ase.calculators.fd import calculate_numerical_forces, calculate_numerical_stress
from ase.calculators.singlepoint import SinglePointCalculator
from ase.md.verlet import VelocityVerlet
from scipy.spatial.transform import Rotation
from support.systems import systems

import tumble
from tumble.errors import ConfigurationError, DeviceError, EvaluationError, StructureError

SYSTEMS = systems()
TOYS = ["harmonic", "two_hop", "pair"]


def attach(model_file, toy: str, name: str, **options) -> Atoms:
    atoms = SYSTEMS[name].copy()
    atoms.calc = tumble.Calculator(model_file(toy), device="cpu", **options)
    return atoms


@pytest.mark.parametrize("toy", TOYS)
@pytest.mark.parametrize("name", ["molecule", "triclinic", "small", "slab"])
def test_forces(model_file, toy, name):
    atoms = attach(model_file, toy, name)
    some = range(min(4, len(atoms)))
    expected = calculate_numerical_forces(atoms, eps=1e-5, iatoms=some)
    np.testing.assert_allclose(atoms.get_forces()[: len(some)], expected, atol=2e-7, rtol=1e-6)


@pytest.mark.parametrize("toy", TOYS)
@pytest.mark.parametrize("name", ["triclinic", "small"])
def test_stress(model_file, toy, name):
    atoms = attach(model_file, toy, name)
    expected = calculate_numerical_stress(atoms, eps=1e-5)
    np.testing.assert_allclose(atoms.get_stress(), expected, atol=1e-8, rtol=1e-6)
    virial = atoms.calc.virial
    np.testing.assert_allclose(atoms.get_stress(voigt=False), -(virial + virial.T) / 2 / atoms.get_volume(), atol=1e-15)


@pytest.mark.parametrize("toy", TOYS)
def test_torque_is_the_derivative_with_respect_to_a_rotation_of_everything(model_file, toy):
    atoms = attach(model_file, toy, "triclinic")
    atoms.get_potential_energy()
    torque = atoms.calc.torque
    angle = 1e-5
    for axis in range(3):
        energies = []
        for sign in (1, -1):
            matrix = Rotation.from_rotvec(sign * angle * np.eye(3)[axis]).as_matrix()
            turned = atoms.copy()
            turned.set_cell(atoms.cell.array @ matrix.T)
            turned.positions = atoms.positions @ matrix.T
            turned.calc = atoms.calc
            energies.append(turned.get_potential_energy())
        assert torque[axis] == pytest.approx((energies[0] - energies[1]) / (2 * angle), abs=1e-7)
    assert (np.abs(torque).max() < 1e-12) == (toy == "pair")


def test_energies(model_file):
    atoms = attach(model_file, "pair", "liquid")
    energies = atoms.get_potential_energies()
    assert energies.shape == (len(atoms),)
    assert energies.sum() == pytest.approx(atoms.get_potential_energy(), rel=1e-13)
    assert atoms.get_potential_energy(force_consistent=True) == atoms.get_potential_energy()
    lone = Atoms("H", calculator=atoms.calc)
    assert lone.get_potential_energy() == 1.5  # the baseline


def test_stress_needs_three_periodic_directions(model_file):
    atoms = attach(model_file, "pair", "slab")
    atoms.get_forces()
    with pytest.raises(PropertyNotImplementedError, match=r"stress: .* got pbc \[True, True, False\]"):
        atoms.get_stress()


def test_results_are_kept_until_something_changes(model_file, monkeypatch):
    atoms = attach(model_file, "pair", "molecule")
    calls = []
    calculate = tumble.Calculator.calculate
    monkeypatch.setattr(tumble.Calculator, "calculate", lambda *args: (calls.append(1), calculate(*args))[1])
    atoms.get_potential_energy()
    forces = atoms.get_forces()
    atoms.set_initial_charges([1, 0, 0])
    atoms.get_forces()[:] = 0.0  # a copy
    np.testing.assert_array_equal(atoms.get_forces(), forces)
    assert len(calls) == 1
    atoms.rattle(0.1, seed=1)
    assert np.abs(atoms.get_forces() - forces).max() > 1e-3
    assert len(calls) == 2


def test_ase_can_use_it(model_file):
    atoms = attach(model_file, "pair", "molecule")
    assert atoms.calc.name == "tumble"
    assert set(atoms.calc.calculate_properties(atoms, ["energy", "forces"])) >= {
        "energy",
        "forces",
        "energies",
    }
    start = atoms.get_total_energy()
    VelocityVerlet(atoms, timestep=0.1 * units.fs).run(100)
    assert abs(atoms.get_potential_energy() - start) > 1e-3
    assert atoms.get_total_energy() == pytest.approx(start, abs=1e-3)


def test_results_are_what_ase_knows(model_file):
    atoms = attach(model_file, "harmonic", "triclinic")
    atoms.get_potential_energy()
    frozen = SinglePointCalculator(atoms, **atoms.calc.results)
    np.testing.assert_array_equal(frozen.get_forces(), atoms.get_forces())
    assert set(atoms.calc.export_properties()) >= set(atoms.calc.results)


def test_virial_and_torque_are_of_the_last_calculation(model_file):
    calculator = tumble.Calculator(model_file("harmonic"), device="cpu")
    with pytest.raises(EvaluationError, match="`virial`: expected a calculation, got none; ask for the energy first"):
        calculator.virial  # noqa: B018 - a property
    atoms = SYSTEMS["triclinic"].copy()
    atoms.calc = calculator
    atoms.get_potential_energy()
    assert (calculator.virial.shape, calculator.torque.shape) == ((3, 3), (3,))
    atoms.symbols[0] = "S"
    with pytest.raises(StructureError):
        atoms.get_potential_energy()
    with pytest.raises(EvaluationError, match="`torque`: expected a calculation, got none"):
        calculator.torque  # noqa: B018 - a property


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda a: pickle.loads(pickle.dumps(a))], ids=["copy", "pickle"])
def test_copies(model_file, duplicate, monkeypatch):
    folder = model_file("harmonic").parent
    monkeypatch.chdir(folder)
    calculator = tumble.Calculator("harmonic.pt", device="cpu", memory=77.0, check=False)
    atoms = SYSTEMS["triclinic"].copy()
    atoms.calc = calculator
    energy = atoms.get_potential_energy()
    monkeypatch.chdir("/")
    twin = duplicate(atoms)
    assert twin.calc is not calculator
    assert twin.calc.results["energy"] == energy
    np.testing.assert_array_equal(twin.calc.torque, calculator.torque)
    twin.rattle(0.1, seed=1)
    assert twin.get_potential_energy() != energy
    assert calculator.results["energy"] == energy
    assert duplicate(twin.calc).potential.metadata.name == "harmonic"


def test_errors(model_file):
    atoms = attach(model_file, "pair", "molecule")
    salt = Atoms("NaCl", [[0, 0, 0], [2, 0, 0]], calculator=atoms.calc)
    with pytest.raises(StructureError, match="`atoms`: expected elements among O, H, got Cl, Na"):
        salt.get_potential_energy()
    with pytest.raises(StructureError, match="`atoms`: expected a structure, got none"):
        atoms.calc.__class__(model_file("pair"), device="cpu").calculate()
    close = Atoms("OH", [[0, 0, 0], [0.5, 0, 0]], calculator=tumble.Calculator(model_file("nan"), device="cpu"))
    with pytest.raises(EvaluationError, match="the model returned energy nan for atom 0"):
        close.get_potential_energy()
    close.calc = tumble.Calculator(model_file("raises"), device="cpu")
    with pytest.raises(EvaluationError, match=r"the model failed: .*atoms have come too close"):
        close.get_potential_energy()


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        (
            {"device": "gpu"},
            ConfigurationError,
            "`device`: expected auto, cpu, cuda or cuda:N, got `gpu`; did you mean `cuda`",
        ),
        ({"device": "cuda:99"}, DeviceError, "`device` cuda:99: torch sees"),
        ({"memory": 0.0}, ConfigurationError, "`memory`: expected a number of MB above 0, got 0"),
    ],
)
def test_wrong_options(model_file, options, error, text):
    with pytest.raises(error, match=text):
        tumble.Calculator(model_file("pair"), **options)
