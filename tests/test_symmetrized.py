"""Averages of any calculator: against the core's own averages, finite differences, and calculators that fail."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from ase.build import bulk
from ase.calculators.calculator import PropertyNotImplementedError
from ase.calculators.emt import EMT
from ase.calculators.fd import calculate_numerical_forces, calculate_numerical_stress
from ase.calculators.lj import LennardJones
from support.planted import Planted
from support.systems import systems

import tumble
from tumble.errors import CalculatorError, ConfigurationError, EvaluationError

SYSTEMS = systems()


@pytest.mark.parametrize("symmetrize", ["none", "tetrahedral", "octahedral+inversion", "random", "random:tetrahedral"])
@pytest.mark.parametrize("name", ["molecule", "small", "slab"])
def test_averages_are_those_of_the_core(model_file: Callable[[str], Path], symmetrize: str, name: str) -> None:
    path, seed = model_file("harmonic_5"), 3 if "random" in symmetrize else None
    ours, theirs = SYSTEMS[name].copy(), SYSTEMS[name].copy()
    ours.calc = tumble.Symmetrized(tumble.Calculator(path, device="cpu"), symmetrize, seed=seed)
    theirs.calc = tumble.Calculator(path, device="cpu", symmetrize=symmetrize, seed=seed)
    assert ours.get_potential_energy() == pytest.approx(theirs.get_potential_energy(), abs=1e-10)
    np.testing.assert_allclose(ours.get_forces(), theirs.get_forces(), atol=1e-10)
    assert ours.calc.bare_energy == pytest.approx(theirs.calc.bare_energy, abs=1e-10)
    assert ours.calc.random_frames == theirs.calc.random_frames
    if name == "small":
        np.testing.assert_allclose(ours.get_stress(), theirs.get_stress(), atol=1e-10)


def test_forces_and_stress_belong_to_the_averaged_energy() -> None:
    """A potential without symmetry error, whose stress is a result of its own: the average must not change it."""
    atoms = bulk("Ar", cubic=True, a=5.1)
    atoms.set_cell(atoms.cell.array @ [[1.0, 0.05, 0.0], [0.0, 1.02, -0.1], [0.03, 0.0, 0.97]], scale_atoms=True)
    atoms.rattle(0.1, seed=1)
    lennard_jones = LennardJones(sigma=3.4, epsilon=0.01, rc=6.0, smooth=True)
    atoms.calc = tumble.Symmetrized(lennard_jones, "tetrahedral+inversion")
    np.testing.assert_allclose(atoms.get_forces(), calculate_numerical_forces(atoms, eps=1e-4), atol=1e-7)
    np.testing.assert_allclose(atoms.get_stress(), calculate_numerical_stress(atoms, eps=1e-5), atol=1e-8)
    averaged = atoms.get_stress()
    atoms.calc = lennard_jones
    np.testing.assert_allclose(averaged, atoms.get_stress(), atol=1e-12)


def test_a_planted_error_goes_away() -> None:
    atoms = SYSTEMS["small"].copy()
    energies = {}
    for symmetrize in ("none", "tetrahedral", "none+inversion"):
        atoms.calc = tumble.Symmetrized(Planted(even=0.02), symmetrize)
        energies[symmetrize] = atoms.get_potential_energy()
    assert abs(energies["tetrahedral"]) < 1e-15  # l = 2 alone
    assert energies["none+inversion"] == pytest.approx(energies["none"], rel=1e-12)
    assert abs(energies["none"]) > 1e-3


def test_stress_is_a_matter_of_the_other_calculator() -> None:
    crystal = bulk("Cu", cubic=True)
    crystal.calc = tumble.Symmetrized(EMT(), "tetrahedral")
    crystal.get_forces()
    assert "stress" in crystal.calc.results  # EMT computes it anyway
    molecule = SYSTEMS["molecule"].copy()
    molecule.calc = tumble.Symmetrized(EMT())
    molecule.get_forces()
    with pytest.raises(PropertyNotImplementedError, match="`stress`"):
        molecule.get_stress()
    box = SYSTEMS["small"].copy()
    box.calc = tumble.Symmetrized(Planted())
    with pytest.raises(PropertyNotImplementedError):
        box.get_stress()


def test_copies(model_file: Callable[[str], Path]) -> None:
    atoms = SYSTEMS["molecule"].copy()
    atoms.calc = tumble.Symmetrized(tumble.Calculator(model_file("harmonic"), device="cpu"), "tetrahedral")
    energy = atoms.get_potential_energy()
    for duplicate in (copy.deepcopy(atoms.calc), pickle.loads(pickle.dumps(atoms.calc))):
        assert duplicate.results["energy"] == energy
        assert duplicate.get_potential_energy(SYSTEMS["isolated"]) == pytest.approx(
            atoms.calc.get_potential_energy(SYSTEMS["isolated"]), abs=1e-12
        )


def test_bad_input() -> None:
    with pytest.raises(ConfigurationError, match=r"`symmetrize`: .*got `cubic`"):
        tumble.Symmetrized(EMT(), "cubic")
    with pytest.raises(ConfigurationError, match="`seed`"):
        tumble.Symmetrized(EMT(), "random")
    calculator = tumble.Symmetrized(EMT(), "tetrahedral", name="mine:emt")
    with pytest.raises(ConfigurationError, match="`symmetrize`"):
        calculator.set(symmetrize="octahedral")
    with pytest.raises(EvaluationError, match="`bare_energy`"):
        _ = calculator.bare_energy
    argon = bulk("Ar", cubic=True, a=5.1)
    argon.calc = calculator
    with pytest.raises(CalculatorError, match=r"^`mine:emt`: .*Ar4 .*lab frame"):
        argon.get_forces()
