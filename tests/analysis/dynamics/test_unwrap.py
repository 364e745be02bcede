"""Unwrapped paths against the walks that they were made from, and against the formula of the scheme for cubes."""

from __future__ import annotations

import numpy as np
import pytest
from MDAnalysis.lib.mdamath import triclinic_vectors
from numpy.typing import NDArray

from tumble.analysis import TrajectoryError
from tumble.analysis.dynamics.unwrap import Unwrapper

Array = NDArray[np.float64]

CUBE = np.array([10.0, 10.0, 10.0, 90.0, 90.0, 90.0])
TRICLINIC = np.array([9.0, 11.0, 10.0, 70.0, 105.0, 65.0])
FRAMES, PARTICLES = 400, 7


def walk(step: float = 0.8, seed: int = 1) -> Array:
    """Random walks far through the box, [T,N,3]."""
    generator = np.random.default_rng(seed)
    return np.cumsum(generator.uniform(-step, step, size=(FRAMES, PARTICLES, 3)), axis=0)


def wrapped(positions: Array, dimensions: Array) -> Array:
    box = triclinic_vectors(dimensions, dtype=np.float64)
    fractions = positions @ np.linalg.inv(box)
    return (fractions - np.floor(fractions)) @ box


def paths(positions: Array, boxes: Array | list[None], *, unwrapped: bool = False) -> Array:
    """Sums of displacements, [T,N,3]."""
    unwrapper = Unwrapper(unwrapped=unwrapped)
    steps = [
        unwrapper.displacements(frame, box, place)
        for place, (frame, box) in enumerate(zip(positions, boxes, strict=True))
    ]
    return np.cumsum(steps, axis=0)


@pytest.mark.parametrize("dimensions", [CUBE, TRICLINIC], ids=["cube", "triclinic"])
@pytest.mark.parametrize("form", ["wrapped", "unwrapped", "known to be unwrapped"])
def test_walk_in_a_constant_box(dimensions: Array, form: str) -> None:
    truth = walk()
    given = wrapped(truth, dimensions) if form == "wrapped" else truth
    assert np.abs(truth).max() > 12  # left the box
    found = paths(given, [dimensions] * FRAMES, unwrapped=form.startswith("known"))
    assert found == pytest.approx(truth - truth[0], abs=1e-10)


def test_steps_of_any_length_if_known_to_be_unwrapped() -> None:
    truth = walk(step=40.0)
    assert paths(truth, [CUBE] * FRAMES, unwrapped=True) == pytest.approx(truth - truth[0], abs=1e-9)


def test_without_a_box() -> None:
    truth = walk(step=40.0)
    assert paths(truth, [None] * FRAMES) == pytest.approx(truth - truth[0], abs=1e-9)


def breathing() -> Array:
    """Boxes of cubes of which the edges fluctuate, [T,6]."""
    boxes = np.tile(CUBE, (FRAMES, 1))
    boxes[:, :3] += np.random.default_rng(2).normal(scale=0.05, size=(FRAMES, 1))
    return boxes


def test_changing_cube_equals_the_published_formula() -> None:
    # Equation 1 of von Bülow, Bullerjahn and Hummer (2020), one axis at a time.
    boxes = breathing()
    w = np.array([wrapped(frame, box) for frame, box in zip(walk(), boxes, strict=True)])
    expected = np.zeros_like(w)
    for t in range(1, FRAMES):
        step, edge = w[t] - w[t - 1], boxes[t, 0]
        expected[t] = expected[t - 1] + step - edge * np.floor(step / edge + 0.5)
    assert paths(w, boxes) == pytest.approx(expected, abs=1e-9)


def test_changing_box_far_from_the_origin_doesn_t_shake_particles() -> None:
    # Particles at rest in a box that breathes, 20 boxes away: coordinates that count boxes jump by 20 times its change.
    boxes = breathing()
    fractions = np.random.default_rng(3).uniform(0.3, 0.7, size=(PARTICLES, 3))
    inside = np.array([fractions * box[:3] for box in boxes])
    far = inside + 20 * boxes[:, None, :3]
    assert np.abs(far - far[0]).max() > 2
    for unwrapped in (False, True):
        found = paths(far, boxes, unwrapped=unwrapped)
        assert found == pytest.approx(inside - inside[0], abs=1e-9)
        assert np.abs(found).max() < 0.2


def test_particle_that_moves_too_far_is_refused() -> None:
    positions = np.zeros((3, 2, 3))
    positions[2, 1, 0] = 4.8
    with pytest.raises(
        TrajectoryError,
        match=r"no particle moves by half the box, got one that moves by 0\.48 of it from frame 1 to frame 2",
    ):
        paths(positions, [CUBE] * 3)


def test_wrapped_coordinates_called_unwrapped_are_refused() -> None:
    truth = walk(step=0.3)
    with pytest.raises(
        TrajectoryError, match=r"`unwrapped`: expected unwrapped coordinates, got \d+ particles that jump"
    ):
        paths(wrapped(truth, CUBE), [CUBE] * FRAMES, unwrapped=True)


def test_bad_frames_are_refused() -> None:
    positions = np.zeros((2, 1, 3))
    with pytest.raises(
        TrajectoryError, match="expected a box in all frames or in none, got one in only one of the frames 0"
    ):
        paths(positions, [CUBE, None])
    with pytest.raises(TrajectoryError, match=r"expected a box with a volume, got .* in frame 0"):
        paths(positions, np.zeros((2, 6)))
    positions[1, 0, 2] = np.nan
    with pytest.raises(TrajectoryError, match="expected finite positions, got others in frame 1"):
        paths(positions, [CUBE] * 2)
