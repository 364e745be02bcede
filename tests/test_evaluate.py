"""Errors on files whose labels are off by known amounts."""

from __future__ import annotations

import numpy as np
import pytest
from ase import Atoms
from ase.calculators.calculator import Calculator
from ase.calculators.singlepoint import SinglePointCalculator
from ase.io import write
from support.output_model import FIXED
from support.output_model import export as export_outputs
from support.systems import systems

import tumble
from tumble import _core
from tumble.cli.evaluate import format_accuracy
from tumble.errors import CalculatorError, ConfigurationError, FramesError, StructureError
from tumble.evaluate import check_labels, evaluate, evaluate_calculator
from tumble.labels import LabelNames

FRAMES = [systems()[name] for name in ("molecule", "triclinic", "slab", "molecule", "small")]
ENERGY_ERRORS = np.array([0.1, 0.2, 0.3, -0.1, 0.0])  # eV per atom, prediction minus label
FORCE_ERRORS = np.array([1.0, -2.0, 2.0, 0.5, 0.0])  # eV/Å, all components of a structure


@pytest.fixture(scope="module")
def potential(model_file):
    return tumble.load(model_file("two_hop"), "cpu")


@pytest.fixture(scope="module")
def labeled(model_file):
    """The frames with labels, [(atoms, energy, forces)]."""
    calculator = tumble.Calculator(model_file("two_hop"), device="cpu")
    frames = []
    for atoms, energy_error, force_error in zip(FRAMES, ENERGY_ERRORS, FORCE_ERRORS, strict=True):
        copy = atoms.copy()
        copy.calc = calculator
        energy = copy.get_potential_energy() - energy_error * len(copy)
        frames.append((atoms, energy, copy.get_forces() - force_error))
    return frames


def save(path, labeled, energies=range(5), forces=range(5)):
    """Write the frames, with the labels of those whose indices are given."""
    for i, (atoms, energy, force) in enumerate(labeled):
        copy = atoms.copy()
        results = {}
        if i in energies:
            results["energy"] = energy
        if i in forces:
            results["forces"] = force
        copy.calc = SinglePointCalculator(copy, **results)
        write(path, copy, format="extxyz", append=True)
    return path


@pytest.mark.parametrize("batch", [1, 2, 5, 64])
def test_known_errors(tmp_path, potential, labeled, batch):
    result = evaluate(potential, save(tmp_path / "a.xyz", labeled), batch=batch)
    sizes = np.array([len(atoms) for atoms in FRAMES])
    shifted = ENERGY_ERRORS - ENERGY_ERRORS.mean()
    assert (result.frames, result.atoms) == (5, sizes.sum())
    # the file holds 8 decimals
    assert result.energy.mae == pytest.approx(np.abs(ENERGY_ERRORS).mean(), abs=1e-7)
    assert result.energy.rmse == pytest.approx(np.sqrt((ENERGY_ERRORS**2).mean()), abs=1e-7)
    assert result.energy_shift == pytest.approx(ENERGY_ERRORS.mean(), abs=1e-7)
    assert result.energy_shifted.mae == pytest.approx(np.abs(shifted).mean(), abs=1e-7)
    assert result.energy_shifted.rmse == pytest.approx(np.sqrt((shifted**2).mean()), abs=1e-7)
    assert result.energy_total.mae == pytest.approx(np.abs(sizes * ENERGY_ERRORS).mean(), abs=1e-6)
    assert result.forces.mae == pytest.approx(np.average(np.abs(FORCE_ERRORS), weights=sizes), abs=1e-6)
    assert result.forces.rmse == pytest.approx(np.sqrt(np.average(FORCE_ERRORS**2, weights=sizes)), abs=1e-6)
    assert (result.energy.count, result.forces.count) == (5, 3 * sizes.sum())


def test_compressed_files(tmp_path, potential, labeled):
    plain, packed = (evaluate(potential, save(tmp_path / name, labeled)) for name in ("a.extxyz", "b.extxyz.gz"))
    assert packed.energy == plain.energy
    assert packed.forces == plain.forces


def test_missing_labels(tmp_path, potential, labeled):
    only_energies = evaluate(potential, save(tmp_path / "a.xyz", labeled, forces=()))
    assert only_energies.forces is None
    assert only_energies.energy.count == 5
    only_forces = evaluate(potential, save(tmp_path / "b.xyz", labeled, energies=()))
    assert (only_forces.energy, only_forces.energy_shifted, only_forces.energy_shift) == (None, None, None)
    some = evaluate(potential, save(tmp_path / "c.xyz", labeled, energies=(0, 3), forces=(1,)))
    assert some.energy.mae == pytest.approx(0.1, abs=1e-7)
    assert some.energy.count == 2
    assert some.forces.mae == pytest.approx(2.0, abs=1e-6)
    with pytest.raises(FramesError, match=r"`frames`: .*labels, got none .* 5 "):
        evaluate(potential, save(tmp_path / "d.xyz", labeled, energies=(), forces=()))


@pytest.mark.parametrize(("name", "value"), [("energy", np.inf), ("forces", np.nan)])
def test_labels_that_are_not_finite(potential, labeled, name, value):
    frames = []
    for atoms, energy, forces in labeled:
        copy = atoms.copy()
        copy.calc = SinglePointCalculator(copy, energy=energy, forces=forces)
        frames.append(copy)
    frames[3].calc.results[name] *= value
    with pytest.raises(FramesError, match=rf"`a\.xyz`, frame 3: .*{name}, got a NaN"):
        evaluate(potential, "a.xyz", batch=2, frames=frames)


def test_structures_are_read_as_they_are_needed(potential, labeled):
    taken = []

    def frames():
        for atoms, energy, forces in labeled:
            copy = atoms.copy()
            copy.calc = SinglePointCalculator(copy, energy=energy, forces=forces)
            taken.append(len(evaluated))
            yield copy

    evaluated = []

    class Spy:
        metadata = potential.metadata

        def evaluate(self, graph, frames):
            evaluated.append(graph)
            return potential.evaluate(graph, frames)

    evaluate(Spy(), "generator", batch=2, frames=frames())
    assert taken == [0, 0, 1, 1, 2]


def test_wrong_input(tmp_path, potential):
    with pytest.raises(FramesError, match=r"`frames`: .*got `.*nowhere\.xyz`"):
        evaluate(potential, tmp_path / "nowhere.xyz")
    (tmp_path / "empty.xyz").touch()
    with pytest.raises(FramesError, match=r"got an error in `.*empty.xyz` after 0: Empty file"):
        evaluate(potential, tmp_path / "empty.xyz")
    (tmp_path / "text.dat").write_text("no structure\n")
    with pytest.raises(FramesError, match=r"`frames`: .*ASE.*error in "):
        evaluate(potential, tmp_path / "text.dat")
    write(tmp_path / "salt.xyz", Atoms("NaCl", [[0, 0, 0], [3, 0, 0]]))
    with pytest.raises(StructureError, match=r"^`.*salt\.xyz`, frame 0: `atoms`: .* O, H, got Cl, Na"):
        evaluate(potential, tmp_path / "salt.xyz")
    with pytest.raises(ConfigurationError, match=r"`batch`: .* 0, got 0"):
        evaluate(potential, tmp_path / "salt.xyz", batch=0)


def test_a_structure_that_cannot_be_evaluated_is_named(potential, labeled):
    """Among others of its batch."""
    frames = []
    for atoms, energy, forces in labeled:
        copy = atoms.copy()
        copy.calc = SinglePointCalculator(copy, energy=energy, forces=forces)
        frames.append(copy)
    frames[3].positions[1] = frames[3].positions[0]
    with pytest.raises(StructureError, match=r"^`a\.xyz`, frame 3: atom 0 and atom 1 .*distance"):
        evaluate(potential, "a.xyz", batch=5, frames=frames)


def test_truncated_files(tmp_path, potential, labeled):
    text = save(tmp_path / "a.xyz", labeled).read_text()
    (tmp_path / "cut.xyz").write_text(text[: len(text) // 2])
    with pytest.raises(FramesError, match=r"error in `.*cut\.xyz` after \d: .*expected"):
        evaluate(potential, tmp_path / "cut.xyz")
    packed = save(tmp_path / "a.xyz.gz", labeled).read_bytes()
    (tmp_path / "cut.xyz.gz").write_bytes(packed[: len(packed) // 2])
    with pytest.raises(FramesError, match=r"error in `.*cut\.xyz\.gz` after 0: Compressed file ended"):
        evaluate(potential, tmp_path / "cut.xyz.gz")


def test_symmetrized(tmp_path, model_file, labeled):
    """Labels of the averaged model: with its set there are no errors, without it some."""
    calculator = tumble.Calculator(model_file("two_hop"), device="cpu", symmetrize="octahedral")
    frames = [(a, calculator.get_potential_energy(a), calculator.get_forces(a)) for a, _, _ in labeled]
    path = save(tmp_path / "averaged.extxyz", frames)
    potential = tumble.load(model_file("two_hop"), "cpu")
    own = evaluate(potential, path, batch=2, symmetrizer=_core.Symmetrizer("octahedral"))
    bare = evaluate(potential, path, batch=2)
    assert own.forces.mae < 1e-8 < 1e-4 < bare.forces.mae  # the file's digits


def test_random_frames_are_those_of_each_structure(tmp_path, model_file, labeled):
    """Whatever the batch."""
    path = save(tmp_path / "a.extxyz", labeled)
    potential = tumble.load(model_file("two_hop"), "cpu")
    symmetrizer = _core.Symmetrizer("random:2", seed=5)
    results = [evaluate(potential, path, batch=n, symmetrizer=symmetrizer) for n in (1, 5)]
    assert results[0].forces.rmse == pytest.approx(results[1].forces.rmse, rel=1e-12)
    assert results[0].forces.rmse != pytest.approx(evaluate(potential, path).forces.rmse, rel=1e-6)


@pytest.mark.parametrize("label", ["energy", "forces"])
def test_labels_whose_errors_are_not_finite(tmp_path, potential, labeled, label):
    """They are numbers themselves, and their squares aren't."""
    atoms, energy, forces = labeled[0]
    huge = [(atoms, 1e200, forces)] if label == "energy" else [(atoms, energy, forces + 1e200)]
    path = save(tmp_path / "a.extxyz", huge)
    words = "energies" if label == "energy" else "forces"
    with pytest.raises(FramesError, match=rf"`frames`: .*{words}.* inf in `{path}`"):
        evaluate(potential, path)


def test_a_calculator_has_the_errors_of_its_model(tmp_path, model_file, potential, labeled):
    path = save(tmp_path / "a.xyz", labeled, energies=(0, 1, 2), forces=(1, 3))
    expected = evaluate(potential, path).to_dict()
    found = evaluate_calculator(tumble.Calculator(model_file("two_hop"), device="cpu"), "calculator", path).to_dict()
    for key, value in expected.items():
        assert found[key] == (pytest.approx(value, abs=1e-10) if isinstance(value, dict | float) else value)


def test_a_calculator_that_fails(tmp_path, labeled):
    path = save(tmp_path / "a.xyz", labeled)
    with pytest.raises(CalculatorError, match=r"^`mine`: .*\(3 atoms\).*spoon"):
        evaluate_calculator(_NoSpoon(), "mine", path)


class _NoSpoon(Calculator):
    implemented_properties = ("energy", "forces")

    def calculate(self, *arguments):
        raise RuntimeError("there is no spoon")


def test_labels_of_other_names(tmp_path, potential, labeled):
    """Next to what ASE reads, which is then not compared."""
    path = tmp_path / "named.xyz"
    for atoms, energy, forces in labeled:
        copy = atoms.copy()
        copy.calc = SinglePointCalculator(copy, energy=0.0, forces=np.zeros((len(copy), 3)))
        copy.info["U0"], copy.arrays["F"] = energy, forces
        write(path, copy, format="extxyz", append=True)
    result = evaluate(potential, path, names=LabelNames(energy="U0", forces="F"))
    expected = evaluate(potential, save(tmp_path / "usual.xyz", labeled))
    assert result.energy.mae == pytest.approx(expected.energy.mae, abs=1e-7)
    assert result.forces.mae == pytest.approx(expected.forces.mae, abs=1e-7)
    with pytest.raises(FramesError, match=r"frame 0: .*`U` for the energy.*`U0`"):
        evaluate(potential, path, names=LabelNames(energy="U"))


@pytest.mark.parametrize(("unit", "factor"), [("e*angstrom", 1.0), ("debye", 4.8032047)])  # e Å in D, CODATA
def test_dipoles(tmp_path, unit, factor):
    """Vectors to neighbors cancel in the sum, so a structure has N times the fixed dipole of its atoms."""
    model = tumble.load(export_outputs(tmp_path))
    cluster = Atoms("OHHO", [[0, 0, 0], [0.9, 0, 0], [0, 1.1, 0], [0.3, 0.2, 1.5]])
    vectors = cluster.positions[None, :] - cluster.positions[:, None]
    atomic = vectors.sum(axis=1) + FIXED
    offset = np.array([0.3, 0.0, -0.1])
    cluster.arrays["atomic"] = factor * (atomic - offset)
    cluster.info["total"] = factor * (4 * FIXED - offset)
    cluster.info["size"] = factor * (4 * np.linalg.norm(FIXED) - 0.2)
    write(tmp_path / "cluster.xyz", cluster, format="extxyz")

    def errors(key):
        names = LabelNames(dipole=key, dipole_unit=unit)
        result = evaluate(model, tmp_path / "cluster.xyz", names=names)
        assert result.energy is None
        return result.dipole.mae, result.dipole.rmse, result.dipole.count

    components = (0.4 / 3, np.sqrt(0.1 / 3))
    assert errors("atomic") == pytest.approx((*components, 12), abs=1e-6)
    assert errors("total") == pytest.approx((*components, 3), abs=1e-6)
    assert errors("size") == pytest.approx((0.2, 0.2, 1), abs=1e-6)


def test_a_model_of_dipoles_alone(tmp_path):
    """Its energy, which nothing has fitted, isn't compared, even where there is a label, or one that isn't finite."""
    loss = {"energy": 0.0, "forces": 0.0, "dipole": 1.0}
    model = tumble.load(export_outputs(tmp_path, configuration={"loss": loss}))
    water = Atoms("OHH", [[0, 0, 0], [0.9, 0, 0], [0, 1.1, 0]], info={"total": 3 * FIXED})
    water.calc = SinglePointCalculator(water, energy=np.nan, forces=np.ones((3, 3)))
    path = tmp_path / "water.xyz"
    write(path, water, format="extxyz")
    result = evaluate(model, path, names=LabelNames(dipole="total"))
    assert (result.energy, result.forces, result.compared) == (None, None, ("dipole",))
    assert result.dipole.mae < 1e-7
    page = format_accuracy(result)
    assert "dipole" in page
    assert "energy" not in page
    assert "force" not in page
    with pytest.raises(ConfigurationError, match=r"`dipole`: .*`outputs` was trained for dipoles alone, got none"):
        evaluate(model, path)
    with pytest.raises(ConfigurationError, match=r"`energy`: .*dipoles alone, got `E`"):
        evaluate(model, path, names=LabelNames(energy="E", dipole="total"))


def test_labels_are_checked_alone(tmp_path, labeled):
    check_labels(save(tmp_path / "a.xyz", labeled, energies=(4,), forces=()), LabelNames())
    none = save(tmp_path / "b.xyz", labeled, energies=(), forces=())
    with pytest.raises(FramesError, match=r"`frames`: .*labels, got none .* 5 .*b\.xyz"):
        check_labels(none, LabelNames())
    with pytest.raises(FramesError, match=r"b\.xyz`, frame 0: .*`U0` for the energy"):
        check_labels(none, LabelNames(energy="U0"))


def test_dipoles_that_a_potential_does_not_have(tmp_path, potential, labeled):
    path = save(tmp_path / "a.xyz", labeled)
    with pytest.raises(ConfigurationError, match=r"`dipole`: .*output `dipole`, got `two_hop`"):
        evaluate(potential, path, names=LabelNames(dipole="mu"))
    with pytest.raises(ConfigurationError, match=r"`dipole`: expected none with a calculator"):
        evaluate_calculator(Calculator(), "mine", path, names=LabelNames(dipole="mu"))
    with pytest.raises(ConfigurationError, match=r"`dipole_unit`: .*debye, got D"):
        LabelNames(dipole_unit="D")
