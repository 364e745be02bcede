"""Configuration of a training: a YAML file, read into frozen dataclasses and checked here, once.

The types are those of the annotations, and each dataclass checks its own ranges. Every key is known: an unknown one is
an error that names the nearest right one. File names are relative to the configuration's folder. Units: Å, eV, eV/Å,
minutes.
"""

from __future__ import annotations

import dataclasses
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import yaml

from tumble.errors import TrainingError
from tumble.hints import nearest_name
from tumble.model_file import DTYPES
from tumble.models.pet import PetConfig
from tumble.structures import unknown_elements

_T = TypeVar("_T")


@dataclass(frozen=True)
class DataConfig:
    """One file of frames.

    Attributes:
        path: Extended-XYZ file (``.gz`` too) with energies and forces.
        group: Key of the frame's info whose value names its group; groups never straddle the split. None makes each
            frame a group.
        validation: Frames to hold out, at least, in whole groups.
    """

    path: Path
    group: str | None = None
    validation: int = 0

    def __post_init__(self) -> None:
        """Check the ranges.

        Raises:
            TrainingError: A value is impossible.
        """
        _require("validation", self.validation, self.validation >= 0, "a number of frames of at least 0")


@dataclass(frozen=True)
class StageConfig:
    """One stage of training; its length is given by exactly one of ``steps`` and ``minutes``.

    Attributes:
        name: Name in logs.
        data: How often each set of data appears in one epoch, by its name in ``data``.
        learning_rate: Peak learning rate.
        steps: Optimizer steps. Reproducible.
        minutes: Wall time. The learning rate then follows the clock, so that the stage ends in time on any machine,
            at the price of reproducibility.
        batch: Structures in a batch.
        warmup: Share of the stage in which the learning rate rises from zero.
        final: Learning rate at the end of the cosine decay, as a share of the peak.
    """

    name: str
    data: dict[str, int]
    learning_rate: float
    steps: int | None = None
    minutes: float | None = None
    batch: int = 2
    warmup: float = 0.02
    final: float = 0.01

    def __post_init__(self) -> None:
        """Check the ranges.

        Raises:
            TrainingError: A value is impossible.
        """
        if (self.steps is None) == (self.minutes is None):
            raise TrainingError("expected exactly one of `steps` and `minutes`")
        if not self.data:
            raise TrainingError("`data`: expected at least one set, got none")
        for name, repeats in self.data.items():
            _require(f"data.{name}", repeats, repeats >= 1, "a number of repeats of at least 1")
        _require("learning_rate", self.learning_rate, self.learning_rate > 0.0, "a number above 0")
        _require("steps", self.steps, self.steps is None or self.steps >= 1, "at least 1")
        _require("minutes", self.minutes, self.minutes is None or self.minutes > 0.0, "a time above 0")
        _require("batch", self.batch, self.batch >= 1, "at least 1")
        _require("warmup", self.warmup, 0.0 <= self.warmup < 1.0, "a share from 0 to below 1")
        _require("final", self.final, 0.0 <= self.final <= 1.0, "a share from 0 to 1")


@dataclass(frozen=True)
class LossConfig:
    """Weights of the loss; see `tumble.train.loss`.

    Attributes:
        energy: Weight of the energies per atom.
        forces: Weight of the forces.
        huber: Residual of a force component beyond which it counts linearly, eV/Å; None for plain squares.
    """

    energy: float = 0.1
    forces: float = 1.0
    huber: float | None = None

    def __post_init__(self) -> None:
        """Check the ranges.

        Raises:
            TrainingError: A value is impossible.
        """
        _require("energy", self.energy, self.energy >= 0.0, "a weight of at least 0")
        _require("forces", self.forces, self.forces >= 0.0, "a weight of at least 0")
        if self.energy == self.forces == 0.0:
            raise TrainingError("`energy`, `forces`: expected a weight above 0 for one of them, got 0 for both")
        _require("huber", self.huber, self.huber is None or self.huber > 0.0, "a residual above 0, or no key")


@dataclass(frozen=True)
class OptimizerConfig:
    """Optimizer.

    Attributes:
        name: ``adamw``, or ``muon`` (Muon for matrices, AdamW for the rest).
        weight_decay: Decoupled weight decay.
        clip: Largest norm of the gradient.
        average: Decay of the exponential moving average of the weights, per step.
    """

    name: str = "adamw"
    weight_decay: float = 0.01
    clip: float = 1.0
    average: float = 0.999

    def __post_init__(self) -> None:
        """Check the ranges.

        Raises:
            TrainingError: A value is impossible.
        """
        _require("name", self.name, self.name in ("adamw", "muon"), "adamw or muon")
        _require("weight_decay", self.weight_decay, self.weight_decay >= 0.0, "at least 0")
        _require("clip", self.clip, self.clip > 0.0, "a norm above 0")
        _require("average", self.average, 0.0 <= self.average < 1.0, "a decay from 0 to below 1")


@dataclass(frozen=True)
class TrainConfig:
    """Everything that determines a training.

    Attributes:
        model: Sizes and species of the PET model.
        data: Files of frames, by name.
        stages: Stages, in order.
        loss: Weights of the loss.
        optimizer: Optimizer.
        seed: Seed of the weights, the split, the order of frames and the rotations.
        dtype: ``float32`` or ``float64``.
        device: ``auto``, ``cpu``, ``cuda`` or ``cuda:N``.
        threads: Threads of torch; None leaves its default.
        validate_every: Steps between validations.
        checkpoint_minutes: Time between checkpoints.
        max_minutes: Wall time after which this call writes a checkpoint and returns; a later call continues.
    """

    model: PetConfig
    data: dict[str, DataConfig]
    stages: tuple[StageConfig, ...]
    loss: LossConfig = field(default_factory=LossConfig)
    optimizer: OptimizerConfig = field(default_factory=OptimizerConfig)
    seed: int = 0
    dtype: str = "float32"
    device: str = "auto"
    threads: int | None = None
    validate_every: int = 500
    checkpoint_minutes: float = 3.0
    max_minutes: float | None = None

    def __post_init__(self) -> None:
        """Check the ranges, and what concerns several keys.

        Raises:
            TrainingError: A value is impossible.
        """
        unknown = unknown_elements(self.model.species)
        if unknown:
            raise TrainingError(f"`model.species`: expected chemical symbols such as `O`, got `{unknown[0]}`")
        if not self.stages:
            raise TrainingError("`stages`: expected at least one stage, got none")
        for stage in self.stages:
            for name in stage.data:
                if name not in self.data:
                    hint = nearest_name(name, self.data, "sets")
                    raise TrainingError(f"`stages` ({stage.name}): expected names of `data`, got `{name}`{hint}")
        _require("seed", self.seed, self.seed >= 0, "at least 0")
        _require("dtype", self.dtype, self.dtype in DTYPES, " or ".join(DTYPES))
        known_device = re.fullmatch(r"auto|cpu|cuda(:\d{1,3})?", self.device) is not None
        _require("device", self.device, known_device, "auto, cpu, cuda or cuda:N")
        _require("threads", self.threads, self.threads is None or self.threads >= 1, "at least 1")
        _require("validate_every", self.validate_every, self.validate_every >= 1, "at least 1 step")
        _require("checkpoint_minutes", self.checkpoint_minutes, self.checkpoint_minutes >= 0.0, "at least 0")
        _require("max_minutes", self.max_minutes, self.max_minutes is None or self.max_minutes >= 0.0, "at least 0")

    def to_dict(self) -> dict[str, Any]:
        """Return what JSON makes of it: plain containers, with paths as strings."""
        plain: dict[str, Any] = json.loads(json.dumps(dataclasses.asdict(self), default=str))
        return plain


def read_config(path: str | Path) -> TrainConfig:
    """Read and check a configuration file.

    Raises:
        TrainingError: The file is no YAML mapping, or a key or value isn't as it should be.
        OSError: The file cannot be read.
    """
    path = Path(path)
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise TrainingError(f"`{path}`: expected YAML, got {error}") from error
    return config_from_mapping(content, path.parent)


def config_from_mapping(content: object, folder: Path) -> TrainConfig:
    """Build a configuration from nested mappings.

    Args:
        content: What the YAML file holds.
        folder: Folder that file names are relative to.

    Raises:
        TrainingError: A key or value isn't as it should be; the message names the nearest right key.
    """
    return _build(TrainConfig, content, "", folder)


def _require(name: str, value: object, holds: bool, expected: str) -> None:
    if not holds:
        raise TrainingError(f"`{name}`: expected {expected}, got {value}")


def _build(cls: type[_T], content: object, where: str, folder: Path) -> _T:
    """Read a mapping into a dataclass, each key by the type of its field."""
    if not isinstance(content, Mapping):
        raise TrainingError(f"`{where or 'configuration'}`: expected a mapping of keys to values, got {content!r}")
    types = get_type_hints(cls)
    values = {}
    for key, value in content.items():
        if key not in types:
            hint = nearest_name(str(key), types, "keys")
            raise TrainingError(f"`{where or 'configuration'}`: unknown key `{key}`{hint}")
        values[key] = _typed(value, types[key], f"{where}.{key}" if where else key, folder)
    for entry in dataclasses.fields(cls):  # type: ignore[arg-type]  # every cls here is a dataclass
        required = entry.default is dataclasses.MISSING and entry.default_factory is dataclasses.MISSING
        if required and entry.name not in values:
            raise TrainingError(f"`{where or 'configuration'}`: expected a key `{entry.name}`, got none")
    try:
        return cls(**values)
    except (TrainingError, ValueError) as error:  # ValueError is what a model's own configuration raises
        raise TrainingError(f"`{where}`: {error}" if where else str(error)) from error


def _typed(value: object, kind: Any, where: str, folder: Path) -> object:
    """Read a value as the type of a field; YAML reads `1e-3` as a string, which is meant as a number."""
    if type(None) in get_args(kind):
        (inner,) = (option for option in get_args(kind) if option is not type(None))
        return None if value is None else _typed(value, inner, where, folder)
    if dataclasses.is_dataclass(kind):
        return _build(kind, value, where, folder)  # type: ignore[arg-type]  # a class, since it annotates a field
    if get_origin(kind) is dict:
        if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
            raise TrainingError(f"`{where}`: expected a mapping of names to values, got {value!r}")
        return {key: _typed(entry, get_args(kind)[1], f"{where}.{key}", folder) for key, entry in value.items()}
    if get_origin(kind) is tuple:
        if not isinstance(value, list | tuple):
            raise TrainingError(f"`{where}`: expected a list, got {value!r}")
        return tuple(_typed(entry, get_args(kind)[0], f"{where}[{k}]", folder) for k, entry in enumerate(value))
    if kind is float:
        return _number(value, where)
    if kind is int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise TrainingError(f"`{where}`: expected an integer, got {value!r}")
        return value
    if not isinstance(value, str):
        raise TrainingError(f"`{where}`: expected a string, got {value!r}")
    return (folder / value).resolve() if kind is Path else value


def _number(value: object, where: str) -> float:
    try:
        number = math.nan if not isinstance(value, int | float | str) or isinstance(value, bool) else float(value)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise TrainingError(f"`{where}`: expected a finite number, got {value!r}")
    return number
