"""The reader of MDAnalysis for sources of frames that are made up."""

from __future__ import annotations

import pickle

import MDAnalysis
import numpy as np
import pytest
from MDAnalysis.analysis.rms import RMSF

from tumble.errors import ConfigurationError, TrajectoryError
from tumble.trajectories.frames import Frame, FrameSource
from tumble.trajectories.open import notes_of
from tumble.trajectories.trajectory_reader import TrajectoryReader


class MadeUp(FrameSource):
    """Frames of four atoms that depend on their number alone; velocities in each second frame."""

    name = "made up"
    n_atoms = 4
    labels = ("O", "H", "H", "O")

    def __init__(self, count: int, steps: list[int] | None = None, times: list[float] | None = None) -> None:
        self.count = count
        self.steps = None if steps is None else np.array(steps)
        self.times = None if times is None else np.array(times)
        self.dimensions: list[float] | None = [9, 8, 7, 90, 90, 90]
        self.damaged = -1

    def __len__(self) -> int:
        return self.count

    def read(self, index: int) -> Frame:
        numbers = np.random.default_rng(index).normal(size=(4, 3))
        if index == self.damaged:
            numbers[2, 1] = np.nan
        return Frame(
            positions=numbers,
            dimensions=None if self.dimensions is None else np.array(self.dimensions, dtype=float),
            velocities=2 * numbers if index % 2 == 0 else None,
            data={"number": index},
        )

    def close(self) -> None:
        pass


def universe(source: FrameSource, **arguments) -> MDAnalysis.Universe:
    made = MDAnalysis.Universe.empty(4, trajectory=False)
    made.add_TopologyAttr("masses", [16.0, 1.0, 1.0, 16.0])
    made.trajectory = TrajectoryReader(source, **arguments)
    return made


def test_frames_in_any_order() -> None:
    trajectory = universe(MadeUp(7, steps=[0, 2, 4, 6, 8, 10, 12]), timestep=0.5).trajectory
    assert len(trajectory) == 7
    for frames in (range(7), [3, 0, 6, 6], range(6, -1, -1)):
        for frame in frames:
            ts = trajectory[frame]
            np.testing.assert_array_equal(ts.positions, MadeUp(7).read(frame).positions.astype(np.float32))
            assert (ts.frame, ts.time, ts.dt, ts.data["step"], ts.data["number"]) == (frame, frame, 1, 2 * frame, frame)
            assert ts.has_velocities == (frame % 2 == 0)
            assert not ts.has_forces
    assert [ts.frame for ts in trajectory[1:6:2]] == [1, 3, 5]
    assert [ts.frame for ts in trajectory[::-3]] == [6, 3, 0]
    assert [ts.frame for ts in trajectory[[True, False] * 3 + [True]]] == [0, 2, 4, 6]
    assert trajectory[-1].frame == 6
    assert [ts.frame for ts in trajectory] == list(range(7))
    assert trajectory.ts.frame == 0  # back at the start


def test_copies_and_pickles_are_independent() -> None:
    original = universe(MadeUp(5, steps=[0, 1, 2, 3, 4]), timestep=0.5)
    original.trajectory[3]
    for other in (original.copy(), pickle.loads(pickle.dumps(original))):
        assert other.trajectory.ts.frame == 3
        np.testing.assert_array_equal(other.trajectory.ts.positions, original.trajectory.ts.positions)
        assert other.trajectory[4].time == 2.0
        assert original.trajectory.ts.frame == 3
        assert other.trajectory.notes == original.trajectory.notes
    with_transformation = original.copy()
    with_transformation.trajectory.add_transformations(lambda ts: ts)
    assert len(with_transformation.copy().trajectory.transformations) == 1


def test_analyses_of_mdanalysis_in_parallel() -> None:
    made = universe(MadeUp(12, steps=list(range(12))), timestep=0.5)
    serial = RMSF(made.atoms).run()
    mean = np.mean([MadeUp(12).read(frame).positions for frame in range(12)], axis=0)
    squares = [((MadeUp(12).read(frame).positions - mean) ** 2).sum(axis=1) for frame in range(12)]
    np.testing.assert_allclose(serial.results.rmsf, np.sqrt(np.mean(squares, axis=0)), rtol=1e-6)


@pytest.mark.parametrize(
    ("source", "timestep", "times", "known", "note"),
    [
        (MadeUp(3, steps=[4, 6, 8]), 0.5, [2, 3, 4], True, None),
        (MadeUp(3, steps=[4, 6, 8]), None, [0, 1, 2], False, "The time between steps isn't known"),
        (MadeUp(3, steps=[4, 6, 9]), 0.5, [2, 3, 4.5], True, "2 to 3 steps"),
        (MadeUp(3), 0.5, [0, 0.5, 1], True, "`timestep` is taken as the time between frames"),
        (MadeUp(3), None, [0, 1, 2], False, "The time between steps isn't known"),
        (MadeUp(3, times=[1, 2, 3]), None, [1, 2, 3], True, None),
        (MadeUp(3, times=[1, 2, 3]), 0.5, [1, 2, 3], True, None),
        (MadeUp(3, steps=[2, 4, 6], times=[1, 2, 3]), 0.5, [1, 2, 3], True, None),
        (MadeUp(1, steps=[2]), 0.5, [1], True, None),
    ],
)
@pytest.mark.filterwarnings("error")
def test_times(source: MadeUp, timestep: float | None, times: list[float], known: bool, note: str | None) -> None:
    trajectory = universe(source, timestep=timestep).trajectory
    assert [ts.time for ts in trajectory] == times
    assert trajectory.time_known == known
    assert all(("time" in ts.data) == known for ts in trajectory)
    assert len(trajectory.notes) == (note is not None)
    assert note is None or note in trajectory.notes[0]
    assert trajectory.dt == (times[-1] - times[0]) / 2 if len(times) > 1 else 1.0


def test_cell_for_frames_that_have_none() -> None:
    source = MadeUp(2)
    source.dimensions = None
    assert universe(source).dimensions is None
    np.testing.assert_array_equal(
        universe(source, cell=np.array([5.0, 6, 7, 90, 80, 70])).dimensions, [5, 6, 7, 90, 80, 70]
    )
    with pytest.raises(ConfigurationError, match=r"`cell`: .*`made up`.*got \[5.0"):
        universe(MadeUp(2), cell=np.array([5.0, 6, 7, 90, 80, 70]))


def test_positions_that_are_not_numbers_are_refused_where_they_are() -> None:
    source = MadeUp(4, steps=[0, 5, 10, 15])
    source.damaged = 2
    trajectory = universe(source).trajectory
    with pytest.raises(TrajectoryError, match=r"frame 2 \(step 10\) .*`made up`"):
        for _ in trajectory:
            pass


@pytest.mark.parametrize("timestep", [0.0, -1.0, float("nan")])
def test_time_steps_that_make_no_sense(timestep: float) -> None:
    with pytest.raises(ConfigurationError, match=r"`timestep`: .*positive"):
        universe(MadeUp(2), timestep=timestep)


def test_time_step_that_contradicts_the_file_wins_with_a_note() -> None:
    opened = universe(MadeUp(3, steps=[2, 4, 6], times=[1, 2, 3]), timestep=0.4)
    assert opened.trajectory.frame_times == pytest.approx([0.8, 1.6, 2.4])
    (note,) = notes_of(opened)
    assert all(value in note for value in ("0.4 ps", "`made up` has 0.5 ps"))
