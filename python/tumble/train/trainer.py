"""The training loop: stages, averaged weights, validation, checkpoints and exact resume.

Order of frames and rotations are functions of (seed, stage, step), so a checkpoint holds weights, optimizer and
running normalisations, and a run in pieces equals one long run wherever stages count steps.
"""

from __future__ import annotations

import copy
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from tumble.errors import DeviceError, TrainingError
from tumble.files import sha256
from tumble.model_file import DTYPES
from tumble.models.pet import Pet
from tumble.rotations import random_rotations
from tumble.train.checkpoint import (
    CHECKPOINT,
    METRICS,
    load_torch,
    save_metrics,
    save_model,
    save_torch,
)
from tumble.train.config import StageConfig, TrainConfig
from tumble.train.data import (
    Batch,
    Frame,
    collate,
    fit_baseline,
    load_frames,
    split_by_group,
)
from tumble.train.loss import HeldOutErrors, RunningLoss, measure, predict
from tumble.train.schedule import learning_rate, make_optimizers


@dataclass(frozen=True)
class Summary:
    """Outcome of a training.

    Attributes:
        finished: Whether all stages are done; if not, a further call continues.
        steps: Optimizer steps, all stages together.
        minutes: Time spent in training.
        metrics: Errors of the averaged weights on the held-out frames of each set of data.
        folder: Where checkpoint, model, metrics and summary are.
    """

    finished: bool
    steps: int
    minutes: float
    metrics: dict[str, HeldOutErrors]
    folder: Path


def train(config: TrainConfig, folder: str | Path) -> Summary:
    """Train a model, or continue its training from the checkpoint in the folder.

    The number of torch's threads is that of the configuration while this runs, and the caller's own afterwards.

    Args:
        config: Configuration.
        folder: Folder for all results, made if absent.

    Raises:
        FramesError: A file of data can't be read, or a label isn't finite.
        DeviceError: The device isn't there.
        TrainingError: Data can't be used, the checkpoint belongs to another configuration, or the loss isn't finite.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    threads = torch.get_num_threads()
    try:
        torch.set_num_threads(config.threads or threads)
        trainer = Trainer(config, folder)
        if (folder / CHECKPOINT).exists():
            trainer.restore()
        return trainer.run()
    finally:
        torch.set_num_threads(threads)


class Trainer:
    """State of one training."""

    def __init__(self, config: TrainConfig, folder: Path) -> None:
        """Read the data and set everything up at step zero.

        Raises:
            FramesError: A file of data can't be read, or a label isn't finite.
            DeviceError: The device isn't there.
            TrainingError: A frame can't be used.
        """
        self.config = config
        self.folder = folder
        self.device = _device(config.device)
        dtype = DTYPES[config.dtype]

        self.training: dict[str, list[Frame]] = {}
        self.validation: dict[str, list[Frame]] = {}
        for name, data in config.data.items():
            frames = load_frames(data.path, config.model.species, config.model.cutoff, data.group, dtype)
            self.training[name], self.validation[name] = split_by_group(frames, data.validation, config.seed)
        everything = [frame for frames in self.training.values() for frame in frames]
        self.baseline = fit_baseline(everything, len(config.model.species))
        self.validation_batches = {
            name: [_to(collate([frame], self.baseline), self.device) for frame in frames]
            for name, frames in self.validation.items()
            if frames
        }

        with torch.random.fork_rng(devices=[]):  # the caller's random numbers stay as they are
            torch.default_generator.manual_seed(config.seed)
            self.model = Pet(config.model).to(self.device, dtype)
        self.average = AveragedModel(self.model, multi_avg_fn=get_ema_multi_avg_fn(config.optimizer.average))  # type: ignore[no-untyped-call]
        self.optimizers = make_optimizers(self.model, config.optimizer)
        self.loss = RunningLoss(config.loss)
        self.stage = 0
        self.step = 0
        self.total_steps = 0
        self.stage_minutes = 0.0
        self.total_minutes = 0.0
        self.rows: list[dict[str, Any]] = []

    def run(self) -> Summary:
        """Go through the stages that are left, within this call's budget of time."""
        started = time.monotonic()
        saved = lap = started
        while self.stage < len(self.config.stages):
            stage = self.config.stages[self.stage]
            progress = self.progress(stage)
            if progress >= 1.0:
                if self.step % self.config.validate_every != 0:
                    self.validate(stage)
                self.stage, self.step, self.stage_minutes = self.stage + 1, 0, 0.0
                self.save()
                continue
            self.train_step(stage, progress)
            now = time.monotonic()
            self.stage_minutes += (now - lap) / 60.0
            self.total_minutes += (now - lap) / 60.0
            lap = now
            if self.step % self.config.validate_every == 0:
                self.validate(stage)
            if now - saved > 60.0 * self.config.checkpoint_minutes:
                self.save()
                saved = now
            if self.config.max_minutes is not None and now - started > 60.0 * self.config.max_minutes:
                break
        self.save()
        return self.finish()

    def progress(self, stage: StageConfig) -> float:
        """Return how much of the stage is done, from 0 to 1."""
        if stage.steps is not None:
            return self.step / max(stage.steps, 1)
        assert stage.minutes is not None  # the configuration has exactly one of the two
        return self.stage_minutes / stage.minutes

    def train_step(self, stage: StageConfig, progress: float) -> None:
        """Make one step of the optimizer.

        Raises:
            TrainingError: The loss isn't finite.
        """
        batch = _to(self.batch(stage), self.device)
        energies, forces = predict(self.model, batch, create_graph=True)
        loss = self.loss(batch, energies, forces)
        if not torch.isfinite(loss):
            raise TrainingError(
                f"stage {stage.name}, step {self.step}: expected a finite loss, got {loss.item()}; "
                "lower `learning_rate` or raise `warmup`"
            )
        for optimizer in self.optimizers:
            optimizer.zero_grad()
            for group in optimizer.param_groups:
                group["lr"] = learning_rate(stage, progress)
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.config.optimizer.clip)
        for optimizer in self.optimizers:
            optimizer.step()
        self.average.update_parameters(self.model)
        self.step += 1
        self.total_steps += 1

    def batch(self, stage: StageConfig) -> Batch:
        """Return the batch of this step: frames in the order of the epoch, each in a random frame of reference."""
        frames = [f for name, repeats in stage.data.items() for f in self.training[name] * repeats]
        rng = np.random.default_rng((self.config.seed, self.stage, self.step))
        chosen = []
        for sample in range(self.step * stage.batch, (self.step + 1) * stage.batch):
            epoch, position = divmod(sample, len(frames))
            order = np.random.default_rng((self.config.seed, self.stage, epoch, 1)).permutation(len(frames))
            chosen.append(frames[order[position]])
        return collate(chosen, self.baseline, random_rotations(len(chosen), rng))

    def validate(self, stage: StageConfig) -> None:
        """Measure the averaged weights on the held-out frames; add a row to the metrics and a line to the log."""
        row: dict[str, Any] = {
            "stage": stage.name,
            "step": self.total_steps,
            "minutes": self.total_minutes,
            "learning_rate": learning_rate(stage, self.progress(stage)),
            "train_energy_rmse": 1000.0 * (self.loss.energy or 0.0) ** 0.5,
            "train_force_rmse": 1000.0 * (self.loss.forces or 0.0) ** 0.5,
        }
        for name, errors in self.errors().items():
            row.update({f"{name}_{key}": value for key, value in asdict(errors).items()})
        self.rows.append(row)
        save_metrics(self.folder / METRICS, self.rows)
        shown = (f"{key} {value:.4g}" for key, value in row.items() if isinstance(value, float))
        print(
            f"{stage.name} step {self.step} ({100 * self.progress(stage):.0f} %)", *shown, file=sys.stderr, flush=True
        )

    def errors(self) -> dict[str, HeldOutErrors]:
        """Return the errors of the averaged weights on each set's held-out frames."""
        self.average.eval()
        return {name: measure(self.average.module, batches) for name, batches in self.validation_batches.items()}

    def save(self) -> None:
        """Write the checkpoint."""
        save_torch(
            self.folder / CHECKPOINT,
            {
                "config": _resumable(self.config),
                "model": self.model.state_dict(),
                "average": self.average.state_dict(),
                "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
                "loss": [self.loss.energy, self.loss.forces],
                "stage": [self.stage, self.step, self.total_steps],
                "minutes": [self.stage_minutes, self.total_minutes],
                "rows": self.rows,
            },
        )

    def restore(self) -> None:
        """Continue from the checkpoint.

        Raises:
            TrainingError: It belongs to another configuration.
        """
        path = self.folder / CHECKPOINT
        state = load_torch(path)
        ours, theirs = _resumable(self.config), state.get("config", {})
        changed = sorted(key for key in ours.keys() | theirs.keys() if ours.get(key) != theirs.get(key))
        if changed:
            raise TrainingError(
                f"`{path}`: expected a checkpoint of this configuration, got another `{'`, `'.join(changed)}`; "
                "use another folder, or remove the checkpoint to start anew"
            )
        self.model.load_state_dict(state["model"])
        self.average.load_state_dict(state["average"])
        for optimizer, saved in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(saved)
        self.loss.energy, self.loss.forces = state["loss"]
        self.stage, self.step, self.total_steps = state["stage"]
        self.stage_minutes, self.total_minutes = state["minutes"]
        self.rows = state["rows"]

    def finish(self) -> Summary:
        """Write the model with the averaged weights, and the summary."""
        errors = self.errors()
        finished = self.stage == len(self.config.stages)
        summary = {
            "finished": finished,
            "steps": self.total_steps,
            "minutes": round(self.total_minutes, 2),
            "parameters": sum(p.numel() for p in self.model.parameters()),
            "metrics": {name: asdict(value) for name, value in errors.items()},
            "data": [
                {
                    "name": name,
                    "file": data.path.name,
                    "sha256": sha256(data.path),
                    "frames": {"training": len(self.training[name]), "validation": len(self.validation[name])},
                }
                for name, data in self.config.data.items()
            ],
            "seed": self.config.seed,
            "configuration": self.config.to_dict(),
            "versions": {"torch": str(torch.__version__)},
        }
        state = {k: v.detach().cpu() for k, v in copy.copy(self.average.module).state_dict().items()}
        save_model(self.folder, self.config.model, state, self.baseline, summary)
        return Summary(finished, self.total_steps, self.total_minutes, errors, self.folder)


def _resumable(config: TrainConfig) -> dict[str, Any]:
    """Return what must not change between the pieces of a run."""
    plain = config.to_dict()
    for key in ("max_minutes", "threads", "device", "checkpoint_minutes"):
        del plain[key]
    return plain


def _device(name: str) -> torch.device:
    """The device of a configuration, whose words are the core's."""
    gpus = torch.cuda.device_count()
    if name == "auto":
        return torch.device("cuda" if gpus > 0 else "cpu")
    device = torch.device(name)
    if device.type == "cuda" and (device.index or 0) >= gpus:
        raise DeviceError(f"`device` {name}: torch sees {gpus} GPU{'' if gpus == 1 else 's'}; use cpu or auto")
    return device


def _to(batch: Batch, device: torch.device) -> Batch:
    return Batch(**{name: value.to(device) for name, value in vars(batch).items()})
