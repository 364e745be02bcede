"""The sets of frames of a configuration, divided into frames for training, for validation and for a test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import torch

from tumble.errors import FramesError, TrainingError
from tumble.files import sha256
from tumble.train.config import TrainConfig
from tumble.train.data import Frame, load_frames
from tumble.train.sections import DataConfig
from tumble.train.split import Split, split_by_group


@dataclass(frozen=True)
class Sets:
    """Frames of each set of data, by its name; each set has an entry in all, which may be empty.

    Attributes:
        training: Frames to train on.
        held_out: Frames held out for validation.
        test: Frames held out for the errors of the finished model.
        notes: What was recognized in the files, for the log.
    """

    training: dict[str, list[Frame]] = field(default_factory=dict)
    held_out: dict[str, list[Frame]] = field(default_factory=dict)
    test: dict[str, list[Frame]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


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
        TrainingError: If a frame can't be used, no frame would be left to train on, or dipoles are of several kinds.
    """
    sets = Sets()
    first: Frame | None = None
    for name, data in config.data.items():
        frames = load_frames(data, species, cutoff, dtype, config.loss.targets)
        first = first or frames[0]
        for frame in frames:
            _check_kind(frame, first)
        if first.dipole is not None:
            sets.notes.append(f"data.{name}: `{data.dipole}` is {first.dipole.kind.value}, in {data.dipole_unit}")
        split = _split(frames, data, config.seed_of_split)
        sets.training[name] = [replace(frame, weight=data.weight) for frame in split.training]
        sets.held_out[name], sets.test[name] = split.validation, split.test
    return sets


def _split(frames: list[Frame], data: DataConfig, seed: int) -> Split:
    if data.role == "validate":
        return Split([], frames, [])
    if data.role == "test":
        return Split([], [], frames)
    return split_by_group(frames, data.validation, data.test, data.train, seed=seed)


def _check_kind(frame: Frame, first: Frame) -> None:
    if frame.dipole is None or first.dipole is None or frame.dipole.kind is first.dipole.kind:
        return
    raise TrainingError(
        f"{frame.name}: expected {first.dipole.kind.value} as in {first.name}, got {frame.dipole.kind.value}"
    )
