"""Collective rotation of molecules that turn in a known way."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation
from support.motions import motion, water

from tumble.errors import NotApplicableError
from tumble.observables.motion.molecular_rotation import MolecularRotation

BOX = np.array([12.0, 12.0, 12.0, 90, 90, 90])
_, SHAPE = water()
STEP = 0.002


def liquid(increments: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Waters that turn by rotation vectors [T-1,M,3] (degrees, lab frame) from frame to frame; positions [T,3M,3]."""
    frames, molecules = len(increments) + 1, increments.shape[1]
    rotations = Rotation.random(molecules, random_state=np.random.RandomState(1))
    places = generator.uniform(0, 12, size=(molecules, 3))
    positions = np.empty((frames, molecules, 3, 3))
    for frame in range(frames):
        if frame > 0:
            rotations = Rotation.from_rotvec(increments[frame - 1], degrees=True) * rotations
            places = places + 0.05 * generator.normal(size=places.shape)
        # Each atom is wrapped into the box on its own.
        positions[frame] = (places[:, None] + np.einsum("mab,nb->mna", rotations.as_matrix(), SHAPE)) % 12.0
    return positions.reshape(frames, 3 * molecules, 3)


def molecules_of(count: int) -> list[list[int]]:
    return [[3 * m, 3 * m + 1, 3 * m + 2] for m in range(count)]


def test_sum_of_increments() -> None:
    generator = np.random.default_rng(1)
    increments = 5.0 * generator.normal(size=(300, 6, 3)) + np.array([0.0, 1.5, -0.5])
    universe = motion("OHH" * 6, liquid(increments, generator), dimensions=BOX, step=STEP)
    result = MolecularRotation(universe, molecules=molecules_of(6)).run().result
    mean = increments.mean(axis=1)
    expected = np.vstack([np.zeros(3), np.cumsum(mean, axis=0)])
    found = np.stack([result[f"molecular_rotation_{axis}"].values for axis in "xyz"], axis=1)
    assert found == pytest.approx(expected, abs=0.05)
    rate = result["molecular_angular_velocity"]
    assert rate.values == pytest.approx(mean.mean(axis=0) / STEP, rel=1e-3)
    assert rate.expected == pytest.approx(np.zeros(3))
    assert rate.resolved
    # The error is that of the increments, which are independent.
    assert rate.errors == pytest.approx(5.0 / np.sqrt(6 * 300) / STEP, rel=0.25)
    assert np.all(np.abs(rate.values / rate.errors)[1:] > 3)


def test_without_times_the_rate_is_that_of_a_frame() -> None:
    increments = np.full((40, 2, 3), [0.0, 1.5, -0.5])
    universe = motion("OHH" * 2, liquid(increments, np.random.default_rng(7)), dimensions=BOX, step=1.0)
    universe.trajectory.time_known = False
    rate = MolecularRotation(universe, molecules=molecules_of(2)).run().result["molecular_angular_velocity"]
    assert rate.unit == "degrees/frame"
    assert rate.values == pytest.approx([0.0, 1.5, -0.5], abs=1e-3)


def test_errors_are_how_far_it_diffuses() -> None:
    generator = np.random.default_rng(2)
    increments = 5.0 * generator.normal(size=(400, 4, 3))
    universe = motion("OHH" * 4, liquid(increments, generator), dimensions=BOX, step=STEP)
    curve = MolecularRotation(universe, molecules=molecules_of(4)).run().result["molecular_rotation_x"]
    # A random walk of n steps of standard deviation 5 degrees / sqrt(4 molecules).
    assert curve.errors[100] == pytest.approx(2.5 * np.sqrt(100), rel=0.25)
    assert curve.errors[400] == pytest.approx(2.5 * np.sqrt(400), rel=0.25)
    assert curve.errors[0] == 0


def test_molecules_that_keep_their_rotation_have_no_verdict() -> None:
    """Each has its own angular velocity, as in a gas at constant energy, and the mean of few isn't zero."""
    generator = np.random.default_rng(5)
    own = 10.0 * generator.normal(size=(6, 3))
    increments = own + 2.0 * generator.normal(size=(200, 6, 3))
    universe = motion("OHH" * 6, liquid(increments, generator), dimensions=BOX, step=STEP)
    result = MolecularRotation(universe, molecules=molecules_of(6)).run().result
    rate = result["molecular_angular_velocity"]
    assert np.abs(rate.values / rate.errors).max() > 5
    assert not rate.resolved
    assert "their individual averages of the angular velocity differ" in result.notes[0]
    # As many steps as there are intervals of which averages are kept.
    short = MolecularRotation(universe, molecules=molecules_of(6)).run(stop=25).result
    assert not short["molecular_angular_velocity"].resolved


def test_water_is_found_and_beads_are_averaged() -> None:
    generator = np.random.default_rng(3)
    increments = np.tile([[[0.0, 0.0, 2.0]]], (50, 1, 1))
    positions = liquid(increments, generator)
    offsets = 0.05 * generator.normal(size=(51, 4, 3, 3))
    offsets -= offsets.mean(axis=1, keepdims=True)
    universe = motion("OHH", positions[:, None] + offsets, dimensions=BOX, step=STEP)
    result = MolecularRotation(universe).run().result
    assert result["molecular_rotation_z"].values == pytest.approx(2.0 * np.arange(51), abs=0.05)
    assert result.metadata["molecules"] == 1


def test_frames_too_far_apart_are_refused() -> None:
    generator = np.random.default_rng(4)
    increments = np.tile([[[0.0, 0.0, 100.0]]], (10, 2, 1))
    universe = motion("OHH" * 2, liquid(increments, generator), dimensions=BOX)
    with pytest.raises(NotApplicableError, match=r"90°.* 100 %"):
        MolecularRotation(universe, molecules=molecules_of(2)).run()


def test_lines_are_refused() -> None:
    line = np.array([[[0.0, 0, 0], [0, 0, 1.2], [0, 0, 2.4]]] * 3)
    with pytest.raises(NotApplicableError, match=r"`.*`: .* linear, got .*linear"):
        MolecularRotation(motion("OCO", line), molecules=[[0, 1, 2]]).run()
