"""Correlation of directions in space: pairs with known angles, an ideal gas, sums over all images."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from MDAnalysis.lib.mdamath import triclinic_vectors
from support.rotors import BISECTOR, Array, atoms, directions, universe

from tumble.errors import ConfigurationError, NotApplicableError
from tumble.observables.base.processes import Processes
from tumble.observables.dipoles.dipole_correlation import DipoleCorrelation

BOX = [14.0, 14.0, 14.0, 90.0, 90.0, 90.0]
TRICLINIC = [14.0, 13.0, 15.0, 70.0, 80.0, 65.0]
WIDE = [32.5, 33.0, 34.0, 90.0, 90.0, 90.0]
MOLECULES = 40


def pair(distance: float, first: list[float], second: list[float], frames: int = 8) -> Array:
    """Two molecules along x; their bonds sum to these directions."""
    oxygens = np.array([[1.0, 1.0, 1.0], [1.0 + distance, 1.0, 1.0]])
    sums = BISECTOR * np.array([first, second])
    return np.tile(atoms(oxygens, sums), (frames, 1, 1))


def at(result: object, name: str, distance: float) -> float:
    quantity = result[name]  # type: ignore[index]
    return float(quantity.values[np.argmin(np.abs(quantity.axes[0].values - distance))])


@pytest.mark.parametrize(
    ("first", "second", "longitudinal", "transverse"),
    [
        ([1.0, 0, 0], [1.0, 0, 0], 1.0, 0.0),
        ([1.0, 0, 0], [-1.0, 0, 0], -1.0, 0.0),
        ([0, 1.0, 0], [0, 1.0, 0], 0.0, 1.0),
        ([0, 1.0, 0], [0, 0, 1.0], 0.0, 0.0),
        ([0.6, 0.8, 0], [0.8, 0.0, 0.6], 0.48, 0.0),
        ([0.6, 0.8, 0], [0.8, 0.6, 0], 0.48, 0.48),
    ],
)
def test_pairs_with_known_directions(
    first: list[float], second: list[float], longitudinal: float, transverse: float
) -> None:
    result = DipoleCorrelation(universe(pair(3.05, first, second), BOX), cutoff=6.0).run().result
    assert at(result, "c_uu_L", 3.05) == pytest.approx(longitudinal, abs=1e-6)
    assert at(result, "c_uu_T", 3.05) == pytest.approx(transverse, abs=1e-6)
    # All else is unknown, since no pair is there.
    assert np.isfinite(result["c_uu_L"].values).sum() == 1


def test_pair_across_the_boundary_and_without_a_box() -> None:
    for dimensions, moved in ((BOX, [-14.0, 0, 0]), (None, [0.0, 0, 0])):
        positions = pair(3.05, [0.6, 0.8, 0], [0.8, 0.6, 0])
        positions[:, 3:] += moved
        result = DipoleCorrelation(universe(positions, dimensions), cutoff=6.0).run().result
        assert at(result, "c_uu_L", 3.05) == pytest.approx(0.48, abs=1e-6)


def gas(
    generator: np.random.Generator, frames: int, dimensions: list[float], molecules: int = MOLECULES, side: int = 4
) -> Array:
    """Molecules anywhere, in any direction; before, one frame on a lattice, in which they can be told apart."""
    cell = triclinic_vectors(np.array(dimensions, dtype=np.float32)).astype(np.float64)
    lattice = (np.stack(np.unravel_index(np.arange(molecules), (side, side, side)), axis=-1) + 0.5) / side
    oxygens = np.concatenate([lattice[None], generator.random((frames, molecules, 3))]) @ cell
    return atoms(oxygens, BISECTOR * directions(generator, frames + 1, molecules))


@pytest.mark.parametrize("dimensions", [BOX, TRICLINIC])
def test_ideal_gas_has_none(dimensions: list[float]) -> None:
    result = (
        DipoleCorrelation(universe(gas(np.random.default_rng(1), 400, dimensions), dimensions), bin_width=0.25)
        .run(1)
        .result
    )
    for name in ("c_uu_L", "c_uu_T"):
        quantity = result[name]
        known = quantity.values[4:] / quantity.errors[4:]  # with a pair in some frame out of four at least
        assert np.all(np.isfinite(known))
        assert np.sqrt(np.mean(known**2)) == pytest.approx(1.0, abs=0.3)
        assert np.abs(known).max() < 4.5
    # <(u·r̂)²> = 1/3 for each, so the variance of a product is 1/9, and that of u·u less it 2/9.
    ratio = result["c_uu_T"].errors[8:] / result["c_uu_L"].errors[8:]
    assert np.sqrt(np.mean(ratio**2)) == pytest.approx(np.sqrt(2), rel=0.15)


@pytest.mark.parametrize(
    ("dimensions", "molecules", "cutoff"),
    [(BOX, 40, 5.0), (TRICLINIC, 40, 5.0), (BOX, 130, 7.0), (WIDE, 1100, 7.0), (WIDE, 1100, 16.0)],
    ids=["cube", "triclinic", "up to half the box", "grid", "many up to half the box"],
)
def test_equals_the_sum_over_all_pairs_and_images(dimensions: list[float], molecules: int, cutoff: float) -> None:
    frames = 3 if molecules < 1000 else 2
    positions = gas(np.random.default_rng(2), frames, dimensions, molecules, int(np.ceil(molecules ** (1 / 3))))
    width = 0.5
    sums = np.zeros((3, round(cutoff / width)))
    cell = triclinic_vectors(np.array(dimensions, dtype=np.float32)).astype(np.float64)
    for frame in positions[1:].reshape(frames, molecules, 3, 3):
        moments = frame[:, 1] + frame[:, 2] - 2 * frame[:, 0]
        unit = moments / np.linalg.norm(moments, axis=1, keepdims=True)
        for shift in itertools.product((-1, 0, 1), repeat=3):
            between = frame[None, :, 0] + np.array(shift) @ cell - frame[:, None, 0]
            distances = np.linalg.norm(between, axis=2)
            first, second = np.nonzero((distances > 0) & (distances < cutoff))
            along = between[first, second] / distances[first, second, None]
            whole = np.sum(unit[first] * unit[second], axis=1)
            longitudinal = np.sum(unit[first] * along, axis=1) * np.sum(unit[second] * along, axis=1)
            bins = (distances[first, second] / width).astype(int)
            for row, product in enumerate((np.ones(len(bins)), longitudinal, whole - longitudinal)):
                sums[row] += np.bincount(bins, product, len(sums[row]))
    result = DipoleCorrelation(universe(positions, dimensions), cutoff=cutoff, bin_width=width).run(1).result
    for row, name in ((1, "c_uu_L"), (2, "c_uu_T")):
        values = result[name].values
        # A pair at the edge of two of the bins may count in the other one, by rounding.
        assert values[2:] == pytest.approx(sums[row, 2:] / sums[0, 2:], abs=1e-5 if molecules < 1000 else 1e-4)


def test_beads_are_averaged_over() -> None:
    # In one bead the pair is parallel across, in the other antiparallel along, at another distance.
    one = pair(3.05, [0, 1.0, 0], [0, 1.0, 0])
    two = pair(3.25, [1.0, 0, 0], [-1.0, 0, 0])
    result = DipoleCorrelation(universe(np.stack([one, two], axis=1), BOX), cutoff=6.0).run().result
    assert at(result, "c_uu_T", 3.05) == pytest.approx(1.0, abs=1e-6)
    assert at(result, "c_uu_L", 3.25) == pytest.approx(-1.0, abs=1e-6)


def test_many_molecules_of_which_beads_or_boxes_reach_beyond_half_the_box() -> None:
    # 130 molecules, with a range of half the box: beads spread by 1 Å, and a box that breathes.
    generator = np.random.default_rng(7)
    positions = gas(generator, 6, BOX, 130, 6)
    beads = np.stack([positions, positions + generator.normal(scale=0.3, size=(7, 1, 3))], axis=1)
    found = DipoleCorrelation(universe(beads, BOX)).run(1).result
    assert found.metadata["cutoff"] == pytest.approx(7.0, abs=0.1)
    boxes = np.tile(BOX, (7, 1))
    boxes[:, :3] *= 1 - 0.01 * np.arange(7)[:, None]
    found = DipoleCorrelation(universe(positions * boxes[:, None, :3] / 14.0, boxes)).run(1).result
    assert found.metadata["cutoff"] == pytest.approx(0.94 * 7.0, abs=0.1)


def test_molecules_of_a_gas_far_apart() -> None:
    # Without a box, a grid over all of this space would not fit into any memory.
    generator = np.random.default_rng(8)
    oxygens = 1e6 * generator.random((1100, 3))
    positions = atoms(np.tile(oxygens, (4, 1, 1)), BISECTOR * directions(generator, 4, 1100))
    result = DipoleCorrelation(universe(positions, None)).run().result
    assert np.isnan(result["c_uu_L"].values).all()


def test_error_is_that_of_the_ratio() -> None:
    # Against the scatter of the ratio over independent runs.
    generator = np.random.default_rng(3)
    values, errors = [], []
    for _ in range(40):
        run = (
            DipoleCorrelation(universe(gas(generator, 20, BOX), BOX), cutoff=6.0, bin_width=2.0).run(1).result["c_uu_L"]
        )
        values.append(run.values)
        errors.append(run.errors)
    scatter = np.std(values, axis=0)
    assert np.sqrt(np.mean(np.square(errors), axis=0)) == pytest.approx(scatter, rel=0.35)


def test_parallel_equals_serial(processes: Processes) -> None:
    made = universe(gas(np.random.default_rng(4), 30, BOX), BOX)
    serial = DipoleCorrelation(made).run().result
    parallel = DipoleCorrelation(made).run(backend=processes).result
    for one, two in zip(serial.quantities, parallel.quantities, strict=True):
        assert two.values == pytest.approx(one.values, nan_ok=True)
        assert two.errors == pytest.approx(one.errors, nan_ok=True)


def test_range() -> None:
    positions = gas(np.random.default_rng(5), 2, BOX)
    shrinking = np.array([BOX, [13.0, 13.0, 13.0, 90, 90, 90], BOX])
    for dimensions, end in ((BOX, 7.0), (shrinking, 6.5), ([30.0, 30.0, 30.0, 90, 90, 90], 10.0)):
        result = DipoleCorrelation(universe(positions, dimensions)).run().result
        assert result.metadata["cutoff"] == pytest.approx(end)
        assert result["c_uu_L"].axes[0].values[-1] == pytest.approx(end - 0.05)
    assert DipoleCorrelation(universe(positions, shrinking), cutoff=6.5).run().result.metadata[
        "cutoff"
    ] == pytest.approx(6.5)
    with pytest.raises(ConfigurationError, match=r"`cutoff`: .* 7 Å.* frame 0, got 7.1"):
        DipoleCorrelation(universe(positions, BOX), cutoff=7.1)
    with pytest.raises(ConfigurationError, match=r"`cutoff`: .* 6.5 Å.* frame 1, got 7 Å"):
        DipoleCorrelation(universe(positions, shrinking), cutoff=7.0).run()
    with pytest.raises(ConfigurationError, match=r"`bin_width`: .* 0.* 7 Å, got 0 Å"):
        DipoleCorrelation(universe(positions, BOX), bin_width=0)


def test_end_of_the_range_is_said() -> None:
    positions = gas(np.random.default_rng(5), 2, BOX)
    shrinking = np.array([BOX, BOX, [13.0, 13.0, 13.0, 90, 90, 90]])
    notes = DipoleCorrelation(universe(positions, shrinking)).run().result.notes
    assert "The range ends at 6.5 Å, where that of the smallest box does." in notes


def test_one_molecule() -> None:
    with pytest.raises(NotApplicableError, match=r"`universe`: .* 2 molecules.*got 1"):
        DipoleCorrelation(universe(gas(np.random.default_rng(6), 3, BOX)[:, :3], BOX))
