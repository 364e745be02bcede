"""Configuration of a training: a YAML file, which is read into frozen dataclasses and checked here, once.

`tumble.mapping` reads keys and types. `tumble.train.sections` defines the sections, which check their own
ranges. File names are relative to the folder of the configuration. Units: Å, eV, eV/Å, minutes.
"""

from __future__ import annotations

import dataclasses
import json
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import yaml

from tumble.errors import ConfigurationError, TrainingError, TrainingSettingError
from tumble.hints import nearest_name
from tumble.mapping import build
from tumble.model_file import DTYPES
from tumble.models.registry import ModelConfig
from tumble.registry import SUFFIX
from tumble.structures import unknown_elements
from tumble.train.model_section import plain_model, read_model
from tumble.train.sections import DataConfig, LossConfig, OptimizerConfig, StageConfig, require
from tumble.train.targets import DIPOLE

MOST_THREADS = 1024  # more may overflow the stack of an OpenMP library, which ends the process silently
MODEL = "model.pt"  # name of the trained model in the folder of a training


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    """Configuration of a training.

    Attributes:
        model: Sizes and species of the model, of any kind (`tumble.models.registry`); None takes them from `initial`.
        data: Files of frames, by name.
        stages: Stages, in order.
        loss: Weights of the loss.
        optimizer: Optimizer.
        initial: Model whose weights and baseline the training starts from: another training (its folder or `model.pt`)
            or a model file (its path, or the name of an installed model). None for random weights.
        seed: Seed of the weights, the order of frames and the rotations.
        split_seed: Seed of the split and of the rotations for `validate_rotations`; None for `seed`.
        dtype: ``float32`` or ``float64``.
        device: ``auto``, ``cpu``, ``cuda`` or ``cuda:N``.
        threads: Number of torch's threads; None for its default.
        compile: Whether to compile the training step (`tumble.train.compiled`), on a CPU only.
        rotate: Whether each structure is turned by a random rotation each time that it is used.
        validate_every: Steps between validations.
        validate_rotations: Number of random rotations that measure the symmetry error on the held-out frames at each
            validation; 0 for none.
        checkpoint_minutes: Time between checkpoints.
        max_minutes: Wall time after which this call writes a checkpoint and returns; a later call continues.
    """

    model: Annotated[ModelConfig, read_model] | None = None
    data: dict[str, DataConfig]
    stages: tuple[StageConfig, ...]
    loss: LossConfig = field(default_factory=LossConfig)
    optimizer: OptimizerConfig = field(default_factory=OptimizerConfig)
    initial: str | None = None
    seed: int = 0
    split_seed: int | None = None
    dtype: str = "float32"
    device: str = "auto"
    threads: int | None = None
    compile: bool = False
    rotate: bool = True
    validate_every: int = 500
    validate_rotations: int = 0
    checkpoint_minutes: float = 3.0
    max_minutes: float | None = None

    def __post_init__(self) -> None:
        """Check the ranges and the conditions on several keys.

        Raises:
            TrainingSettingError: If a value is impossible.
        """
        if self.model is None and self.initial is None:
            raise TrainingSettingError(
                "`configuration`: expected a key `model`, or `initial` to take it from, got neither"
            )
        unknown = unknown_elements(self.model.species) if self.model is not None else []
        if unknown:
            raise TrainingSettingError(f"`model.species`: expected chemical symbols such as `O`, got `{unknown[0]}`")
        if not self.stages:
            raise TrainingSettingError("`stages`: expected at least one stage, got none")
        validates = any(data.validates for data in self.data.values())
        for stage in self.stages:
            for name in stage.data:
                if name not in self.data:
                    hint = nearest_name(name, self.data, "sets")
                    raise TrainingSettingError(f"`stages` ({stage.name}): expected names of `data`, got `{name}`{hint}")
                if self.data[name].role != "train":
                    raise TrainingSettingError(
                        f"`stages` ({stage.name}): expected sets to train on, got `{name}`, whose `role` is "
                        f"{self.data[name].role}"
                    )
            if stage.patience is not None and not validates:
                raise TrainingSettingError(
                    f"`stages` ({stage.name}): `patience`: expected held-out frames, got none; give a set `validation` "
                    "or the `role` validate"
                )
        used = {name for stage in self.stages for name in stage.data}
        for name, data in self.data.items():
            if data.role == "train" and name not in used:
                raise TrainingSettingError(
                    f"`data.{name}`: expected a stage that uses it, or `role: validate` or `test`, got neither"
                )
        if self.validate_rotations > 0 and not any(data.holds_out for data in self.data.values()):
            raise TrainingSettingError(
                "`validate_rotations`: expected held-out frames, got none; give a set `validation` or the role validate"
            )
        if self.validate_rotations > 0 and self.loss.judged is DIPOLE:
            raise TrainingSettingError("`validate_rotations`: expected 0 in a training of dipoles alone, got more")
        if self.loss.rotations > 1 and not self.rotate:
            raise TrainingSettingError(
                "`loss.variance`: expected 0 with `rotate: no`, since there are no rotations, got more"
            )
        require("seed", self.seed, 0 <= self.seed < 2**63, "0 to 2^63 - 1")
        require("split_seed", self.split_seed, self.split_seed is None or 0 <= self.split_seed < 2**63, "0 to 2^63 - 1")
        require("dtype", self.dtype, self.dtype in DTYPES, " or ".join(DTYPES))
        known_device = re.fullmatch(r"auto|cpu|cuda(:\d{1,3})?", self.device) is not None
        require("device", self.device, known_device, "auto, cpu, cuda or cuda:N")
        require(
            "threads", self.threads, self.threads is None or 1 <= self.threads <= MOST_THREADS, f"1 to {MOST_THREADS}"
        )
        require("validate_every", self.validate_every, self.validate_every >= 1, "at least 1 step")
        rotations = self.validate_rotations
        require("validate_rotations", rotations, rotations >= 2 or rotations == 0, "0, or at least 2")
        require("checkpoint_minutes", self.checkpoint_minutes, self.checkpoint_minutes >= 0.0, "at least 0")
        require("max_minutes", self.max_minutes, self.max_minutes is None or self.max_minutes >= 0.0, "at least 0")

    @property
    def seed_of_split(self) -> int:
        """Seed of the split and the rotations of validation, which trainings must share to be comparable."""
        return self.seed if self.split_seed is None else self.split_seed

    def to_dict(self) -> dict[str, Any]:
        """Return the configuration in plain containers, as JSON would, with paths as strings."""
        plain: dict[str, Any] = json.loads(json.dumps(dataclasses.asdict(self), default=str))
        return {**plain, "model": None if self.model is None else plain_model(self.model)}


def read_config(path: str | Path) -> TrainConfig:
    """Read and check a configuration file.

    Raises:
        TrainingError: If there is no such file.
        TrainingSettingError: If it isn't a YAML mapping, or a key or value is invalid.
        OSError: If the file can't be read.
    """
    path = Path(path)
    if path.is_dir() or not path.exists():
        got = "a folder" if path.is_dir() else "no such file"
        raise TrainingError(f"`{path}`: expected the configuration of a training in YAML, got {got}")
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise TrainingSettingError(f"`{path}`: expected YAML, got {error}") from error
    return config_from_mapping(content, path.parent)


def config_from_mapping(content: object, folder: Path) -> TrainConfig:
    """Return a configuration from nested mappings.

    Args:
        content: Content of the YAML file.
        folder: Folder to which file names are relative.

    Raises:
        TrainingSettingError: If a key or value is invalid; for an unknown key the message names the most similar one.
    """
    try:
        config = build(TrainConfig, content, folder)
    except ConfigurationError as error:
        raise TrainingSettingError(str(error)) from error
    if config.initial is None:
        return config
    return dataclasses.replace(config, initial=_initial(config.initial, folder))


def _initial(text: str, folder: Path) -> str:
    """Return the absolute path of an initial model or the name of an installed one, depending on the text alone.

    Existing files don't matter, so that no file hides an installed model, and a training resumes even if the file of
    its initial model is gone.
    """
    is_path = os.sep in text or text.endswith(SUFFIX)
    return str((folder / text).resolve()) if is_path else text
