"""The section `model` of a configuration, in plain containers and as the sizes of one architecture.

Checkpoints, trained models and model files contain the same mapping. Without the key `kind`, as in files of earlier
versions, it describes a PET model.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from tumble.errors import ConfigurationError, TrainingSettingError
from tumble.mapping import build
from tumble.models.registry import ARCHITECTURES, DEFAULT_KIND, ModelConfig, architecture, kind_of
from tumble.train.targets import DIPOLE, Target


def read_model(content: object, where: str, folder: Path) -> ModelConfig:
    """Return the sizes of a model from a mapping with the key `kind` and the sizes of that architecture.

    Args:
        content: Mapping.
        where: Name of the mapping in messages.
        folder: Folder to which file names are relative.

    Raises:
        TrainingSettingError: If the kind, a key or a value is invalid.
    """
    if not isinstance(content, Mapping):
        raise TrainingSettingError(f"`{where}`: expected a mapping of keys to values, got {content!r}")
    sizes = dict(content)
    kind = str(sizes.pop("kind", DEFAULT_KIND))
    try:
        cls = architecture(kind).config
    except ConfigurationError as error:
        raise TrainingSettingError(f"`{where}`: {error}") from error
    _check_kind(sizes, kind, where)
    try:
        config: ModelConfig = build(cls, sizes, folder, where)
    except ConfigurationError as error:
        raise TrainingSettingError(str(error)) from error
    return config


def _check_kind(sizes: Mapping[Any, object], kind: str, where: str) -> None:
    """Refuse keys of another kind, since the word `kind` is easily forgotten."""
    for key in [key for key in sizes if key not in _keys(kind)]:
        for other in ARCHITECTURES:
            if key in _keys(other):
                raise TrainingSettingError(
                    f"`{where}`: expected keys of `kind: {kind}`, got `{key}`, which belongs to `kind: {other}`"
                )


def _keys(kind: str) -> list[str]:
    """Return the keys of a kind; none if it lacks a package."""
    try:
        return [field.name for field in fields(architecture(kind).config)]
    except ConfigurationError:
        return []


def plain_model(config: ModelConfig) -> dict[str, Any]:
    """Return the mapping of a model's sizes in plain containers, as JSON would."""
    sizes: dict[str, Any] = json.loads(json.dumps(asdict(config)))  # type: ignore[call-overload]  # a dataclass
    return {"kind": kind_of(config), **sizes}


def require_outputs(config: ModelConfig, targets: Collection[Target], initial: str | None = None) -> None:
    """Check that a model has the outputs that are trained.

    Args:
        config: Sizes of the model.
        targets: What is trained.
        initial: The model that the sizes are from, if there is one.

    Raises:
        TrainingSettingError: If it has no dipole, but this is a target.
    """
    if DIPOLE not in targets or "dipole" in config.outputs:
        return
    kind = kind_of(config)
    settable = any(field.name == "outputs" for field in fields(config))  # type: ignore[arg-type]  # a dataclass
    cure = "put `outputs: [dipole]` there" if settable else "take another `kind`"
    if initial is not None:
        cure = f"start from another model than `{initial}`, or leave `initial` out"
    raise TrainingSettingError(
        f"`loss.dipole`: expected a `model` with the output `dipole`, got one of kind {kind} without it; {cure}"
    )
