"""Choice of the frames and rotations of a step.

They are functions of (seed, stage, step), so nothing needs to be saved to resume. Epoch e of a stage is a permutation
of its frames. Without `batch_edges`, the epochs are joined into one sequence, and step s takes `batch` samples from s *
`batch` on, which may be in two epochs. With `batch_edges`, each epoch is divided by itself: frames are added to a batch
in their order until the next one would exceed its largest number of structures or edges.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from torch import Tensor

from tumble.errors import TrainingSettingError
from tumble.rotations import random_rotations
from tumble.train.batches import Batch, collate
from tumble.train.config import TrainConfig
from tumble.train.data import Frame
from tumble.train.sections import StageConfig


@dataclass(frozen=True)
class _Epoch:
    """An epoch divided into batches, which are lists of indices of the stage's frames."""

    stage: int
    number: int
    first_step: int
    batches: list[list[int]]


class Sampler:
    """Batches of a training."""

    def __init__(self, config: TrainConfig, training: dict[str, list[Frame]], baseline: Tensor) -> None:
        """Prepare the stages.

        Args:
            config: Configuration.
            training: Frames of each set of data, by its name.
            baseline: Energy of each species [S], float64, eV.

        Raises:
            TrainingSettingError: If a frame has more edges than a batch may have.
        """
        self._config = config
        self._baseline = baseline
        self._copies = config.loss.rotations
        self._frames = [
            [frame for name, repeats in stage.data.items() for frame in training[name] * repeats]
            for stage in config.stages
        ]
        self._mean_weights = [float(np.mean([frame.weight for frame in frames])) for frames in self._frames]
        self._epoch: _Epoch | None = None
        self._last_order: tuple[int, int, list[int]] | None = None  # stage, epoch, and the order in it
        for stage, frames in zip(config.stages, self._frames, strict=True):
            _check_edges(stage, frames, self._copies)

    def batch(self, stage: int, step: int) -> Batch:
        """Return the batch of a step of a stage, both counted from 0.

        Each frame has as many consecutive copies as the loss needs, each with a random rotation of its own, unless
        the configuration has no rotations. The weights are relative to their mean over the frames of the stage.
        """
        frames = [frame for frame in self.frames(stage, step) for _ in range(self._copies)]
        rng = np.random.default_rng((self._config.seed, stage, step))
        rotations = random_rotations(len(frames), rng) if self._config.rotate else None
        batch = collate(frames, self._baseline, rotations)
        return replace(batch, weights=batch.weights / self._mean_weights[stage])

    def frames(self, stage: int, step: int) -> list[Frame]:
        """Return the distinct frames of the batch of a step, not rotated."""
        frames, size = self._frames[stage], self._config.stages[stage].batch
        if self._config.stages[stage].batch_edges is not None:
            epoch = self._cut_epoch(stage, step)
            return [frames[k] for k in epoch.batches[step - epoch.first_step]]
        chosen = []
        for sample in range(step * size, (step + 1) * size):
            number, position = divmod(sample, len(frames))
            chosen.append(frames[self._order(stage, number)[position]])
        return chosen

    def _order(self, stage: int, epoch: int) -> list[int]:
        """Return the order of the frames in an epoch, which is kept, since many samples follow from one epoch."""
        if self._last_order is not None and self._last_order[:2] == (stage, epoch):
            return self._last_order[2]
        rng = np.random.default_rng((self._config.seed, stage, epoch, 1))
        order: list[int] = rng.permutation(len(self._frames[stage])).tolist()
        self._last_order = (stage, epoch, order)
        return order

    def _cut_epoch(self, stage: int, step: int) -> _Epoch:
        """Return the epoch of a step.

        The number of steps of an epoch depends on its order, so all earlier epochs of the stage have to be divided,
        too.
        """
        epoch = self._epoch
        if epoch is None or epoch.stage != stage or step < epoch.first_step:
            epoch = _Epoch(stage, 0, 0, self._cut(stage, 0))
        while step >= epoch.first_step + len(epoch.batches):
            number = epoch.number + 1
            epoch = _Epoch(stage, number, epoch.first_step + len(epoch.batches), self._cut(stage, number))
        self._epoch = epoch
        return epoch

    def _cut(self, stage: int, epoch: int) -> list[list[int]]:
        settings, frames = self._config.stages[stage], self._frames[stage]
        assert settings.batch_edges is not None  # the callers have checked it
        batches: list[list[int]] = []
        left = -1
        for k in self._order(stage, epoch):
            edges = self._copies * len(frames[k].vectors)
            if not batches or len(batches[-1]) == settings.batch or edges > left:
                batches.append([])
                left = settings.batch_edges
            batches[-1].append(k)
            left -= edges
        return batches


def _check_edges(stage: StageConfig, frames: Sequence[Frame], copies: int) -> None:
    if stage.batch_edges is None:
        return
    for frame in frames:
        edges = copies * len(frame.vectors)
        if edges > stage.batch_edges:
            each = f" in {copies} `copies`" if copies > 1 else ""
            raise TrainingSettingError(
                f"`stages` ({stage.name}): `batch_edges`: expected at least the {edges} edges of {frame.name}{each}, "
                f"got {stage.batch_edges}; raise it, or remove the frame"
            )
