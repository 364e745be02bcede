from __future__ import annotations

import itertools
from pathlib import Path

import ase.io
import pytest
from ase import Atoms

from tumble.errors import ConfigurationError, FramesError
from tumble.irreps.selection import spread_frames


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("frames") / "many.extxyz"
    ase.io.write(file, [Atoms("H", positions=[[i, 0, 0]]) for i in range(101)])
    return file


@pytest.mark.parametrize("count", [1, 2, 7, 50, 100, 101, 500])
def test_frames_are_spread_over_the_file(path: Path, count: int) -> None:
    places = [round(atoms.positions[0, 0]) for atoms in spread_frames(path, count)]
    assert len(places) == min(count, 101)
    assert places == sorted(set(places))
    assert places[0] == 0
    if count > 1:
        gaps = [after - before for before, after in itertools.pairwise(places)]
        assert max(gaps) <= 2 * max(1, 101 // len(places)) + 1
        assert places[-1] >= 100 - max(gaps)


def test_wrong_choices(path: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"count.*0"):
        spread_frames(path, 0)
    empty = tmp_path / "empty.xyz"
    empty.write_text("")
    with pytest.raises(FramesError):
        spread_frames(empty, 3)
