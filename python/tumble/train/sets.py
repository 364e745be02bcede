"""The sets of frames of a configuration, divided into frames for training and for validation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import torch

from tumble.errors import FramesError, TrainingError
from tumble.files import sha256
from tumble.train.config import TrainConfig
from tumble.train.data import Frame, load_frames, split_by_group
from tumble.train.sections import DataConfig


@dataclass(frozen=True)
class Sets:
    """Frames of each set of data, by its name; each set has an entry in both, which may be empty.

    Attributes:
        training: Frames to train on.
        held_out: Frames held out.
    """

    training: dict[str, list[Frame]]
    held_out: dict[str, list[Frame]]


def digests(config: TrainConfig, earlier: Mapping[str, str]) -> dict[str, str]:
    """Return the SHA-256 hash of each set's file, by the name of the set.

    Args:
        config: Configuration.
        earlier: Hashes when the training began; a set without an entry isn't checked.

    Raises:
        FramesError: If a file can't be read.
        TrainingError: If a file has changed.
    """
    found = {}
    for name, data in config.data.items():
        try:
            found[name] = sha256(data.path)
        except OSError as error:
            raise FramesError(f"`data.{name}.path`: expected a file of frames, got {error}") from error
        if found[name] != earlier.get(name, found[name]):
            raise TrainingError(
                f"`data.{name}.path`: expected the file that this training began with (SHA-256 {earlier[name][:12]}), "
                f"got another (SHA-256 {found[name][:12]}); put the file back, or use another folder"
            )
    return found


def load_sets(config: TrainConfig, species: Sequence[str], cutoff: float, dtype: torch.dtype) -> Sets:
    """Read and split all sets of a configuration.

    Args:
        config: Configuration.
        species: Chemical symbols in the model's order.
        cutoff: Å.
        dtype: Type of vectors and forces.

    Raises:
        FramesError: If a file can't be read, or a label isn't finite.
        TrainingError: If a frame can't be used, or no frame would be left to train on.
    """
    sets = Sets({}, {})
    for name, data in config.data.items():
        frames = load_frames(data.path, species, cutoff, data.group, dtype)
        sets.training[name], sets.held_out[name] = _split(frames, data, config.seed_of_split)
    return sets


def _split(frames: list[Frame], data: DataConfig, seed: int) -> tuple[list[Frame], list[Frame]]:
    if data.role == "validate":
        return [], frames
    training, held_out = split_by_group(frames, data.validation, seed)
    return [replace(frame, weight=data.weight) for frame in training], held_out
