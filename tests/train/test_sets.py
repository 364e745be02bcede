"""What is trained on and what is held out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from tumble.errors import FramesError, TrainingError
from tumble.train import config_from_mapping
from tumble.train.sets import Sets, digests, load_sets

Settings = dict[str, Any]


def load(settings: Settings, folder: Path) -> Sets:
    return load_sets(config_from_mapping(settings, folder), ("O", "H"), 4.0, torch.float64)


def groups(frames: list[Any]) -> set[str]:
    return {frame.group for frame in frames}


def test_role_and_weight(settings: Settings, tmp_path: Path) -> None:
    entry = {"path": "frames.extxyz.gz", "group": "pair"}
    settings["data"] |= {"heavy": {**entry, "weight": 2.5}, "test": {**entry, "role": "validate"}}
    settings["stages"][1]["data"] = {"water": 2, "heavy": 1}
    sets = load(settings, tmp_path)
    assert {name: len(frames) for name, frames in sets.training.items()} == {"water": 8, "heavy": 12, "test": 0}
    assert {name: len(frames) for name, frames in sets.held_out.items()} == {"water": 4, "heavy": 0, "test": 12}
    assert {frame.weight for frame in sets.training["water"]} == {1.0}
    assert {frame.weight for frame in sets.training["heavy"]} == {2.5}


def test_frames_for_a_test(settings: Settings, tmp_path: Path) -> None:
    settings["data"]["water"] |= {"test": 2, "train": 4}
    settings["data"]["exam"] = {"path": "frames.extxyz.gz", "role": "test"}
    sets = load(settings, tmp_path)
    assert {name: len(frames) for name, frames in sets.training.items()} == {"water": 4, "exam": 0}
    assert {name: len(frames) for name, frames in sets.held_out.items()} == {"water": 4, "exam": 0}
    assert {name: len(frames) for name, frames in sets.test.items()} == {"water": 2, "exam": 12}


def test_seeds_can_share_a_split(settings: Settings, tmp_path: Path) -> None:
    def held(seed: int, split_seed: int | None) -> set[str]:
        return groups(load({**settings, "seed": seed, "split_seed": split_seed}, tmp_path).held_out["water"])

    assert held(3, None) == held(0, 3) == held(1, 3) == {"g2", "g5"}  # commit 0ab7f46 held the same out
    assert len({frozenset(held(seed, None)) for seed in range(4)}) > 1


def test_nothing_left_to_train_on(settings: Settings, tmp_path: Path) -> None:
    settings["data"]["water"]["validation"] = 11
    with pytest.raises(TrainingError, match=r"`validation`: .*12 frames, got 12"):
        load(settings, tmp_path)


def test_file_that_is_not_there(settings: Settings, tmp_path: Path) -> None:
    settings["data"]["water"]["path"] = "nowhere.extxyz"
    with pytest.raises(FramesError, match=r"`data\.water\.path`: .*got .*nowhere\.extxyz"):
        digests(config_from_mapping(settings, tmp_path), {})
