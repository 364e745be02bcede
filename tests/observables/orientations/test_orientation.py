"""Orientation of molecules drawn from distributions that are known in closed form."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from MDAnalysis.lib.mdamath import triclinic_box
from scipy.linalg import polar
from scipy.spatial.transform import Rotation
from support import oriented_water, rotors

from tumble.errors import ConfigurationError, NotApplicableError, SettingError
from tumble.observables.base.processes import Processes
from tumble.observables.frames.molecular_axes import MolecularAxis
from tumble.observables.orientations.orientation import Orientation
from tumble.observables.quantities.result import Result
from tumble.study.analysis_file import Analysis
from tumble.study.compare import compare

Array = np.ndarray

FRAMES, MOLECULES = 300, 27


def fisher(seed: int, concentration: float, *shape: int) -> Array:
    """Unit vectors with a density proportional to exp(concentration z)."""
    generator = np.random.default_rng(seed)
    uniform = generator.uniform(size=shape)
    low = np.exp(-2 * concentration)
    z = 1 + np.log(low + uniform * (1 - low)) / concentration
    angle = generator.uniform(0, 2 * np.pi, size=shape)
    across = np.sqrt(np.clip(1 - z**2, 0, None))
    return np.stack([across * np.cos(angle), across * np.sin(angle), z], axis=-1)


def analyzed(turned: Array, **arguments: object) -> Result:
    return Orientation(oriented_water.universe(turned), **arguments).run().result


def diffusing(seed: int, frames: int, molecules: int, time: float) -> Array:
    """Unit vectors [T,M,3] that diffuse in angle; C_1 decays within `time` frames. (Debye)"""
    generator = np.random.default_rng(seed)
    found = np.empty((frames, molecules, 3))
    found[0] = rotors.directions(generator, molecules)
    for frame in range(1, frames):
        before = found[frame - 1]
        step = generator.normal(size=before.shape) / np.sqrt(time)
        step -= np.sum(step * before, axis=1, keepdims=True) * before
        angle = np.linalg.norm(step, axis=1, keepdims=True)
        found[frame] = before * np.cos(angle) + step / angle * np.sin(angle)
    return found


@pytest.fixture(scope="module")
def biased() -> Array:
    """Molecules whose bisectors have a density proportional to exp(z / 2)."""
    return oriented_water.with_bisectors(fisher(1, 0.5, FRAMES, MOLECULES), 2)


def test_coefficients_of_the_distribution_of_fisher(biased: Array) -> None:
    quantity = analyzed(biased)["a_bisector"]
    # <P_1> and <P_2>: Mardia and Jupp, Directional Statistics (2000), section 9.3.2.
    first = 1 / np.tanh(0.5) - 1 / 0.5
    expected = np.zeros(80)
    expected[1] = np.sqrt(3 / (4 * np.pi)) * first
    expected[5] = np.sqrt(5 / (4 * np.pi)) * (1 - 3 * first / 0.5)
    assert quantity.axes[0].values[[1, 5]].tolist() == [2.0, 6.0]  # l (l + 1)
    deviations = (quantity.values - expected) / quantity.errors
    assert np.abs(deviations).max() < 4
    assert np.sqrt(np.mean(deviations**2)) == pytest.approx(1.0, abs=0.25)


def test_coefficients_of_a_density_with_one_harmonic() -> None:
    # P = (1 + c P_2(z)) / 4 pi has <P_2> = c / 5 and nothing else.
    generator = np.random.default_rng(3)
    vectors = rotors.directions(generator, 4 * FRAMES * MOLECULES)
    density = 1 + 0.8 * (1.5 * vectors[:, 2] ** 2 - 0.5)
    kept = vectors[generator.uniform(0, 1.8, size=len(vectors)) < density][: FRAMES * MOLECULES]
    result = analyzed(oriented_water.with_bisectors(kept.reshape(FRAMES, MOLECULES, 3), 4))
    quantity, power = result["a_bisector"], result["power_bisector"]
    expected = np.zeros(80)
    expected[5] = np.sqrt(5 / (4 * np.pi)) * 0.8 / 5
    assert np.abs((quantity.values - expected) / quantity.errors).max() < 4
    # Parseval: the variance of 1 + c P_2 over the sphere is c^2 / 5.
    assert power.values[1] == pytest.approx(0.64 / 5, abs=3 * power.errors[1])
    assert np.abs(power.values[[0, 2, 3, 4, 5, 6, 7]] / power.errors[[0, 2, 3, 4, 5, 6, 7]]).max() < 4
    assert power.axes[0].values.tolist() == list(range(1, 9))


def test_coefficients_turn_with_the_sample(biased: Array) -> None:
    turn = Rotation.from_euler("zyx", [40, 100, -20], degrees=True).as_matrix()
    before, after = (analyzed(sample)["a_bisector"].values[[2, 0, 1]] for sample in (biased, turn @ biased))
    np.testing.assert_allclose(after, turn @ before, atol=1e-6)  # x, y, z: m = 1, -1, 0


def test_density_and_free_energy_of_the_distribution_of_fisher(biased: Array) -> None:
    result = analyzed(biased, bins=(8, 6))
    density, energy = result["density_bisector"], result["free_energy_bisector"]
    edges = np.linspace(-1, 1, 9)
    expected = np.diff(np.exp(0.5 * edges)) / np.diff(edges) / np.sinh(0.5) * np.ones((6, 1))
    deviations = (density.values - expected.T) / density.errors
    assert np.sqrt(np.mean(deviations**2)) == pytest.approx(1.0, abs=0.3)
    deviations = (energy.values + np.log(expected.T)) / energy.errors
    assert np.sqrt(np.mean(deviations**2)) == pytest.approx(1.0, abs=0.3)
    assert (energy.unit, energy.blocks) == ("kT", None)
    assert [axis.label for axis in energy.axes] == ["cos θ", "φ"]


def test_bias_is_the_rms_of_the_free_energy(biased: Array) -> None:
    result = analyzed(biased)
    bias, test = result["bias_bisector"], result.metadata["isotropy"]["bisector"]
    # The variance of the density is k coth k - 1, that of F = -k z is k^2 / 3, the same to first order.
    assert bias.values == pytest.approx(np.sqrt(0.5 / np.tanh(0.5) - 1), abs=3 * bias.errors)
    assert bias.values == pytest.approx(0.5 / np.sqrt(3), abs=0.05 + 3 * bias.errors)
    assert test["sigma"] > 8
    assert test["bias_kT"] == bias.values
    assert result["a_bisector"].expected is not None


def test_isotropic_molecules_are_found_to_be() -> None:
    result = analyzed(oriented_water.isotropic(5, FRAMES, MOLECULES))
    for axis, vectors in [("bisector", 1), ("OH", 2), ("normal", 1)]:
        test = result.metadata["isotropy"][axis]
        assert test["p_value"] > 0.01
        for count in list(test["independent_samples"].values())[1:]:
            # Bonds of a molecule aren't independent of each other.
            assert 0.5 < count / (FRAMES * MOLECULES * vectors) < 1.8
        assert result[f"bias_{axis}"].values < 0.1
        assert test["detectable_kT"] < 0.15
        assert np.all(result[f"density_{axis}"].expected == 1)


@pytest.mark.parametrize(("runs", "most"), [(8, 2), pytest.param(40, 6, marks=pytest.mark.extended)])
def test_false_alarms_of_molecules_that_turn_slowly(runs: int, most: int) -> None:
    p_values, counts = [], []
    for seed in range(runs):
        turned = oriented_water.with_bisectors(diffusing(seed, 240, 8, 4.0), 1000 + seed)
        result = analyzed(turned, axes=["bisector"], bins=(2, 2))
        p_values.append(result.metadata["isotropy"]["bisector"]["p_value"])
        counts.append(result.metadata["isotropy"]["bisector"]["independent_samples"]["1"])
    # One in twenty is expected.
    assert np.sum(np.array(p_values) < 0.05) <= most
    # T M / (1 + 2 sum C_1(k)) with C_1(k) = exp(-k / 4)
    assert 1 / np.mean(1 / np.array(counts)) == pytest.approx(240 * 8 * np.tanh(1 / 8), rel=0.25)


def free_rotors(seed: int, frames: int, molecules: int) -> Array:
    """Axes [T,M,3,3] of molecules that turn at constant rates about fixed axes, from random orientations."""
    generator = np.random.default_rng(seed)
    rates = generator.normal(size=(molecules, 3))
    turns = Rotation.from_rotvec((np.arange(frames)[:, None, None] * rates).reshape(-1, 3)).as_matrix()
    return turns.reshape(frames, molecules, 3, 3) @ oriented_water.isotropic(seed, molecules)


@pytest.mark.parametrize("workers", [1, 2])
def test_free_rotors_have_no_verdict(workers: int, processes: Processes) -> None:
    """An exact model of a gas that isn't ergodic: each rotor keeps its axis."""
    parallel = {"backend": processes} if workers > 1 else {}
    universe = oriented_water.universe(free_rotors(1, 1000, MOLECULES))
    result = Orientation(universe, bins=(2, 2)).run(**parallel).result
    # The errors of blocks are far too small.
    assert np.abs(result["a_OH"].values / result["a_OH"].errors).max() > 10
    for axis in ("bisector", "OH", "normal"):
        assert not result[f"a_{axis}"].resolved
        assert not result[f"bias_{axis}"].resolved
        assert result.metadata["isotropy"][axis]["p_value"] is None
    assert "their individual averages of the bisector, O–H, normal differ more than chance allows" in result.notes[0]
    verdicts = compare([Analysis("gas", (result,))]).rows
    assert len(verdicts) == 3
    assert not any(verdict.visible or np.isfinite(verdict.sigma) for verdict in verdicts)


def test_frozen_crystal_has_no_verdict() -> None:
    """Molecules librate about orientations that they keep."""
    frozen = oriented_water.isotropic(2, MOLECULES)
    small = Rotation.from_rotvec(0.2 * np.random.default_rng(3).normal(size=(400 * MOLECULES, 3))).as_matrix()
    universe = oriented_water.universe(small.reshape(400, MOLECULES, 3, 3) @ frozen)
    result = Orientation(universe, bins=(2, 2)).run().result
    assert not any(quantity.resolved for quantity in result.quantities)
    # What isn't isotropic by itself isn't expected to exchange anything.
    assert Orientation(universe, bins=(2, 2), isotropic=False).run().result["a_OH"].resolved


def test_box_that_is_not_a_cube_has_no_verdict(processes: Processes) -> None:
    positions = oriented_water.positions(oriented_water.isotropic(9, 100, 8))
    long = Orientation(rotors.universe(positions, [6.4, 6.4, 7.0, 90, 90, 90]), bins=(2, 2)).run().result
    assert long["a_OH"].expected is None
    assert long["density_OH"].expected is None
    assert not any(quantity.name.startswith("bias") for quantity in long.quantities)
    assert long.metadata["isotropy"] == {}
    assert "The box isn't cubic" in long.notes[0]
    # In some frames, seen by another process.
    boxes = np.tile([6.4, 6.4, 6.4, 90, 90, 90], (100, 1))
    boxes[-1, 2] = 6.5
    observable = Orientation(rotors.universe(positions, boxes), bins=(2, 2))
    assert observable.run(backend=processes).result["a_OH"].expected is None
    # Empty space has no shape.
    alone = Orientation(rotors.universe(positions[:, :3], [20, 20, 40, 90, 90, 90]), bins=(2, 2)).run().result
    assert alone["a_OH"].expected is not None


def test_blocks_are_those_of_the_slowest_degree() -> None:
    quantity = analyzed(oriented_water.with_bisectors(diffusing(1, 600, 8, 10.0), 2), axes=["bisector"])["a_bisector"]
    # Half of coth(1 / 20) frames of 0.01 ps; the average over all l would be a tenth of that.
    assert quantity.correlation_time == pytest.approx(0.1, rel=0.6)
    assert quantity.block_time > 0.3


def test_sign_of_the_normal_does_not_matter(biased: Array) -> None:
    swapped = biased.copy()
    # Half a turn about the bisector exchanges the hydrogens.
    swapped[::2, ..., :2] *= -1
    one, two = analyzed(biased), analyzed(swapped)
    for name in ("density_normal", "a_normal", "a_OH"):
        np.testing.assert_allclose(one[name].values, two[name].values, atol=1e-6)
    assert one["power_normal"].axes[0].values.tolist() == [2, 4, 6, 8]
    assert len(one["a_normal"].values) == 5 + 9 + 13 + 17
    density = one["density_normal"].values
    np.testing.assert_allclose(density, np.roll(density[::-1], 12, axis=1), atol=1e-9)


def test_beads_and_centroid() -> None:
    # Two beads at an angle of 90 degrees, whose centroid points in between.
    half = Rotation.from_euler("x", 45, degrees=True).as_matrix()
    turned = np.stack([np.broadcast_to(each, (20, 8, 3, 3)) for each in (half, half.T)], axis=1)
    result = analyzed(turned, isotropic=False)
    first = np.sqrt(3 / (4 * np.pi))
    assert result["a_bisector"].values[1] == pytest.approx(first * np.sqrt(0.5), abs=1e-6)
    assert result["a_bisector_centroid"].values[1] == pytest.approx(first, abs=1e-6)
    assert result.metadata["beads"] == 2
    without = analyzed(turned, centroid=False)
    assert not any(quantity.name.endswith("centroid") for quantity in without.quantities)


def test_frame_of_a_cell_that_is_sheared() -> None:
    """A crystal is strained without rotation; the program turns it such that a stays along x."""
    frames = 24
    axes = oriented_water.isotropic(6, 8)
    turned, cells = [], []
    for angle in 0.1 * np.sin(0.5 * np.arange(frames)):
        strain = np.eye(3) + angle * np.array([[0, 1.0, 0], [1.0, 0, 0], [0, 0, 0]])
        lower = np.linalg.cholesky(2 * oriented_water.EDGE * strain @ (2 * oriented_water.EDGE * strain).T)
        turn = polar(lower / (2 * oriented_water.EDGE), side="left")[0]
        turned.append(turn.T @ axes)
        cells.append(triclinic_box(*lower))
    universe = rotors.universe(oriented_water.positions(np.array(turned)), np.array(cells))
    results = {frame: Orientation(universe, frame=frame).run().result for frame in ("lab", "cell")}
    at_rest = Orientation(oriented_water.universe(np.stack([axes, axes]))).run().result["a_OH"].values
    np.testing.assert_allclose(results["cell"]["a_OH"].values, at_rest, atol=1e-5)
    assert results["cell"]["a_OH"].errors.max() < 1e-5
    assert results["lab"]["a_OH"].errors.max() > 1e-3
    assert results["cell"]["a_OH"].expected is None
    assert results["cell"].metadata["isotropy"] == {}
    assert not any(quantity.name.startswith("bias") for quantity in results["cell"].quantities)


def test_molecule_alone_has_no_box() -> None:
    universe = oriented_water.universe(oriented_water.isotropic(7, 200, 1), boxed=False)
    result = Orientation(universe).run().result
    assert result.metadata["isotropy"]["bisector"]["p_value"] > 0.01
    assert "keeps its angular momentum" in result.notes[0]
    with pytest.raises(SettingError, match=r"`frame`: .*box"):
        Orientation(universe, frame="cell")


def between_hydrogens(positions: Array, dimensions: Array | None) -> Array:
    vectors = positions[:, 1::3] - positions[:, 2::3]
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True))


def test_axis_from_a_function(biased: Array) -> None:
    result = analyzed(biased, axes=["bisector", MolecularAxis("HH", between_hydrogens, line=True)], degree=4)
    assert len(result["a_HH"].values) == 5 + 9
    # Across an axis that has <P_2> = p, any direction has -p / 2.
    across, along = result["a_HH"], result["a_bisector"]
    assert across.values[2] == pytest.approx(-along.values[5] / 2, abs=4 * across.errors[2])


def test_processes_agree_with_one(biased: Array, processes: Processes) -> None:
    universe = oriented_water.universe(biased[:40])
    one = Orientation(universe).run().result
    two = Orientation(universe).run(backend=processes).result
    for mine, other in zip(one.quantities, two.quantities, strict=True):
        np.testing.assert_allclose(mine.values, other.values, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(mine.errors, other.errors, rtol=1e-6, atol=1e-9)
    assert one.notes == two.notes


def test_broken_molecules_are_told() -> None:
    positions = oriented_water.positions(oriented_water.isotropic(8, 20, 8))
    positions[5, 1] = positions[5, 0] + [1.4, 0, 0]
    result = Orientation(rotors.universe(positions, [6.4, 6.4, 6.4, 90, 90, 90])).run().result
    assert re.match(r"1 of 160 molecules .* in frame 5", result.notes[0])


def test_directions_without_a_count_have_no_free_energy() -> None:
    result = analyzed(np.broadcast_to(np.eye(3), (10, 8, 3, 3)), isotropic=False, bins=(2, 2))
    energy = result["free_energy_bisector"]
    assert np.isnan(energy.values[0]).all()
    assert np.nansum(np.exp(-energy.values)) == pytest.approx(4)
    assert json.loads(result.to_json())["quantities"][2]["values"][0] == [None, None]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"frame": "box"}, r"`frame`: .*got `box`"),
        ({"degree": 1}, r"`degree`: .* 2.* 20, got 1"),
        ({"degree": 21}, r"`degree`: .* 2.* 20, got 21"),
        ({"bins": (4, 3)}, r"`bins`: .* 1"),
        ({"blocks": 1}, r"`blocks`: .* 2, got 1"),
    ],
)
def test_bad_arguments_are_refused(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        analyzed(oriented_water.isotropic(1, 4, 8), **arguments)


def test_too_few_samples_for_the_blocks() -> None:
    with pytest.raises(NotApplicableError, match=r"`blocks`: .* 4, got 9"):
        analyzed(oriented_water.isotropic(1, 4, 8), blocks=9)


def test_single_frame_is_refused() -> None:
    with pytest.raises(NotApplicableError, match="at least 2 frames"):
        analyzed(oriented_water.isotropic(1, 1, 8))
