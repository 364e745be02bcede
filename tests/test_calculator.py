"""The ASE calculator against ASE's finite differences; tests/parity compares it with the other faces."""

from __future__ import annotations

import copy
import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from ase import Atoms, units
from ase.calculators.calculator import PropertyNotImplementedError
from ase.calculators.fd import calculate_numerical_forces, calculate_numerical_stress
from ase.calculators.singlepoint import SinglePointCalculator
from ase.md.verlet import VelocityVerlet
from scipy.spatial.transform import Rotation
from support.output_model import FIXED
from support.output_model import export as export_outputs
from support.systems import systems
from support.toys import EdgeHarmonic, MorsePair, smooth_cutoff
from torch import Tensor

import tumble
from tumble import _core
from tumble.errors import ConfigurationError, DeviceError, EvaluationError, StructureError
from tumble.structures import to_graph, to_structure

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
    with pytest.raises(PropertyNotImplementedError, match=r"`stress`: .* got pbc \[True, True, False\]"):
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
    with pytest.raises(EvaluationError, match=r"`virial`: .*calculation, got none"):
        calculator.virial  # noqa: B018 - a property
    atoms = SYSTEMS["triclinic"].copy()
    atoms.calc = calculator
    atoms.get_potential_energy()
    assert (calculator.virial.shape, calculator.torque.shape) == ((3, 3), (3,))
    atoms.symbols[0] = "S"
    with pytest.raises(StructureError):
        atoms.get_potential_energy()
    with pytest.raises(EvaluationError, match=r"`torque`: .*calculation, got none"):
        calculator.torque  # noqa: B018 - a property


def test_results_are_no_place_to_write(model_file):
    """What a user does to an array changes nothing that the calculator returns later."""
    atoms = attach(model_file, "two_hop", "triclinic")
    atoms.get_potential_energy()
    for name in ("virial", "torque", "bare_torque"):
        before = getattr(atoms.calc, name).copy()
        getattr(atoms.calc, name)[:] = 7.0
        np.testing.assert_array_equal(getattr(atoms.calc, name), before)


FORKED = """
import multiprocessing, sys
import torch
import tumble
from support.output_model import FIXED
from support.output_model import export as export_outputs
from support.systems import systems

def energy(seed, own=False):
    atoms = systems()["liquid"]
    atoms.rattle(0.01, seed=seed)
    atoms.calc = tumble.Calculator("water", device="cpu", check=True) if own else calculator
    atoms.calc.reset()  # or the last structure isn't evaluated again
    return atoms.get_potential_energy(), torch.get_num_threads()

torch.set_num_threads(2)
calculator = tumble.Calculator("water", device="cpu", check=False)
here = [energy(seed) for seed in (1, 2)]  # which starts torch's threads
with multiprocessing.get_context("fork").Pool(2) as pool:
    there = pool.starmap_async(energy, [(1, {own}), (2, {own})]).get(timeout=240)
for (expected, _), (found, threads) in zip(here, there):
    assert abs(found - expected) < 1e-3, (found, expected)
    assert threads == 1, threads
"""


@pytest.mark.parametrize("own", [False, True], ids=["the model of the parent", "a model of its own"])
def test_forked_processes(own):
    """A child has none of the threads that its parent started, and OpenMP would wait for them."""
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FORKED.replace("{own}", str(own))],
        capture_output=True,
        text=True,
        timeout=250,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *sys.path])},
    )
    assert run.returncode == 0, run.stderr


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
    with pytest.raises(StructureError, match=r"`atoms`: .* O, H, got Cl, Na"):
        salt.get_potential_energy()
    with pytest.raises(StructureError, match=r"`atoms`: .*structure, got none"):
        atoms.calc.__class__(model_file("pair"), device="cpu").calculate()
    close = Atoms("OH", [[0, 0, 0], [0.5, 0, 0]], calculator=tumble.Calculator(model_file("nan"), device="cpu"))
    with pytest.raises(EvaluationError, match="energy nan for atom 0"):
        close.get_potential_energy()
    close.calc = tumble.Calculator(model_file("raises"), device="cpu")
    with pytest.raises(EvaluationError, match=r"model failed: .*too close"):
        close.get_potential_energy()


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        (
            {"device": "gpu"},
            ConfigurationError,
            "`device`: .*auto, cpu, cuda or cuda:N, got `gpu`; .*`cuda`",
        ),
        ({"device": "cuda:99"}, DeviceError, "`device` cuda:99: "),
        ({"symmetrize": "octohedral"}, ConfigurationError, "got `octohedral`; .*`octahedral`"),
        ({"symmetrize": "degree:99"}, ConfigurationError, r"`symmetrize`: .* `degree:t`.* 1"),
        ({"symmetrize": "random"}, ConfigurationError, r"`seed`: .* `random`"),
        ({"symmetrize": None}, ConfigurationError, r"`symmetrize`: .*got None"),
        ({"mode": 1}, ConfigurationError, r"`mode`: .*got 1"),
        (
            {"symmetrize": "random", "seed": 1.5},
            ConfigurationError,
            r"`seed`: .* 9223372036854775807, got 1.5",
        ),
        (
            {"seed": 2**70},
            ConfigurationError,
            r"`seed`: .* 9223372036854775807, got 1180591620717411303424",
        ),
        ({"seed": True}, ConfigurationError, r"`seed`: .* 9223372036854775807, got True"),
        ({"mode": "correction"}, ConfigurationError, r"`mode`: .* `correction`, got `symmetrize none`"),
        ({"memory": 0.0}, ConfigurationError, r"`memory`: .* 0, got 0"),
    ],
)
def test_wrong_options(model_file, options, error, text):
    with pytest.raises(error, match=text):
        tumble.Calculator(model_file("pair"), **options)


class Chiral(torch.nn.Module):
    """Invariant pairs, a harmonic of degree 3, and a triple product, which only mirrors change."""

    def __init__(self) -> None:
        super().__init__()
        self.pair = MorsePair(4.0)
        self.harmonic = EdgeHarmonic(3, -2, 4.0)

    def forward(self, edge_vectors: Tensor, edge_index: Tensor, reverse: Tensor, species: Tensor) -> dict[str, Tensor]:
        s = smooth_cutoff(torch.linalg.vector_norm(edge_vectors, dim=1), 4.0).unsqueeze(1)
        zero = torch.zeros(species.size(0), 3, dtype=s.dtype)
        p = zero.index_add(0, edge_index[0], s * edge_vectors)
        q = zero.index_add(0, edge_index[0], s**2 * edge_vectors * (1 + species[edge_index[1]]).unsqueeze(1))
        r = zero.index_add(0, edge_index[0], s**3 * edge_vectors)
        energy = (p * torch.linalg.cross(q, r)).sum(1)
        energy = energy + self.pair(edge_vectors, edge_index, reverse, species)["energy"]
        return {"energy": energy + self.harmonic(edge_vectors, edge_index, reverse, species)["energy"]}


@pytest.fixture(scope="module")
def chiral(tmp_path_factory):
    return tumble.export(
        Chiral(),
        tmp_path_factory.mktemp("models") / "chiral.pt",
        name="chiral",
        species=["O", "H"],
        cutoff=4.0,
        depth=1,
        dtype="float64",
        baseline=[0.0, 0.0],
        symmetry={
            "group": "O(3)",
            "kind": "approximate",
            "energy_error": None,
            "force_error": None,
            "how": "not measured",
        },
        provenance={"data": [], "seeds": {}, "metrics": {}, "configuration": {}},
        licence="BSD-3-Clause",
        citation="none",
        references=[SYSTEMS["triclinic"]],
    )


@pytest.mark.parametrize(
    ("toy", "symmetrize"),
    [("harmonic", "tetrahedral"), ("harmonic_2", "octahedral"), ("harmonic_2", "random:icosahedral+inversion")],
)
def test_toys_of_known_degree_are_averaged_to_zero(model_file, toy, symmetrize):
    """Energy up to the baseline, forces, stress and torque; before averaging there is something."""
    atoms = attach(model_file, toy, "triclinic", symmetrize=symmetrize, seed=1)
    baseline = 8 * (-3.0 + 2 * 1.5)
    assert abs(atoms.get_potential_energy() - baseline) < 1e-12
    for zero in (atoms.get_forces(), atoms.calc.virial, atoms.get_stress(), atoms.calc.torque):
        assert np.abs(zero).max() < 1e-12
    assert abs(atoms.calc.bare_energy - baseline) > 0.1
    assert np.abs(atoms.calc.bare_torque).max() > 0.1


@pytest.mark.parametrize(("symmetrize", "mode"), [("tetrahedral+inversion", "average"), ("octahedral", "correction")])
def test_derivatives_are_those_of_the_energy_of_the_mode(model_file, symmetrize, mode):
    atoms = attach(model_file, "two_hop", "triclinic", symmetrize=symmetrize, mode=mode)
    expected = calculate_numerical_forces(atoms, eps=1e-5, iatoms=range(3))
    assert np.abs(expected).max() > 1e-3
    np.testing.assert_allclose(atoms.get_forces()[:3], expected, atol=2e-7, rtol=1e-6)
    expected = calculate_numerical_stress(atoms, eps=1e-5)
    np.testing.assert_allclose(atoms.get_stress(), expected, atol=1e-8, rtol=1e-6)
    assert atoms.get_potential_energies().sum() == pytest.approx(atoms.get_potential_energy(), rel=1e-12)


def test_modes_and_what_was_before_averaging(model_file):
    """average = bare + correction, and bare is the lab frame."""
    results = {}
    for name, options in {"bare": {}, "average": {}, "correction": {"mode": "correction"}}.items():
        symmetrize = "none" if name == "bare" else "octahedral"
        atoms = attach(model_file, "two_hop", "triclinic", symmetrize=symmetrize, **options)
        energy, forces = atoms.get_potential_energy(), atoms.get_forces()
        results[name] = np.r_[energy, forces.ravel(), atoms.calc.virial.ravel(), atoms.calc.torque]
        before = np.r_[atoms.calc.bare_energy, atoms.calc.bare_torque]
        np.testing.assert_allclose(before, results["bare"][[0, -3, -2, -1]], rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(results["average"], results["bare"] + results["correction"], rtol=1e-11, atol=1e-11)
    assert abs(results["correction"][0]) > 1e-3


@pytest.mark.parametrize("name", ["triclinic", "slab"])
def test_a_turned_system_has_turned_forces(chiral, name):
    """As exactly as the set is: the model has degree 3, and its mirror images differ without inversion."""
    random = np.random.default_rng(3)
    proper = Rotation.random(rng=random).as_matrix()
    difference = {}
    for symmetrize in ("tetrahedral", "octahedral", "octahedral+inversion"):
        for matrix in (proper, -proper):
            results = []
            for turn in (np.eye(3), matrix):
                atoms = SYSTEMS[name].copy()
                atoms.set_cell(atoms.cell.array @ turn.T)
                atoms.positions = atoms.positions @ turn.T
                atoms.calc = tumble.Calculator(chiral, device="cpu", symmetrize=symmetrize)
                forces = atoms.get_forces() @ turn
                virial = turn.T @ atoms.calc.virial @ turn
                results.append(np.r_[atoms.get_potential_energy(), forces.ravel(), virial.ravel()])
            difference[symmetrize, matrix is proper] = np.abs(results[1] - results[0]).max()
    for symmetrize, exact in [("tetrahedral", (False, False)), ("octahedral", (True, False))]:
        for is_proper, vanishes in zip((True, False), exact, strict=True):
            assert (difference[symmetrize, is_proper] < 1e-11) == vanishes
    assert max(difference["octahedral+inversion", is_proper] for is_proper in (True, False)) < 1e-11


def test_random_frames_depend_on_seed_and_geometry_alone(model_file):
    def energy(seed, shift=0.0, kept=None):
        atoms = attach(model_file, "two_hop", "triclinic", symmetrize="random:2+inversion", seed=seed)
        atoms.positions[0, 0] += shift
        if kept is not None:
            atoms.calc = kept.calc
        return atoms, atoms.get_potential_energy()

    atoms, first = energy(1)
    assert energy(1)[1] == first
    assert abs(energy(2)[1] - first) > 1e-4
    _, moved = energy(1, 1e-9)
    assert abs(moved - first) > 1e-4
    assert energy(1, 1e-9, atoms)[1] == moved  # whatever was calculated before
    assert energy(1, 0.0, atoms)[1] == first

    # those that the core draws
    structure = to_structure(atoms, ["O", "H"])
    frames = _core.Symmetrizer("random:2+inversion", seed=1).frames(_core.geometry_key(structure))
    result = atoms.calc.potential.evaluate(to_graph([atoms], ["O", "H"], 4.0), [frames])
    assert result.energies[0] == first
    assert atoms.calc.bare_energy == result.frame_energies[0, 0]


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda a: pickle.loads(pickle.dumps(a))], ids=["copy", "pickle"])
def test_copies_keep_set_mode_and_seed(model_file, duplicate):
    atoms = attach(model_file, "two_hop", "triclinic", symmetrize="random:octahedral", mode="correction", seed=9)
    energy = atoms.get_potential_energy()
    twin = duplicate(atoms)
    np.testing.assert_array_equal(twin.calc.bare_torque, atoms.calc.bare_torque)
    twin.calc.reset()
    assert twin.get_potential_energy() == energy
    assert twin.calc.bare_energy == atoms.calc.bare_energy


@pytest.mark.parametrize("changes", [{"symmetrize": "octahedral"}, {"seed": 1}, {"parameters": "no-such-file"}])
def test_options_cannot_be_changed_behind_a_calculators_back(model_file, changes):
    atoms = attach(model_file, "harmonic", "molecule")
    energy = atoms.get_potential_energy()
    with pytest.raises(ConfigurationError, match=rf"`{next(iter(changes))}`: expected no change"):
        atoms.calc.set(**changes)
    assert atoms.calc.set() == {}
    assert atoms.get_potential_energy() == energy


def test_outputs_that_a_model_declares(tmp_path):
    """The toy's dipoles are sums of edge vectors, and a fixed vector that an average over a group removes."""
    path = export_outputs(tmp_path)
    atoms = Atoms("OHH", [[0, 0, 0], [0.9, 0.3, 0], [-0.2, 0.9, 0.1]])
    bonds = atoms.positions[None] - atoms.positions[:, None]  # all atoms see each other
    atoms.calc = tumble.Calculator(path, device="cpu")
    np.testing.assert_allclose(atoms.get_dipole_moment(), 3 * FIXED, atol=1e-14)  # bonds cancel in the sum
    np.testing.assert_allclose(atoms.calc.outputs["dipole"], bonds.sum(axis=1) + FIXED, atol=1e-14)
    np.testing.assert_allclose(atoms.get_charges(), [0, 1, 1] + bonds.sum(axis=1)[:, 2], atol=1e-14)
    atoms.calc = tumble.Calculator(path, device="cpu", symmetrize="octahedral")
    np.testing.assert_allclose(atoms.get_dipole_moment(), 0.0, atol=1e-14)
    np.testing.assert_allclose(atoms.get_charges(), [0, 1, 1], atol=1e-14)
    with pytest.raises(EvaluationError, match="`outputs`"):
        _ = tumble.Calculator(path).outputs


def test_a_model_without_outputs_has_no_dipole(model_file):
    atoms = attach(model_file, "pair", "molecule")
    with pytest.raises(PropertyNotImplementedError):
        atoms.get_dipole_moment()
    atoms.get_potential_energy()
    assert atoms.calc.outputs == {}
