"""Probes of toys of one known degree: what every set leaves, and where the power lies."""

from __future__ import annotations

import numpy as np
import pytest
from support.systems import systems

import tumble
from tumble import _core
from tumble.errors import ConfigurationError, EvaluationError, FramesError, StructureError
from tumble.grids import lebedev
from tumble.probe import Options, probe
from tumble.rotation_sets import RotationSet
from tumble.structures import to_graph, to_structure

SETS = (
    "none",
    "none+inversion",
    "tetrahedral",
    "octahedral",
    "icosahedral+inversion",
    "legendre:2",
    "legendre:3",
    "ipi-lebedev:3",
    "lebedev:3",
    "random:2",
    "random:octahedral",
)
OPTIONS = Options(sets=SETS, reference="lebedev:6+inversion", random=8, spectrum=3, seed=5)
FRAMES = [systems()[name] for name in ("molecule", "triclinic", "small")]
DEGREES = {"harmonic": 2, "harmonic_2": 3}


@pytest.fixture(scope="module")
def results(model_file):
    return {toy: probe(model_file(toy), FRAMES, OPTIONS, device="cpu") for toy in DEGREES}


def of(result, name):
    return next(one for one in (*result.sets, *result.random) if one.name == name)


@pytest.mark.parametrize("toy", DEGREES)
def test_sets_of_enough_degree_leave_nothing(results, toy):
    result = results[toy]
    assert (result.structures, result.atoms) == (3, sum(map(len, FRAMES)))
    for one in result.sets:
        degree, odd = DEGREES[toy], DEGREES[toy] % 2 == 1
        exact = one.degree >= degree or (odd and one.inversion)
        for estimate in (one.energy, one.energy_per_atom, one.forces, one.torque):
            assert estimate.mean <= estimate.rms + 1e-16
            if exact:
                assert estimate.rms < 1e-12, one.name
            elif ":" not in one.name or one.family == "random":  # the angles of a grid happen to be enough for one m
                assert estimate.rms > 1e-3, one.name
    assert result.reference.degree == 6
    assert result.reference.evaluations == 2 * len(lebedev(6))
    assert result.reference.energy_difference < 1e-12
    assert result.reference.forces_difference < 1e-12


@pytest.mark.parametrize("toy", DEGREES)
def test_the_power_is_in_the_degree_of_the_toy(results, toy):
    spectrum, degree = results[toy].spectrum, DEGREES[toy]
    mine, other = (spectrum.odd, spectrum.even) if degree % 2 else (spectrum.even, spectrum.odd)
    total = spectrum.even_total + spectrum.odd_total
    assert mine[degree] == pytest.approx(total, rel=1e-12)  # Parseval
    assert max(other) < 1e-24 * total
    assert max(power for l, power in enumerate(mine) if l != degree) < 1e-24 * total  # noqa: E741
    assert abs(spectrum.rest) < 1e-12 * total
    assert (spectrum.quadrature_degree, spectrum.evaluations) == (6, 2 * len(lebedev(6)))


def test_total_power_is_the_variance_over_rotations(results, model_file):
    """Against plain sampling by the core, of another kind of frames: a turned Gauss-Legendre grid."""
    potential = tumble.load(model_file("harmonic"), "cpu")
    frames = _core.Symmetrizer("random:icosahedral", seed=3).frames()
    variances = []
    for atoms in FRAMES:
        energies = potential.evaluate(graph_of(potential, atoms), [frames]).frame_energies[0]
        variances.append(energies.var())
    total = results["harmonic"].spectrum.even_total
    assert total == pytest.approx(np.mean(variances), rel=1e-10)


def graph_of(potential, atoms):
    return to_graph([atoms], potential.metadata.species, potential.metadata.cutoff)


def test_numbers_are_those_of_the_core(results, model_file):
    """Batches of copies with frames of their own, summed up here, against the core's own sums."""
    potential = tumble.load(model_file("harmonic"), "cpu")
    reference = RotationSet(OPTIONS.reference).frames()
    best = [potential.evaluate(graph_of(potential, atoms), [reference]) for atoms in FRAMES]
    for one in results["harmonic"].sets:
        energies, per_atom, forces, torques = [], [], [], []
        for atoms, truth in zip(FRAMES, best, strict=True):
            key = _core.geometry_key(to_structure(atoms, potential.metadata.species))
            graph = graph_of(potential, atoms)
            averaged = potential.evaluate(graph, [RotationSet(one.name, OPTIONS.seed).frames(key)])
            energies.append(abs(averaged.energies[0] - truth.energies[0]))
            per_atom.append(energies[-1] / len(atoms))
            forces.append(averaged.forces - truth.forces)
            torques.append(np.linalg.norm(averaged.torques[0]))
        components = np.concatenate(forces)
        expected = (
            (one.energy, np.array(energies)),
            (one.energy_per_atom, np.array(per_atom)),
            (one.forces, np.abs(components)),
            (one.torque, np.array(torques)),
        )
        for estimate, values in expected:
            assert estimate.mean == pytest.approx(values.mean(), rel=1e-9, abs=1e-12)
            assert estimate.rms == pytest.approx(np.sqrt((values**2).mean()), rel=1e-9, abs=1e-12)


def test_random_frames_fall_with_the_square_root(model_file):
    options = Options(sets=("none",), reference="tetrahedral", random=64, spectrum=0)
    result = probe(model_file("harmonic"), [FRAMES[0], FRAMES[2]], options, device="cpu")
    counts = np.array([one.evaluations for one in result.random if not one.inversion])
    assert counts.tolist() == [1, 2, 4, 8, 16, 32, 64]
    errors = np.array([one.energy.rms for one in result.random if not one.inversion])
    # 16 independent averages for n = 4: 18 % of scatter
    np.testing.assert_allclose(errors[:3] * np.sqrt(counts[:3]), errors[0], rtol=0.4)
    # The toy of l = 2 is even: partners don't change it, and cost the same again.
    inverted = [one for one in result.random if one.inversion]
    assert [one.evaluations for one in inverted] == (2 * counts).tolist()
    np.testing.assert_allclose([one.energy.rms for one in inverted], errors, rtol=1e-9)


def test_an_odd_toy_has_a_pseudoscalar_free_average(results):
    for one in results["harmonic_2"].random:
        assert (one.forces.rms < 1e-12) == one.inversion


def test_error_bars(results, model_file):
    assert results["harmonic"].sets[0].forces.rms_error > 0.0
    alone = probe(model_file("harmonic"), FRAMES[:1], Options(("none",), "tetrahedral", 0, 0), device="cpu")
    assert alone.sets[0].forces.rms_error is None
    twice = probe(model_file("harmonic"), 2 * FRAMES[:1], Options(("none",), "tetrahedral", 0, 0), device="cpu")
    assert twice.sets[0].forces.rms_error < 1e-14
    assert twice.sets[0].forces.rms == pytest.approx(alone.sets[0].forces.rms, rel=1e-12)
    assert (alone.random, alone.spectrum) == ((), None)


def test_evaluations_are_told_and_shared(model_file):
    told = []
    options = Options(("none", "tetrahedral", "tetrahedral+inversion", "none+inversion"), "octahedral+inversion", 0, 0)
    probe(model_file("harmonic"), FRAMES[1:], options, device="cpu", evaluated=told.append)
    # Everything is in the reference; on the first structure there is the turned reference as well.
    assert sum(told) == 48 + 48 + 48


def test_a_spectrum_beyond_the_reference_has_a_quadrature_of_its_own(model_file):
    options = Options(("none",), "tetrahedral", 0, 3)
    result = probe(model_file("harmonic_2"), FRAMES[:1], options, device="cpu")
    assert (result.spectrum.quadrature_degree, result.spectrum.evaluations) == (8, 2 * len(lebedev(8)))
    assert result.spectrum.odd[3] == pytest.approx(result.spectrum.odd_total, rel=1e-12)
    # The tetrahedral reference can't see l = 3, and its error estimate says so.
    assert result.reference.energy_difference > 1e-3


def test_processes_give_the_same(results, model_file):
    done, told = [], []
    result = probe(
        model_file("harmonic"),
        iter(FRAMES),
        OPTIONS,
        jobs=2,
        device="cpu",
        evaluated=told.append,
        structure_done=lambda: done.append(1),
    )
    assert close(result.to_dict(), results["harmonic"].to_dict())
    assert len(done) == 3
    assert sum(told) > 3 * 182


def close(ours, theirs) -> bool:
    if isinstance(ours, dict):
        return ours.keys() == theirs.keys() and all(close(ours[key], theirs[key]) for key in ours)
    if isinstance(ours, list | tuple):
        return len(ours) == len(theirs) and all(map(close, ours, theirs))
    return ours == pytest.approx(theirs, rel=1e-9, abs=1e-13) if isinstance(ours, float) else ours == theirs


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"sets": ()}, r"`sets`: .*set.*got none"),
        ({"sets": ("none", "octahedral", "none")}, r"`sets`: .*got `none` twice"),
        ({"sets": ("octahedrl",)}, r"`symmetrize`: .*none, .*`octahedral`"),
        ({"sets": ("random:3",)}, r"`seed`: .* `random:3`, got none"),
        ({"reference": "random:icosahedral"}, r"`seed`: .*random rotations"),
        ({"sets": ("legendre:20",)}, r"`legendre:N`: .* 1.* 12"),
        ({"random": -1}, r"`random`: .* 0.* 100000, got -1"),
        ({"spectrum": 12}, r"`spectrum`: .* 0.* 11, got 12"),
    ],
)
def test_impossible_options(model_file, options, text):
    small = {"sets": ("none",), "reference": "tetrahedral", "random": 0, "spectrum": 0} | options
    with pytest.raises(ConfigurationError, match=text):
        probe(model_file("harmonic"), FRAMES, Options(**small), device="cpu")


SMALL = Options(("none",), "tetrahedral", 0, 0)


def test_impossible_input(model_file, tmp_path):
    with pytest.raises(ConfigurationError, match=r"`jobs`: .* 0, got 0"):
        probe(model_file("harmonic"), FRAMES, SMALL, jobs=0)
    with pytest.raises(FramesError, match=r"`frames`: .*structures, got none"):
        probe(model_file("harmonic"), [], SMALL, device="cpu")
    (tmp_path / "empty.xyz").touch()
    with pytest.raises(FramesError, match=r"empty\.xyz"):
        probe(model_file("harmonic"), tmp_path / "empty.xyz", SMALL, device="cpu")
    foreign = FRAMES[0].copy()
    foreign.symbols[0] = "N"
    with pytest.raises(StructureError, match=r"^structure 1: `atoms`: .* O, H, got N$"):
        probe(model_file("harmonic"), [FRAMES[0], foreign], SMALL, device="cpu")
    with pytest.raises(StructureError, match=r"^structure 0: .*atom, got none$"):
        probe(model_file("harmonic"), [FRAMES[0][:0]], SMALL, device="cpu")


def test_failures_in_a_process_arrive(model_file):
    foreign = FRAMES[0].copy()
    foreign.symbols[0] = "N"
    with pytest.raises(StructureError, match=r"^structure 1: `atoms`: .* O, H, got N$"):
        probe(model_file("harmonic"), [FRAMES[0], foreign, FRAMES[1]], SMALL, jobs=2, device="cpu")
    close = FRAMES[0].copy()
    close.positions[1] = close.positions[0] + [0.5, 0.0, 0.0]
    with pytest.raises(EvaluationError, match=r"^structure 0: "):
        probe(model_file("raises"), [close], SMALL, jobs=2, device="cpu", check=False)
