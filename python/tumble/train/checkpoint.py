"""Files that a training writes: checkpoints, the final model, metrics and the summary; all are written atomically."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from tumble import _core
from tumble.errors import TrainingError, TrainingSettingError
from tumble.files import write_atomically
from tumble.models.registry import ModelConfig, build_network
from tumble.train.config import MODEL, TrainConfig, config_from_mapping
from tumble.train.model_section import plain_model, read_model

CHECKPOINT = "checkpoint.pt"
PREVIOUS = "checkpoint.previous.pt"  # the checkpoint before, in case the last one is damaged
METRICS = "metrics.csv"
LEARNING_CURVE = "learning_curve.png"
SUMMARY = "train_summary.json"

# Keys of every checkpoint. Keys that later versions have added may be missing.
_CONTENT = {"config", "model", "average", "optimizers", "loss", "stage", "minutes", "rows"}


@dataclass(frozen=True)
class TrainedModel:
    """A trained model with the data that an export needs.

    Attributes:
        model: The model, with averaged weights, in evaluation mode.
        config: Sizes and species of the model.
        depth: Range of an atomic energy, in cutoffs.
        baseline: Energy of each species [S], eV.
        summary: Contents of ``train_summary.json``.
    """

    model: nn.Module
    config: ModelConfig
    depth: int
    baseline: list[float]
    summary: dict[str, Any]


def write(path: Path, content: bytes) -> None:
    """Write a file atomically.

    Raises:
        OSError: If the file can't be written, as on a full disk; the error names the file, which then stays unchanged.
    """
    try:
        write_atomically(path, content)
    except OSError as error:
        raise OSError(error.errno, f"{error.strerror}; `{path.name}` is unchanged", str(path)) from error


def save_torch(path: Path, content: dict[str, Any]) -> None:
    """Save tensors and plain containers to a file, atomically."""
    buffer = io.BytesIO()
    torch.save(content, buffer)
    write(path, buffer.getvalue())


def load_torch(path: Path) -> dict[str, Any]:
    """Return the content of a file of `save_torch`.

    Raises:
        TrainingError: If the file isn't one of `save_torch`, or is damaged.
        OSError: If the file can't be read.
    """
    if not zipfile.is_zipfile(path):  # torch's reader of other formats raises any kind of error
        raise TrainingError(
            f"`{path}`: expected a checkpoint of a training, got a file that torch didn't save, or that is damaged"
        )
    damage = _core.damage_of_archive(str(path))  # torch itself compares no checksums
    if damage:
        raise TrainingError(f"`{path}`: expected a checkpoint of a training, got a damaged one ({damage})")
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except OSError:
        raise
    # An unpickler raises any kind of error. Its message isn't shown, since it advises to trust the file.
    except Exception as error:
        raise TrainingError(
            f"`{path}`: expected a checkpoint of a training, got a file with content other than numbers, texts "
            f"and tensors ({type(error).__name__})"
        ) from error
    if not isinstance(content, dict):
        raise TrainingError(f"`{path}`: expected a checkpoint of a training, got {type(content).__name__}")
    return content


def save_checkpoint(folder: Path, content: dict[str, Any]) -> None:
    """Write the checkpoint of a folder and keep the previous one.

    The folder contains a complete checkpoint at all times.

    Raises:
        OSError: If a file can't be written; the last checkpoint then stays.
    """
    last, previous = folder / CHECKPOINT, folder / PREVIOUS
    if last.exists():
        kept = folder / f"{PREVIOUS}.{os.getpid()}.tmp"
        kept.unlink(missing_ok=True)
        try:
            _duplicate(last, kept)
            kept.replace(previous)
        finally:
            kept.unlink(missing_ok=True)
    save_torch(last, content)


def _duplicate(source: Path, target: Path) -> None:
    """Link a file to another name or, on file systems without hard links, copy it."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def load_checkpoint(folder: Path, config: TrainConfig) -> dict[str, Any]:
    """Return the checkpoint of a folder; empty if there is none.

    Raises:
        TrainingError: If the file isn't a checkpoint or is damaged, or if the checkpoint or, without one, other results
            in the folder belong to another configuration.
    """
    path = folder / CHECKPOINT
    if not path.exists():
        _check_results(folder, config)
        return {}
    try:
        saved = load_torch(path)
    except TrainingError as error:
        if not (folder / PREVIOUS).exists():
            raise
        raise TrainingError(f"{error}; to go on from the one before: mv `{folder / PREVIOUS}` `{path}`") from error
    missing = _CONTENT - set(saved)
    if missing:
        raise TrainingError(f"`{path}`: expected a checkpoint of a training, got a file without {sorted(missing)}")
    # Keys of the configuration that are newer than the checkpoint have their defaults there.
    try:
        theirs = config_from_mapping(saved["config"], folder)
    except TrainingSettingError as error:
        raise TrainingError(
            f"`{path}`: expected a checkpoint of this version of Tumble, got another: {error}"
        ) from error
    changed = _changed(config, theirs)
    if changed:
        raise TrainingSettingError(
            f"`{path}`: expected a checkpoint of this configuration, got another `{'`, `'.join(changed)}`; "
            "use another folder, or `--restart` to start anew and replace what is there"
        )
    return saved


def _check_results(folder: Path, config: TrainConfig) -> None:
    """Refuse a folder without a checkpoint that contains results which can't be continued.

    Raises:
        TrainingError: If there is only the previous checkpoint, or the result of another configuration.
    """
    if (folder / PREVIOUS).exists():
        raise TrainingError(
            f"`{folder}`: expected a `{CHECKPOINT}` with `{PREVIOUS}`, got none; rename that to go on from it, or use "
            "`--restart` to start anew"
        )
    path = folder / SUMMARY
    if not path.exists():
        return
    try:
        theirs = config_from_mapping(json.loads(path.read_bytes())["configuration"], folder)
    except (ValueError, KeyError, TypeError, TrainingError):
        changed = ["configuration"]
    else:
        changed = _changed(config, theirs)
        if config.model is None and "model" in changed:  # the summary has the sizes of the initial model there
            changed.remove("model")
    if changed:
        raise TrainingSettingError(
            f"`{folder}`: expected a folder for this configuration, got the result of another "
            f"`{'`, `'.join(changed)}`; use another folder, or `--restart` to replace it"
        )


def remove_checkpoints(folder: Path) -> None:
    """Remove the checkpoints, and the summary that identifies the training of the folder."""
    for name in (CHECKPOINT, PREVIOUS, SUMMARY):
        (folder / name).unlink(missing_ok=True)


def _changed(config: TrainConfig, other: TrainConfig) -> list[str]:
    """Return the keys that differ although they must not change when a training continues."""
    ours, theirs = resumable(config), resumable(other)
    return [key for key in sorted(ours) if ours[key] != theirs[key]]


def resumable(config: TrainConfig) -> dict[str, Any]:
    """Return the part of a configuration that must not change when a training continues."""
    plain = config.to_dict()
    for key in ("max_minutes", "threads", "device", "checkpoint_minutes"):
        del plain[key]
    return plain


def save_metrics(path: Path, rows: list[dict[str, Any]]) -> None:
    """Write rows of metrics as CSV; a cell is empty if its row lacks the key."""
    buffer = io.StringIO()
    if rows:
        names = list(dict.fromkeys(key for row in rows for key in row))
        writer = csv.DictWriter(buffer, fieldnames=names, lineterminator="\n")
        writer.writeheader()
        for row in rows:
            writer.writerow({k: f"{v:.6g}" if isinstance(v, float) else v for k, v in row.items()})
    write(path, buffer.getvalue().encode())


def save_model(folder: Path, config: ModelConfig, state: dict[str, Tensor], baseline: Tensor, summary: Any) -> None:
    """Write the final model and the summary."""
    content = {
        "model": plain_model(config),
        "state": state,
        "baseline": baseline.tolist(),
        "summary": summary,
    }
    save_torch(folder / MODEL, content)
    write(folder / SUMMARY, (json.dumps(summary, indent=1) + "\n").encode())


def load_trained(path: str | Path) -> TrainedModel:
    """Return the model of a ``model.pt`` of a training, in the precision of the training.

    Raises:
        TrainingError: If the file isn't a `model.pt`, is damaged, or belongs to another architecture.
    """
    content = load_torch(Path(path))
    missing = {"model", "state", "baseline", "summary"} - set(content)
    if missing and set(content) >= _CONTENT:
        raise TrainingError(
            f"`{path}`: expected a trained model, got the checkpoint of a training; give its folder, or the "
            f"`{MODEL}` in it"
        )
    if missing:
        raise TrainingError(f"`{path}`: expected a trained model, got a file without {sorted(missing)}")
    try:
        config = read_model(content["model"], "model", Path())
    except TrainingSettingError as error:
        raise TrainingError(f"`{path}`: expected a model of this version of Tumble, got another: {error}") from error
    model = build_network(config).to(next(iter(content["state"].values())).dtype)
    load_weights(model, content["state"], path)
    depth: int = model.depth  # type: ignore[assignment]  # modules of the registry have this attribute
    return TrainedModel(model.eval(), config, depth, content["baseline"], content["summary"])


def load_weights(module: nn.Module, state: dict[str, Tensor], path: str | Path) -> None:
    """Load the weights from a file into a module.

    Raises:
        TrainingError: If the weights belong to another architecture.
    """
    try:
        module.load_state_dict(state)
    except RuntimeError as error:
        raise TrainingError(
            f"`{path}`: expected weights for a model of these sizes in this version of Tumble, got weights "
            f"of another architecture; {' '.join(str(error).split())}"
        ) from error
