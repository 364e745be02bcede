"""The summary of a training, as it is returned and as the contents of `train_summary.json`."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from tumble.metadata import DataSource
from tumble.train.config import TrainConfig
from tumble.train.held_out_errors import HeldOutErrors
from tumble.train.sets import Sets


@dataclass(frozen=True)
class Summary:
    """Summary of a training.

    Attributes:
        finished: Whether all stages are done; if not, a further call continues the training.
        steps: Number of optimizer steps in all stages together.
        minutes: Time spent in training.
        metrics: Errors of the averaged weights on the held-out frames of each set of data; empty if they weren't
            measured, as after an interruption.
        folder: Folder of the checkpoint, the model, the metrics and the summary.
        test: Errors of the finished model on the test frames of each set; empty before.
    """

    finished: bool
    steps: int
    minutes: float
    metrics: dict[str, HeldOutErrors]
    folder: Path
    test: dict[str, HeldOutErrors] = field(default_factory=dict)


def document(
    summary: Summary,
    config: TrainConfig,
    sets: Sets,
    digests: dict[str, str],
    parameters: int,
    initial: dict[str, Any] | None,
) -> dict[str, Any]:
    """Return the contents of ``train_summary.json``.

    Args:
        summary: Summary.
        config: Configuration with the sizes of the model.
        sets: Sets of frames.
        digests: SHA-256 hash of each set's file.
        parameters: Number of weights.
        initial: File, SHA-256 hash and data of the initial model, or None.
    """
    return {
        "finished": summary.finished,
        "steps": summary.steps,
        "minutes": round(summary.minutes, 2),
        "parameters": parameters,
        "metrics": {name: errors.to_dict() for name, errors in summary.metrics.items()},
        "test": {name: errors.to_dict() for name, errors in summary.test.items()},
        "data": [
            {
                "name": name,
                "file": data.path.name,
                "sha256": digests[name],
                "frames": {
                    "training": len(sets.training[name]),
                    "validation": len(sets.held_out[name]),
                    "test": len(sets.test[name]),
                },
            }
            for name, data in config.data.items()
        ],
        "initial": initial,
        "seed": config.seed,
        "configuration": config.to_dict(),
        "versions": {"torch": str(torch.__version__)},
    }


def progress(summary: dict[str, Any]) -> str:
    """Return the progress of a training as text, such as `12 of 100 steps`.

    A stage with patience may have ended early, so a finished training may have fewer steps than planned.

    Args:
        summary: Contents of ``train_summary.json``.
    """
    stages = summary["configuration"].get("stages", [])
    for unit, done in (("steps", f"{summary['steps']}"), ("minutes", f"{summary['minutes']:g}")):
        lengths = [stage.get(unit) for stage in stages]
        if lengths and None not in lengths:
            return f"{done} of {sum(lengths):g} {unit}"
    return f"{summary['steps']} steps in {summary['minutes']:g} minutes"


def data_sources(summary: dict[str, Any]) -> list[DataSource]:
    """Return `name`, `sha256` and number of training `frames` of each file on which the weights were trained.

    The files of the initial model count, too; sets for validation alone don't.

    Args:
        summary: Contents of ``train_summary.json``.
    """
    own = [
        DataSource(name=entry["file"], sha256=entry["sha256"], frames=entry["frames"]["training"])
        for entry in summary["data"]
        if entry["frames"]["training"] > 0
    ]
    known = {entry["sha256"] for entry in own}
    initial = summary.get("initial") or {}
    earlier: list[DataSource] = initial.get("data", [])  # absent in summaries of earlier versions
    return own + [entry for entry in earlier if entry["sha256"] not in known]
