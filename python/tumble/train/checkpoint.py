"""Files that a training leaves: checkpoints, the final model, metrics and the summary; each is written atomically."""

from __future__ import annotations

import csv
import io
import json
import pickle
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from tumble.errors import TrainingError
from tumble.files import write_atomically
from tumble.models.pet import Pet, PetConfig

CHECKPOINT = "checkpoint.pt"
MODEL = "model.pt"
METRICS = "metrics.csv"
SUMMARY = "train_summary.json"


@dataclass(frozen=True)
class TrainedModel:
    """A trained model and what an export needs to know about it.

    Attributes:
        model: The model, with averaged weights, in evaluation mode.
        config: Its sizes and species.
        baseline: Energy of each species [S], eV.
        summary: Contents of ``train_summary.json``.
    """

    model: Pet
    config: PetConfig
    baseline: list[float]
    summary: dict[str, Any]


def save_torch(path: Path, content: dict[str, Any]) -> None:
    """Save tensors and plain containers."""
    buffer = io.BytesIO()
    torch.save(content, buffer)
    write_atomically(path, buffer.getvalue())


def load_torch(path: Path) -> dict[str, Any]:
    """Load what `save_torch` saved.

    Raises:
        TrainingError: The file isn't such a file.
    """
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except (RuntimeError, EOFError, OSError, ValueError, pickle.UnpicklingError) as error:
        raise TrainingError(f"`{path}`: expected a checkpoint of a training, got {error}") from error
    if not isinstance(content, dict):
        raise TrainingError(f"`{path}`: expected a checkpoint of a training, got {type(content).__name__}")
    return content


def save_metrics(path: Path, rows: list[dict[str, Any]]) -> None:
    """Write rows of metrics, all with the same keys, as CSV."""
    buffer = io.StringIO()
    if rows:
        writer = csv.DictWriter(buffer, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        for row in rows:
            writer.writerow({k: f"{v:.6g}" if isinstance(v, float) else v for k, v in row.items()})
    write_atomically(path, buffer.getvalue().encode())


def save_model(folder: Path, config: PetConfig, state: dict[str, Tensor], baseline: Tensor, summary: Any) -> None:
    """Write the final model and the summary."""
    content = {
        "model": {**asdict(config), "species": list(config.species)},
        "state": state,
        "baseline": baseline.tolist(),
        "summary": summary,
    }
    save_torch(folder / MODEL, content)
    write_atomically(folder / SUMMARY, (json.dumps(summary, indent=1) + "\n").encode())


def load_trained(path: str | Path) -> TrainedModel:
    """Load a ``model.pt`` of a training, in the precision that it was trained in.

    Raises:
        TrainingError: The file isn't one.
    """
    content = load_torch(Path(path))
    missing = {"model", "state", "baseline", "summary"} - set(content)
    if missing:
        raise TrainingError(f"`{path}`: expected a trained model, got a file without {sorted(missing)}")
    config = PetConfig(**{**content["model"], "species": tuple(content["model"]["species"])})
    model = Pet(config).to(next(iter(content["state"].values())).dtype)
    model.load_state_dict(content["state"])
    return TrainedModel(model.eval(), config, content["baseline"], content["summary"])
