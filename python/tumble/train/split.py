"""The split of frames into those for training, for validation and for a test, in whole groups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from tumble.errors import TrainingSettingError
from tumble.train.data import Frame


@dataclass(frozen=True)
class Split:
    """Frames for training, for validation and for a test, each in their order in the file."""

    training: list[Frame]
    validation: list[Frame]
    test: list[Frame]


def split_by_group(
    frames: Sequence[Frame], validation: int, test: int = 0, train: int | None = None, *, seed: int
) -> Split:
    """Divide frames in whole groups, which are drawn in an order that depends on the seed alone.

    The first groups are held out for validation, the next ones for the test, and further ones are trained on. So the
    frames of a smaller `train` are among those of a larger one, and `test` and `train` don't change the validation.

    Args:
        frames: Frames.
        validation: Least number of frames for validation.
        test: Least number of frames for the test.
        train: Largest number of frames for training; None for all that are left.
        seed: Seed.

    Raises:
        TrainingSettingError: If no frame would be left to train on.
    """
    members: dict[str, list[int]] = {}
    for k, frame in enumerate(frames):
        members.setdefault(frame.group, []).append(k)
    names = sorted(members)
    drawn = (members[names[k]] for k in np.random.default_rng(seed).permutation(len(names)))
    held_out = _at_least(drawn, validation)
    tested = _at_least(drawn, test)
    trained = [k for group in drawn for k in group] if train is None else _at_most(drawn, train)
    if not trained:
        used = len(held_out) + len(tested)
        if used < len(frames):
            raise TrainingSettingError(f"`train`: expected at least the size of a group of frames, got {train}")
        keys = "`validation` and `test`" if test else "`validation`"
        raise TrainingSettingError(f"{keys}: expected fewer than all {len(frames)} frames, got {used} in whole groups")
    return Split(*([frames[k] for k in sorted(chosen)] for chosen in (trained, held_out, tested)))


def _at_least(groups: Iterator[list[int]], count: int) -> list[int]:
    """Take groups until there are enough frames."""
    chosen: list[int] = []
    while len(chosen) < count and (group := next(groups, None)) is not None:
        chosen += group
    return chosen


def _at_most(groups: Iterator[list[int]], count: int) -> list[int]:
    """Take groups until the next one would make it too many frames."""
    chosen: list[int] = []
    for group in groups:
        if len(chosen) + len(group) > count:
            break
        chosen += group
    return chosen
