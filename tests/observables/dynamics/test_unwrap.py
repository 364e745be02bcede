"""Unwrapped paths against the walks that they were made from."""

from __future__ import annotations

import numpy as np
import pytest
from MDAnalysis.lib.mdamath import triclinic_vectors
from numpy.typing import NDArray

from tumble.errors import NotApplicableError, TrajectoryError
from tumble.observables.dynamics.unwrap import Unwrapper

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


def in_box(fractions: Array, boxes: Array, corner: Array, *, wrap: bool) -> Array:
    """Positions [T,N,3] of particles with these fractions of cubes, whose lower corners are given, [T]."""
    fractions = fractions - np.floor(fractions) if wrap else fractions
    return corner[:, None, None] + fractions * boxes[:, None, :3]


@pytest.mark.parametrize("wrap", [True, False])
@pytest.mark.parametrize("center", [0.0, 7.3, -40.0])
def test_walk_in_a_breathing_box_doesn_t_depend_on_its_corner(center: float, wrap: bool) -> None:
    # Analytic: with steps of a walk added to what the dilation makes of positions, the path is the walk. LAMMPS
    # dilates about the middle of the box. A common motion, of the origin, is taken off.
    boxes, truth = breathing(), walk()
    edges = boxes[:, :1]
    between = np.vstack([edges[:1], 0.5 * (edges[1:] + edges[:-1])])
    fractions = np.cumsum(np.diff(truth, axis=0, prepend=0.0) / between[:, None, :], axis=0)
    positions = in_box(fractions, boxes, center - 0.5 * edges[:, 0], wrap=wrap)
    found = paths(positions, boxes)
    expected = truth - truth[0]
    common = found.mean(axis=1, keepdims=True) - expected.mean(axis=1, keepdims=True)
    assert found - common == pytest.approx(expected, abs=1e-8)


def test_dilation_alone_is_no_motion() -> None:
    # Particles at rest in a box that grows to eight times its volume: none of them diffuses.
    boxes = np.tile(CUBE, (FRAMES, 1))
    boxes[:, :3] *= np.linspace(1, 2, FRAMES)[:, None]
    fractions = np.random.default_rng(3).uniform(size=(1, PARTICLES, 3))
    for far in (0.0, 20.0):
        for unwrapped in (False, True):
            found = paths(in_box(fractions + far, boxes, np.zeros(FRAMES), wrap=False), boxes, unwrapped=unwrapped)
            assert np.abs(found).max() < 1e-9


def test_particle_that_moves_too_far_is_refused() -> None:
    positions = np.zeros((3, 2, 3))
    positions[2, 1, 0] = 4.8
    with pytest.raises(
        NotApplicableError,
        match=r"half the box, got .*0\.48 .*frame 1 .*frame 2",
    ):
        paths(positions, [CUBE] * 3)


def test_wrapped_coordinates_called_unwrapped_are_refused() -> None:
    truth = walk(step=0.3)
    with pytest.raises(NotApplicableError, match=r"`unwrapped`: .*got \d+ particles"):
        paths(wrapped(truth, CUBE), [CUBE] * FRAMES, unwrapped=True)


def test_bad_frames_are_refused() -> None:
    positions = np.zeros((2, 1, 3))
    with pytest.raises(TrajectoryError, match=r"box .*frames 0"):
        paths(positions, [CUBE, None])
    with pytest.raises(TrajectoryError, match=r"volume, got .* frame 0"):
        paths(positions, np.zeros((2, 6)))
    positions[1, 0, 2] = np.nan
    with pytest.raises(TrajectoryError, match=r"finite positions.*frame 1"):
        paths(positions, [CUBE] * 2)
