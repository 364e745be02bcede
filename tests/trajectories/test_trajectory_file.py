"""Files before they are opened."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from tumble.errors import TrajectoryError
from tumble.runs import open_run
from tumble.trajectories.formats import open_frames
from tumble.trajectories.open import open_trajectory
from tumble.trajectories.topology import read_topology
from tumble.trajectories.trajectory_file import by_numbers, in_order, matching


def test_files_are_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    names = ["part.1.xyz", "part.2.xyz", "part.010.xyz", "part.10.xyz", "part.11.xyz"]
    for name in reversed(names):
        (tmp_path / name).touch()
    assert [Path(name).name for name in matching(str(tmp_path / "part.*"))] == names
    assert sorted(["b", "a10", "a9", "a"], key=by_numbers) == ["a", "a9", "a10", "b"]


def test_what_a_shell_gives_is_put_in_order() -> None:
    assert in_order(["p.1", "p.10", "p.2"]) == ["p.1", "p.2", "p.10"]
    assert in_order(["p.2", "p.1", "p.10"]) == ["p.2", "p.1", "p.10"]  # on purpose
    assert in_order(["a.2", "b.1"]) == ["a.2", "b.1"]


def test_parts_without_steps_follow_each_other_by_their_numbers(tmp_path: Path) -> None:
    """An atom moves by 1 Å a part: part 10 comes last, whoever looks for the files."""
    for part in range(1, 11):
        (tmp_path / f"part.{part}.xyz").write_text(f"1\nO\nO {part}.0 0 0\n")
    pattern = str(tmp_path / "part.*.xyz")
    for universe in (
        open_trajectory(pattern),
        open_trajectory(sorted(str(path) for path in tmp_path.glob("*"))),
        open_run(pattern).universe(),
    ):
        np.testing.assert_array_equal([ts.positions[0, 0] for ts in universe.trajectory], np.arange(1, 11))


def test_pipes_are_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.xyz")
    for reading in (open_frames, open_trajectory, open_run, lambda path: read_topology(path, None)):
        with pytest.raises(TrajectoryError, match=r"pipe\.xyz`: .*got a pipe"):
            reading(tmp_path / "pipe.xyz")
