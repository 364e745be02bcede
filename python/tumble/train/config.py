"""Configuration of a training: a YAML file, read into frozen dataclasses and checked here, once.

Every key is known: an unknown one is an error that names the nearest right one. File names are relative to the
configuration's folder. Units: Å, eV, eV/Å, minutes.
"""

from __future__ import annotations

import dataclasses
import difflib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import yaml

from tumble.models.pet import PetConfig
from tumble.train.errors import TrainingError

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
        device: Any device of torch, such as ``cpu`` or ``cuda``.
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
    device: str = "cpu"
    threads: int | None = None
    validate_every: int = 500
    checkpoint_minutes: float = 3.0
    max_minutes: float | None = None

    def __post_init__(self) -> None:
        """Check what concerns several keys.

        Raises:
            TrainingError: If a value is impossible.
        """
        if not self.stages:
            raise TrainingError("`stages`: expected at least one stage, got none")
        if self.dtype not in ("float32", "float64"):
            raise TrainingError(f"`dtype`: expected float32 or float64, got {self.dtype}")
        if self.optimizer.name not in ("adamw", "muon"):
            raise TrainingError(f"`optimizer.name`: expected adamw or muon, got {self.optimizer.name}")
        for stage in self.stages:
            self._check_stage(stage)

    def _check_stage(self, stage: StageConfig) -> None:
        where = f"`stages` ({stage.name})"
        if (stage.steps is None) == (stage.minutes is None):
            raise TrainingError(f"{where}: expected exactly one of `steps` and `minutes`")
        for name, repeats in stage.data.items():
            if name not in self.data:
                raise TrainingError(f"{where}: expected names of `data`, got {name}{_nearest(name, self.data)}")
            if repeats < 1:
                raise TrainingError(f"{where}: expected a number of repeats of at least 1, got {repeats} for {name}")
        if not stage.data:
            raise TrainingError(f"{where}: expected at least one set in `data`, got none")
        if stage.batch < 1:
            raise TrainingError(f"{where}: expected `batch` of at least 1, got {stage.batch}")

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
        content = yaml.safe_load(path.read_text())
    except yaml.YAMLError as error:
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
    values = _mapping(content, "configuration", TrainConfig)
    model = dict(_mapping(values.get("model"), "model", PetConfig))
    if "species" in model:
        if not isinstance(model["species"], list):
            raise TrainingError(f"`model.species`: expected a list of symbols, got {model['species']!r}")
        model["species"] = tuple(model["species"])
    data = {}
    for name, entry in _mapping(values.get("data"), "data", None).items():
        entry = dict(_mapping(entry, f"data.{name}", DataConfig))
        if "path" in entry:
            entry["path"] = (folder / str(entry["path"])).resolve()
        data[name] = _build(DataConfig, entry, f"data.{name}")
    stages = values.get("stages")
    if not isinstance(stages, Sequence) or isinstance(stages, str):
        raise TrainingError(f"`stages`: expected a list, got {stages!r}")
    values["stages"] = tuple(_build(StageConfig, stage, f"stages[{k}]") for k, stage in enumerate(stages))
    values["model"] = _build(PetConfig, model, "model")
    values["data"] = data
    values["loss"] = _build(LossConfig, values.get("loss", {}), "loss")
    values["optimizer"] = _build(OptimizerConfig, values.get("optimizer", {}), "optimizer")
    return _build(TrainConfig, values, "configuration")


def _mapping(content: object, where: str, cls: type[Any] | None) -> dict[str, Any]:
    if not isinstance(content, Mapping):
        raise TrainingError(f"`{where}`: expected a mapping of keys to values, got {content!r}")
    if cls is not None:
        known = [entry.name for entry in dataclasses.fields(cls)]
        for key in content:
            if key not in known:
                raise TrainingError(f"`{where}`: unknown key `{key}`{_nearest(str(key), known)}")
    return dict(content)


def _build(cls: type[_T], content: object, where: str) -> _T:
    values = _mapping(content, where, cls)
    try:
        for entry in dataclasses.fields(cls):  # type: ignore[arg-type]  # every cls here is a dataclass
            if entry.name in values:
                values[entry.name] = _typed(values[entry.name], str(entry.type), f"{where}.{entry.name}")
        return cls(**values)
    except TypeError as error:  # a key without a default is missing
        raise TrainingError(f"`{where}`: {str(error).split('() ')[-1]}") from error
    except ValueError as error:
        if isinstance(error, TrainingError):
            raise
        raise TrainingError(f"`{where}`: {error}") from error


def _typed(value: object, annotation: str, where: str) -> object:
    """Check numbers and strings; YAML reads ``1e-3`` as a string, which is meant as a number."""
    kinds = [kind.strip() for kind in annotation.split("|")]
    if value is None and "None" in kinds:
        return value
    if "float" in kinds and not isinstance(value, bool):
        try:
            return float(value)  # type: ignore[arg-type]  # whatever float() takes
        except (TypeError, ValueError) as error:
            raise TrainingError(f"`{where}`: expected a number, got {value!r}") from error
    if "int" in kinds and (isinstance(value, bool) or not isinstance(value, int)):
        raise TrainingError(f"`{where}`: expected an integer, got {value!r}")
    if annotation.startswith("dict") and not isinstance(value, Mapping):
        raise TrainingError(f"`{where}`: expected a mapping of keys to values, got {value!r}")
    if "str" in kinds and not isinstance(value, str):
        raise TrainingError(f"`{where}`: expected a string, got {value!r}")
    return value


def _nearest(name: str, known: Sequence[str] | Mapping[str, object]) -> str:
    matches = difflib.get_close_matches(name, list(known), n=1, cutoff=0.0)
    return f"; did you mean `{matches[0]}`?" if matches else ""
