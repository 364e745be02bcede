"""The training loop: stages, averaged weights, validation, checkpoints and exact resume.

The order of frames and the rotations are functions of (seed, stage, step). So a checkpoint only needs the weights, the
state of the optimizer and the running normalizations, and an interrupted training gives the same result as an
uninterrupted one if its stages count steps.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from tumble.errors import DeviceError, TrainingError, TrainingSettingError
from tumble.interruption import PendingSignal, signals_deferred
from tumble.model_file import DTYPES
from tumble.train.batches import Batch, to_device
from tumble.train.checkpoint import (
    CHECKPOINT,
    LEARNING_CURVE,
    METRICS,
    load_checkpoint,
    load_weights,
    remove_checkpoints,
    resumable,
    save_checkpoint,
    save_metrics,
    save_model,
)
from tumble.train.config import TrainConfig
from tumble.train.data import fit_baseline
from tumble.train.held_out_errors import HeldOutErrors
from tumble.train.initial import load_initial
from tumble.train.learning_curve import draw
from tumble.train.lock import locked
from tumble.train.loss import RunningLoss, running_values
from tumble.train.memory import built, memory_explained
from tumble.train.model_section import plain_model, read_model, require_outputs
from tumble.train.patience import Best, updated
from tumble.train.prediction import Prediction, predict
from tumble.train.progress import ProgressLine
from tumble.train.sampling import Sampler
from tumble.train.schedule import learning_rate, make_optimizers
from tumble.train.sections import StageConfig
from tumble.train.sets import digests, load_sets
from tumble.train.summary import Summary, document
from tumble.train.targets import FORCES
from tumble.train.validation import measured, prepared


def train(config: TrainConfig, folder: str | Path, *, restart: bool = False) -> Summary:
    """Train a model, or continue its training from the checkpoint in the folder.

    Torch uses the number of threads of the configuration during the training, and the caller's number afterwards. After
    Ctrl-C or a signal that ends the process, the current step is finished, and a checkpoint and the model are written.

    Args:
        config: Configuration.
        folder: Folder for all results, made if absent.
        restart: Whether to start anew and replace the results of another training in the folder.

    Raises:
        FramesError: If a file of data can't be read, or a label isn't finite.
        DeviceError: If the device doesn't exist.
        CheckpointError, ModelFileError: If the initial model doesn't exist or is damaged.
        TrainingError: If data can't be used, if the initial model or the content of the folder belongs to another
            configuration or is damaged, if another process trains in the folder, if memory runs out, or if the loss or
            an error isn't finite.
        OSError: If a file can't be written; the last checkpoint stays.
        KeyboardInterrupt: If Ctrl-C interrupts it; `tumble.interruption.Terminated` if another signal does.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    threads = torch.get_num_threads()
    with locked(folder):
        try:
            torch.set_num_threads(config.threads or threads)
            trainer = Trainer(config, folder, restart=restart)
            if restart:  # only now, so that wrong data or a wrong initial model don't delete results
                remove_checkpoints(folder)
            return trainer.run()
        finally:
            torch.set_num_threads(threads)


class Trainer:
    """State of one training."""

    def __init__(self, config: TrainConfig, folder: Path, *, restart: bool = False) -> None:
        """Read the data, and prepare step zero or, without `restart`, the state in the folder's checkpoint.

        Raises:
            FramesError: If a file of data can't be read, or a label isn't finite.
            DeviceError: If the device doesn't exist.
            CheckpointError, ModelFileError: If the initial model doesn't exist or is damaged.
            TrainingError: If a frame can't be used, or the initial model or the checkpoint belongs to another
                configuration.
        """
        self.started_at = time.monotonic()
        self.config = config
        self.folder = folder
        self.device = _device(config.device)
        self.line = ProgressLine()
        self.loss = RunningLoss(config.loss)
        self.stage = 0
        self.step = 0
        self.total_steps = 0
        self.stage_minutes = 0.0
        self.total_minutes = 0.0
        self.rows: list[dict[str, Any]] = []
        self.best: Best | None = None
        self.measured: dict[str, HeldOutErrors] | None = None  # errors of the present weights

        saved = {} if restart else load_checkpoint(folder, config)
        with torch.random.fork_rng(devices=[]):  # the caller's random numbers stay unchanged
            torch.default_generator.manual_seed(config.seed)
            self.build(saved)
        if saved:
            self.restore(saved)

    def build(self, saved: dict[str, Any]) -> None:
        """Read the data and make the model with its initial weights.

        Args:
            saved: Checkpoint, empty at the start. It contains sizes and baseline, so the initial model isn't read
                again.
        """
        config, dtype = self.config, DTYPES[self.config.dtype]
        initial = None if config.initial is None or saved else load_initial(config.initial, config.model)
        self.source = saved.get("initial") if initial is None else initial.source
        given = config.model if initial is None else initial.sizes
        self.sizes = read_model(saved["sizes"], "sizes", self.folder) if given is None else given
        require_outputs(self.sizes, config.loss.targets, config.initial)
        self.digests = digests(config, saved.get("data", {}))
        self.sets = load_sets(config, self.sizes.species, self.sizes.cutoff, dtype)
        for note in self.sets.notes:
            self.line.log(note)
        if "baseline" in saved:
            self.baseline = torch.tensor(saved["baseline"], dtype=torch.float64)
        elif initial is not None:
            self.baseline = initial.baseline
        else:
            everything = [frame for frames in self.sets.training.values() for frame in frames]
            self.baseline = fit_baseline(everything, len(self.sizes.species))
        self.sampler = Sampler(config, self.sets.training, self.baseline)
        self.held_out = prepared(self.sets.held_out, config, self.baseline, self.device)
        torch.default_generator.manual_seed(config.seed)
        self.model = built(self.sizes).to(self.device, dtype)
        if initial is not None:
            self.model.load_state_dict(initial.state)
        self.predict = self.make_predict()
        self.average = AveragedModel(self.model, multi_avg_fn=get_ema_multi_avg_fn(config.optimizer.average))  # type: ignore[no-untyped-call]
        self.optimizers = make_optimizers(self.model, config.optimizer)

    def make_predict(self) -> Callable[[Batch], Prediction]:
        """Return the function that evaluates what is trained on a batch, differentiable.

        Raises:
            TrainingSettingError: If it should be compiled, but the device isn't a CPU.
        """
        forces = FORCES in self.config.loss.targets
        if not self.config.compile:
            return functools.partial(predict, self.model, forces=forces, differentiable=True)
        if self.device.type != "cpu":
            raise TrainingSettingError(f"`compile`: expected no on a GPU, got yes with `device` {self.device}")
        from tumble.train.compiled import CompiledPredict  # torch's compiler takes seconds to import

        return CompiledPredict(self.model, forces=forces)

    def run(self) -> Summary:
        """Run the remaining stages within the time limit of this call."""
        self.lap = self.saved_at = time.monotonic()
        validated = len(self.rows)
        notice = "tumble: stopping after this step, with a checkpoint; once more to stop at once, without one"
        try:
            with signals_deferred(notice) as pending:
                while self.stage < len(self.config.stages) and self.run_stage(self.config.stages[self.stage], pending):
                    pass
        finally:
            self.line.close()
        self.save()
        return self.finish(figure=len(self.rows) > validated)

    def run_stage(self, stage: StageConfig, pending: PendingSignal) -> bool:
        """Run the rest of a stage; return True if it ended, False if the time of this call is over.

        Raises:
            KeyboardInterrupt: If a signal arrived; the checkpoint contains all steps.
        """
        self.line.start(stage, self.progress(stage))
        while not self.ended(stage):
            self.train_step(stage, self.progress(stage))
            now = time.monotonic()
            self.stage_minutes += (now - self.lap) / 60.0
            self.total_minutes += (now - self.lap) / 60.0
            self.lap = now
            if self.step % self.config.validate_every == 0:
                self.validate(stage)
            if pending.number is not None:
                self.save()
                self.save_model(self.measured or {})  # a batch system may leave no time to measure
                self.line.log(f"interrupted after {self.total_steps} steps; the checkpoint in {self.folder} has them")
                pending.deliver()
            if now - self.saved_at > 60.0 * self.config.checkpoint_minutes:
                self.save()
                self.saved_at = now
            if self.config.max_minutes is not None and now - self.started_at > 60.0 * self.config.max_minutes:
                return False
        self.end(stage)
        return True

    def progress(self, stage: StageConfig) -> float:
        """Return the share of the stage that is done, from 0 to 1."""
        if stage.steps is not None:
            return self.step / max(stage.steps, 1)
        assert stage.minutes is not None  # the configuration has exactly one of the two
        return self.stage_minutes / stage.minutes

    def ended(self, stage: StageConfig) -> bool:
        """Return whether the stage is over, by its length or by its patience."""
        impatient = stage.patience is not None and self.best is not None and self.best.waited >= stage.patience
        return impatient or self.progress(stage) >= 1.0

    def end(self, stage: StageConfig) -> None:
        """Validate once more, take the best weights if the stage has patience, and continue with the next stage."""
        if self.step % self.config.validate_every != 0:
            self.validate(stage)
        if self.best is not None:
            judged = self.config.loss.judged
            self.line.log(
                f"{stage.name} ends after {self.step} steps with the weights of its best validation, "
                f"held-out {judged.metric} MAE {self.best.error:.4g} {judged.unit}"
            )
            self.model.load_state_dict(self.best.state)
            self.average.module.load_state_dict(self.best.state)
            self.measured = None
            # The state of the optimizer belongs to other weights.
            self.optimizers = make_optimizers(self.model, self.config.optimizer)
        self.stage, self.step, self.stage_minutes, self.best = self.stage + 1, 0, 0.0, None
        self.save()

    def train_step(self, stage: StageConfig, progress: float) -> None:
        """Make one step of the optimizer.

        Raises:
            TrainingError: If the loss or its gradient isn't finite, or memory runs out.
        """
        batch = self.sampler.batch(self.stage, self.step)
        frames = len(batch.energies) // self.config.loss.rotations
        with memory_explained(batch, stage, self.config.loss):
            batch = to_device(batch, self.device)
            loss = self.loss(batch, self.predict(batch))
            if not torch.isfinite(loss):
                raise TrainingError(
                    f"stage {stage.name}, step {self.step}: expected a finite loss, got {loss.item()}; "
                    "lower `learning_rate`, raise `warmup`, or look for frames whose labels can't be right"
                )
            for optimizer in self.optimizers:
                optimizer.zero_grad()
                for group in optimizer.param_groups:
                    group["lr"] = learning_rate(stage, progress)
            torch.autograd.backward(loss)
            norm = torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.config.optimizer.clip)
            if not torch.isfinite(norm):  # before it gets into the weights and a checkpoint
                raise TrainingError(
                    f"stage {stage.name}, step {self.step}: expected a finite gradient, got {norm.item()}; "
                    "lower `learning_rate`, raise `warmup`, or look for frames whose labels can't be right"
                )
            for optimizer in self.optimizers:
                optimizer.step()
        self.average.update_parameters(self.model)
        self.measured = None
        self.step += 1
        self.total_steps += 1
        self.line.step(self.progress(stage), frames, self.loss)

    def validate(self, stage: StageConfig) -> None:
        """Measure the averaged weights on the held-out frames; add a row to the metrics and a line to the log."""
        row: dict[str, Any] = {
            "stage": stage.name,
            "step": self.total_steps,
            "minutes": self.total_minutes,
            "learning_rate": learning_rate(stage, self.progress(stage)),
            **{f"train_{target.metric}_rmse": error for target, error in self.loss.rmse().items()},
        }
        errors = self.errors()
        for name, found in errors.items():
            row.update({f"{name}_{key}": value for key, value in found.to_dict().items()})
        if stage.patience is not None:
            self.best = updated(self.best, errors, self.config.loss.judged, self.average.module)
        self.rows.append(row)
        save_metrics(self.folder / METRICS, self.rows)
        shown = (f"{key} {value:.4g}" for key, value in row.items() if isinstance(value, float))
        self.line.log(f"{stage.name} step {self.step} ({100 * self.progress(stage):.0f} %) {' '.join(shown)}")

    def errors(self) -> dict[str, HeldOutErrors]:
        """Return the errors of the averaged weights on each set's held-out frames."""
        if self.measured is None:
            self.average.eval()
            self.measured = measured(self.held_out, self.average.module)
        return self.measured

    def save(self) -> None:
        """Write the checkpoint."""
        save_checkpoint(
            self.folder,
            {
                "config": resumable(self.config),
                "model": self.model.state_dict(),
                "average": self.average.state_dict(),
                "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
                "loss": self.loss.running,
                "stage": [self.stage, self.step, self.total_steps],
                "minutes": [self.stage_minutes, self.total_minutes],
                "rows": self.rows,
                "best": None if self.best is None else vars(self.best),
                "sizes": plain_model(self.sizes),
                "baseline": self.baseline.tolist(),
                "initial": self.source,
                "data": self.digests,
            },
        )

    def restore(self, saved: dict[str, Any]) -> None:
        """Continue from a checkpoint of this configuration.

        Raises:
            TrainingError: If its weights belong to another architecture.
        """
        load_weights(self.model, saved["model"], self.folder / CHECKPOINT)
        load_weights(self.average, saved["average"], self.folder / CHECKPOINT)
        for optimizer, state in zip(self.optimizers, saved["optimizers"], strict=True):
            optimizer.load_state_dict(state)
        self.loss.running = running_values(saved["loss"])
        self.stage, self.step, self.total_steps = saved["stage"]
        self.stage_minutes, self.total_minutes = saved["minutes"]
        self.rows = saved["rows"]
        self.best = Best(**saved["best"]) if saved.get("best") is not None else None

    def finish(self, figure: bool) -> Summary:
        """Write the model with the averaged weights, the summary and, if `figure`, the learning curve."""
        errors, test = self.errors(), {}
        if self.finished:
            test = measured(prepared(self.sets.test, self.config, self.baseline, self.device), self.average.module)
        summary = self.save_model(errors, test)
        if figure:
            draw(self.rows, self.config.loss.judged, self.folder / LEARNING_CURVE)
        return summary

    @property
    def finished(self) -> bool:
        """Whether all stages are done."""
        return self.stage == len(self.config.stages)

    def save_model(self, errors: dict[str, HeldOutErrors], test: dict[str, HeldOutErrors] | None = None) -> Summary:
        """Write the model with the averaged weights, and the summary.

        Args:
            errors: Errors of these weights, by the name of the set; empty if they weren't measured.
            test: The same on test frames, if the training is finished.
        """
        summary = Summary(self.finished, self.total_steps, self.total_minutes, errors, self.folder, test or {})
        parameters = sum(p.numel() for p in self.model.parameters())
        written = document(
            summary, replace(self.config, model=self.sizes), self.sets, self.digests, parameters, self.source
        )
        state = {k: v.detach().cpu() for k, v in self.average.module.state_dict().items()}
        save_model(self.folder, self.sizes, state, self.baseline, written)
        return summary


def _device(name: str) -> torch.device:
    """Return the torch device for a word that the core uses, too.

    Raises:
        DeviceError: If the device doesn't exist.
    """
    gpus = torch.cuda.device_count()
    if name == "auto":
        return torch.device("cuda" if gpus > 0 else "cpu")
    device = torch.device(name)
    if device.type == "cuda" and (device.index or 0) >= gpus:
        raise DeviceError(f"`device` {name}: torch sees {gpus} GPU{'' if gpus == 1 else 's'}; use cpu or auto")
    return device
