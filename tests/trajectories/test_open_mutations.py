"""Damaged files of every text format: right frames or a TrajectoryError, and nothing else.

Frames that a damage didn't touch are compared with those of the whole file.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.trajectory_damage import NUMBERS, cut, mutate

from tumble.errors import NotApplicableError, TrajectoryError
from tumble.trajectories.open import notes_of, open_trajectory

FILES = ["images.dump", "wrapped.dump", "x.extxyz", "plain.xyz", "run.pos_1.xyz", "run.ext_1.extxyz", "run.pdb_1.pdb"]
OPTIONS = {"wrapped.dump": {"topology": "start.data"}}


def _common(one: bytes, other: bytes) -> int:
    """Length of the beginning that two texts share."""
    return next(
        (place for place, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]),
        min(len(one), len(other)),
    )


class Whole:
    """A file as an engine wrote it, and its frames by their steps."""

    def __init__(self, path: Path, options: dict[str, Any]) -> None:
        self.options = {key: path.parent / value for key, value in options.items()}
        self.text = path.read_bytes()
        universe = open_trajectory(path, **self.options)
        self.steps = universe.trajectory.steps.tolist()
        self.frames = {ts.data["step"]: (ts.positions.copy(), ts.dimensions) for ts in universe.trajectory}
        parts = universe.trajectory.source._parts
        self.starts, self.stops = parts[0]._index.starts.tolist(), parts[0]._index.stops.tolist()

    def untouched(self, text: bytes) -> list[int]:
        """Steps of the frames that are as they were, with the byte before and the one behind."""
        same = _common(self.text, text)
        rest = _common(self.text[same:][::-1], text[same:][::-1])
        last = len(self.text) - rest
        places = zip(self.steps, self.starts, self.stops, strict=True)
        return [step for step, start, stop in places if stop < same or start > last]

    def check(self, universe: Any, steps: Sequence[int]) -> None:
        """Compares those of the frames that are among these steps."""
        notes = [note for note in notes_of(universe) if "time between" not in note]
        if any("restart" in note for note in notes):
            return  # a step was changed, so that frames can't be told apart by it
        found, refused = set(), 0
        for index in range(len(universe.trajectory)):
            try:
                ts = universe.trajectory[index]
            except TrajectoryError:
                refused += 1
                continue
            if ts.data.get("step") in steps:
                found.add(ts.data["step"])
                positions, dimensions = self.frames[ts.data["step"]]
                np.testing.assert_array_equal(ts.positions, positions)
                np.testing.assert_array_equal(ts.dimensions, dimensions)
        assert found == set(steps) or notes or refused


@pytest.fixture(scope="module", params=FILES)
def whole(request: pytest.FixtureRequest, ipi_run: Path, lammps_run: Path) -> Whole:
    folder = ipi_run if request.param.startswith("run.") else lammps_run
    return Whole(folder / request.param, OPTIONS.get(request.param, {}))


def _check_mutations(whole: Whole, path: Path, seeds: range) -> None:
    for seed in seeds:
        text = mutate(whole.text, seed)
        path.write_bytes(text)
        try:
            universe = open_trajectory(path, **whole.options)
        except (NotApplicableError, TrajectoryError):  # a damaged label isn't an element
            continue
        untouched = whole.untouched(text)
        whole.check(universe, untouched)
        universe.trajectory.close()


def test_mutations(whole: Whole, tmp_path: Path) -> None:
    _check_mutations(whole, tmp_path / "x", range(60))


@pytest.mark.extended
def test_many_mutations(whole: Whole, tmp_path: Path) -> None:
    _check_mutations(whole, tmp_path / "x", range(60, 2000))


def test_files_that_were_cut_off(whole: Whole, tmp_path: Path) -> None:
    """At any place, with zeros behind it or not: all frames that are whole, and no others."""
    path = tmp_path / "x"
    for seed in range(60):
        text = cut(whole.text, seed)
        path.write_bytes(text)
        place = len(text.rstrip(b"\0"))
        complete = [step for step, stop in zip(whole.steps, whole.stops, strict=True) if stop <= place]
        unended = [step for step, stop in zip(whole.steps, whole.stops, strict=True) if stop - 1 <= place]
        if not unended:
            continue
        universe = open_trajectory(path, **whole.options)
        found = [ts.data["step"] for ts in universe.trajectory]
        assert found in (complete, unended), f"seed {seed}"
        whole.check(universe, found)
        at_end = place in (whole.stops[len(found) - 1], whole.stops[len(found) - 1] - 1)
        assert ("The last frame was cut off and is left out." in notes_of(universe)) != at_end, f"seed {seed}"
        universe.trajectory.close()


@pytest.mark.parametrize("number", [number for number in NUMBERS if number not in (b"0", b"-1", b"1e-400", b"")])
def test_coordinates_that_are_no_numbers(whole: Whole, tmp_path: Path, number: bytes) -> None:
    """Of an atom of the third frame. The fields of pdb have eight characters, so long numbers are shorter there."""
    lines = whole.text[whole.starts[2] : whole.stops[2]].split(b"\n")
    atom = len(lines) - 4
    if lines[atom].startswith(b"ATOM"):
        lines[atom] = lines[atom][:38] + number[:8].rjust(8) + lines[atom][46:]
    else:
        words = lines[atom].split()
        words[4 if lines[0].startswith(b"ITEM") else 2] = number
        lines[atom] = b" ".join(words)
    changed = whole.text[: whole.starts[2]] + b"\n".join(lines) + whole.text[whole.stops[2] :]
    (tmp_path / "x").write_bytes(changed)
    universe = open_trajectory(tmp_path / "x", **whole.options)
    if lines[atom].startswith(b"ATOM") and number[-8:].isdigit():
        return
    with pytest.raises(TrajectoryError, match=rf"frame 2 .*{tmp_path.name}"):
        universe.trajectory[2]
    whole.check(universe, [whole.steps[1], whole.steps[3]])
