"""Parts of a trajectory that continue each other, made up."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from tumble.errors import TrajectoryError
from tumble.trajectories.frames import (
    Continued,
    Frame,
    FrameSource,
    check_same,
    continuing,
    describe_frame,
)


class MadeUp(FrameSource):
    """Frames of one atom at x = 100 part + index."""

    def __init__(self, part: int, steps: list[int] | None, count: int = 3, labels: tuple[str, ...] = ("O",)) -> None:
        self.name, self.n_atoms, self.labels = f"part{part}", len(labels), labels
        self.part, self.count = part, count if steps is None else len(steps)
        self.steps = None if steps is None else np.array(steps)
        self.notes = ("The last frame was cut off and is left out.",)
        self.closed = False

    def __len__(self) -> int:
        return self.count

    def read(self, index: int) -> Frame:
        return Frame(positions=np.array([[100.0 * self.part + index, 0, 0]]))

    def close(self) -> None:
        self.closed = True


def places(source: FrameSource) -> list[float]:
    return [float(source.read(index).positions[0, 0]) for index in range(len(source))]


@pytest.mark.parametrize(
    ("steps", "kept"),
    [
        ([0, 2, 4], [0, 2, 4]),
        ([0, 2, 4, 2, 4, 6], [0, 2, 4, 6]),
        ([0, 2, 4, 6, 3, 5, 7], [0, 2, 3, 5, 7]),
        ([5, 6, 0, 1], [0, 1]),
        ([0, 1, 2, 3, 2, 3, 1, 2], [0, 1, 2]),
        ([4, 4], [4]),
        ([4], [4]),
    ],
)
def test_later_frames_count(steps: list[int], kept: list[int]) -> None:
    keep = continuing(np.array(steps))
    assert np.array(steps)[keep].tolist() == kept
    # Of a step that is there twice, the later one.
    assert np.flatnonzero(keep).tolist() == [len(steps) - 1 - steps[::-1].index(step) for step in kept]


def test_steps_that_a_restart_repeated_are_left_out_with_a_note() -> None:
    source = Continued([MadeUp(0, [0, 2, 4, 6, 4, 6, 8])])
    assert source.steps.tolist() == [0, 2, 4, 6, 8]
    assert places(source) == [0, 1, 4, 5, 6]
    assert source.notes[-1] == "Frames that a restart repeated (2, steps 4 to 6) are left out."
    assert source.describe(2) == "frame 4 (step 4) of `part0`"


def test_parts_that_overlap() -> None:
    source = Continued([MadeUp(0, [0, 2, 4, 6]), MadeUp(1, [4, 6, 8])])
    assert source.steps.tolist() == [0, 2, 4, 6, 8]
    assert places(source) == [0, 1, 100, 101, 102]
    assert source.notes == (
        "The last frame was cut off and is left out.",
        "Frames that a restart repeated (2, steps 4 to 6) are left out.",
    )
    assert source.name == "part0 … part1"


def test_parts_without_steps_follow_each_other() -> None:
    source = Continued([MadeUp(0, None), MadeUp(1, None)])
    assert places(source) == [0, 1, 2, 100, 101, 102]
    assert source.steps is None
    assert "neither steps nor times" in source.notes[-1]


def test_steps_that_are_all_the_same_are_not_taken_for_restarts() -> None:
    source = Continued([MadeUp(0, [0, 0, 0])])
    assert source.steps is None
    assert places(source) == [0, 1, 2]
    assert source.notes[-1] == "The steps in the file are all the same and aren't used."


def test_closing_closes_all_parts() -> None:
    parts = [MadeUp(0, [0]), MadeUp(1, [1])]
    Continued(parts).close()
    assert all(part.closed for part in parts)


def test_a_part_that_is_left_is_closed() -> None:
    parts = [MadeUp(0, [0, 1]), MadeUp(1, [2])]
    source = Continued(parts)
    source.read(0)
    source.read(1)
    assert [part.closed for part in parts] == [False, False]
    source.read(2)
    assert [part.closed for part in parts] == [True, False]


def test_parts_of_different_systems_are_refused() -> None:
    with pytest.raises(TrajectoryError, match=r"1 atoms.*`part0`, got 2 in `part1`"):
        check_same(MadeUp(0, [0]), MadeUp(1, [1], labels=("O", "H")))
    with pytest.raises(TrajectoryError, match="`part0`, got others in `part1`"):
        check_same(MadeUp(0, [0]), MadeUp(1, [1], labels=("H",)))
    other = MadeUp(1, [1])
    other.quantity = "forces"
    with pytest.raises(TrajectoryError, match="`part0`, got forces in `part1`"):
        check_same(MadeUp(0, [0]), other)


def test_the_place_of_a_frame_in_its_file() -> None:
    """Of our readers by file and step, of readers of MDAnalysis by file, and in memory by number."""
    whole = Continued([MadeUp(0, [0, 10, 20]), MadeUp(1, [30, 40])])
    assert describe_frame(SimpleNamespace(source=whole), 4) == "frame 1 (step 40) of `part1`"
    assert describe_frame(SimpleNamespace(filename="a.dcd"), 4) == "frame 4 of `a.dcd`"
    assert describe_frame(SimpleNamespace(filename=None), 4) == "frame 4"
