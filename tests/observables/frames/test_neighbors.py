"""Derivatives in time of polynomials, for which the formulas are exact."""

from __future__ import annotations

import numpy as np
import pytest
from support.motions import centered, masses_of, motion

from tumble.errors import NotApplicableError
from tumble.observables.frames.isolation import Isolation
from tumble.observables.frames.neighbors import Neighbors, forces_of, velocities_of

STEP = 0.25
MASSES = masses_of("OHH")
START, SPEED, PULL = (np.random.default_rng(seed).normal(size=(3, 3)) for seed in (1, 2, 3))


def parabola(frames: int) -> np.ndarray:
    times = STEP * np.arange(frames)[:, None, None]
    return START + SPEED * times + 0.5 * PULL * times**2


def neighbors(frames: int = 9, **more: np.ndarray) -> Neighbors:
    universe = motion("OHH", parabola(frames), step=STEP, **more)
    return Neighbors(universe.trajectory, Isolation(universe), MASSES)


@pytest.mark.parametrize("step", [1, 2])
@pytest.mark.parametrize("frame", [2, 4, 6])
def test_parabola(frame: int, step: int) -> None:
    beside = neighbors()
    expected = centered(SPEED + PULL * STEP * frame, MASSES)
    assert beside.velocities(frame, step) == pytest.approx(expected, abs=1e-4)
    assert beside.time(frame) == STEP * frame
    assert beside.positions(frame) == pytest.approx(centered(parabola(9)[frame], MASSES), abs=1e-4)


def test_errors_go_with_the_square_of_the_time() -> None:
    """For a vibration of w h = 0.3."""
    times = np.arange(9)[:, None, None]
    universe = motion("OHH", START + SPEED * np.sin(0.3 * (times - 4)), step=1.0)
    beside = Neighbors(universe.trajectory, Isolation(universe), MASSES)
    exact = centered(0.3 * SPEED, MASSES)
    for step in (1, 2):
        lost = 1 - beside.velocities(4, step) / exact
        assert lost == pytest.approx((0.3 * step) ** 2 / 6, rel=0.05)


def test_velocities_that_were_written() -> None:
    beside = neighbors(velocities=3 * parabola(9))
    assert beside.written_velocities(4) == pytest.approx(3 * parabola(9)[4])
    with pytest.raises(NotApplicableError, match=r"velocities .*frame 4"):
        neighbors().written_velocities(4)


def test_frames_in_any_order() -> None:
    beside = neighbors()
    for frame in (6, 2, 5, 3, 6):
        assert beside.velocities(frame) == pytest.approx(centered(SPEED + PULL * STEP * frame, MASSES), abs=1e-4)
    assert [beside.inside(frame) for frame in range(9)] == [3, 3, 3, 3, 4, 5, 5, 5, 5]


def test_the_trajectory_itself_does_not_move() -> None:
    universe = motion("OHH", parabola(9), step=STEP)
    beside = Neighbors(universe.trajectory, Isolation(universe), MASSES)
    _ = universe.trajectory[3]
    beside.velocities(6)
    assert universe.trajectory.ts.frame == 3
    assert universe.atoms.positions == pytest.approx(parabola(9)[3], abs=1e-5)


def test_vectors_of_frames() -> None:
    bare = motion("OHH", parabola(9))
    assert velocities_of(bare.trajectory.ts) is None
    assert forces_of(bare.trajectory.ts) is None
    beads = np.stack([parabola(9), parabola(9) + 1], axis=1)
    full = motion("OHH", beads, velocities=2 * beads, forces=3 * beads)
    velocities, forces = velocities_of(full.trajectory.ts), forces_of(full.trajectory.ts)
    assert velocities is not None
    assert forces is not None
    assert velocities == pytest.approx(2 * beads[0])
    assert forces == pytest.approx(3 * beads[0])


def test_few_frames_are_refused() -> None:
    with pytest.raises(NotApplicableError, match=r"7 frames.*got 6"):
        neighbors(frames=6)
