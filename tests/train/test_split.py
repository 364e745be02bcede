"""The split: whole groups, in an order that depends on the seed alone."""

from __future__ import annotations

import pytest
import torch

from tumble.train import TrainingError
from tumble.train.data import Frame
from tumble.train.split import split_by_group


def frames(count: int, per_group: int = 2) -> list[Frame]:
    none = torch.zeros(0, dtype=torch.int32)
    return [
        Frame(torch.zeros(0, 3), torch.zeros(2, 0).int(), none, torch.tensor([0]), None, None, f"g{k // per_group}")
        for k in range(count)
    ]


def groups(chosen: list[Frame]) -> set[str]:
    return {frame.group for frame in chosen}


def test_groups_do_not_straddle_the_split() -> None:
    every = frames(12)
    split = split_by_group(every, 3, seed=0)
    assert len(split.validation) == 4  # whole groups of two
    assert not groups(split.training) & groups(split.validation)
    assert len(split.training) + len(split.validation) == 12
    assert groups(split_by_group(every, 3, seed=0).validation) == groups(split.validation)
    assert groups(split_by_group(every, 3, seed=1).validation) != groups(split.validation)
    assert split_by_group(every, 0, seed=0).training == every


def test_a_test_changes_nothing_in_the_validation() -> None:
    every = frames(12)
    plain, tested = split_by_group(every, 3, seed=0), split_by_group(every, 3, 4, seed=0)
    assert tested.validation == plain.validation
    assert len(tested.test) == 4
    assert groups(tested.training) == groups(plain.training) - groups(tested.test)


def test_fewer_frames_to_train_on_are_some_of_more() -> None:
    every = frames(40, 1)
    sizes = {n: split_by_group(every, 5, 6, n, seed=3) for n in (4, 10, 29, 100)}
    assert {n: len(split.training) for n, split in sizes.items()} == {4: 4, 10: 10, 29: 29, 100: 29}
    assert groups(sizes[4].training) < groups(sizes[10].training) < groups(sizes[29].training)
    assert len({frozenset(groups(split.validation) | groups(split.test)) for split in sizes.values()}) == 1
    assert len(split_by_group(frames(12), 2, 0, 5, seed=0).training) == 4  # at most, in whole groups


def test_nothing_left_to_train_on() -> None:
    with pytest.raises(TrainingError, match=r"`validation`: .*4 frames, got 4"):
        split_by_group(frames(4), 3, seed=0)
    with pytest.raises(TrainingError, match=r"`validation` and `test`: .*4 frames, got 4"):
        split_by_group(frames(4), 1, 2, seed=0)
    with pytest.raises(TrainingError, match=r"`train`: .*got 1"):
        split_by_group(frames(4), 0, 0, 1, seed=0)
