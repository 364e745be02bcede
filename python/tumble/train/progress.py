"""Progress of a training: a live line on a terminal, and lines of a log."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tqdm import tqdm

if TYPE_CHECKING:
    from typing import NoReturn

    from tumble.train.loss import RunningLoss
    from tumble.train.sections import StageConfig

_FORMAT = "{desc} {percentage:3.0f} % |{bar}| {elapsed} < {remaining}{postfix}"


class ProgressLine:
    """One line per stage on stderr, if that is a terminal: share done, time left, running errors, frames/s."""

    def __init__(self) -> None:
        self._bar: tqdm[NoReturn] | None = None
        self._frames = 0

    def start(self, stage: StageConfig, progress: float) -> None:
        """Begin a stage, or continue it at a progress between 0 and 1."""
        self.close()
        self._frames = 0
        self._bar = tqdm(
            desc=stage.name,
            total=1.0,
            initial=progress,
            bar_format=_FORMAT,
            file=sys.stderr,
            disable=None,  # only if stderr isn't a terminal
            leave=False,
            dynamic_ncols=True,
        )

    def step(self, progress: float, frames: int, loss: RunningLoss) -> None:
        """Show the progress after a step.

        Args:
            progress: Progress of the stage, from 0 to 1.
            frames: Number of distinct structures in the step.
            loss: The loss, with the running errors.
        """
        if self._bar is None or self._bar.disable:
            return
        self._frames += frames
        errors = ", ".join(f"{error:.3g} {target.unit}" for target, error in loss.rmse().items())
        rate = self._frames / max(self._bar.format_dict["elapsed"], 1e-9)
        self._bar.set_postfix_str(f"RMSE {errors}, {rate:.3g} frames/s", refresh=False)
        self._bar.update(min(progress, 1.0) - self._bar.n)

    def log(self, line: str) -> None:
        """Write a permanent line above the live one."""
        tqdm.write(line, file=sys.stderr)

    def close(self) -> None:
        """Remove the live line."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None
