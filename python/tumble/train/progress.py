"""What a training shows: a live line on a terminal, and lines of the log everywhere."""

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
    """One line on stderr per stage, if that is a terminal: share done, time left, running errors, frames/s."""

    def __init__(self) -> None:
        """Show nothing yet."""
        self._bar: tqdm[NoReturn] | None = None
        self._frames = 0

    def start(self, stage: StageConfig, progress: float) -> None:
        """Begin a stage, or continue it from a progress between 0 and 1."""
        self.close()
        self._frames = 0
        self._bar = tqdm(
            desc=stage.name,
            total=1.0,
            initial=progress,
            bar_format=_FORMAT,
            file=sys.stderr,
            disable=None,  # none where stderr is no terminal
            leave=False,
            dynamic_ncols=True,
        )

    def step(self, progress: float, frames: int, loss: RunningLoss) -> None:
        """Show that a step was made.

        Args:
            progress: Progress of the stage, from 0 to 1.
            frames: Distinct structures of the step.
            loss: For the running errors.
        """
        if self._bar is None or self._bar.disable:
            return
        self._frames += frames
        energy, forces = rmse(loss)
        rate = self._frames / max(self._bar.format_dict["elapsed"], 1e-9)
        self._bar.set_postfix_str(f"RMSE {energy:.3g} meV/atom, {forces:.3g} meV/Å, {rate:.3g} frames/s", refresh=False)
        self._bar.update(min(progress, 1.0) - self._bar.n)

    def log(self, line: str) -> None:
        """Write a line that stays, above the live one."""
        tqdm.write(line, file=sys.stderr)

    def close(self) -> None:
        """Take the live line away."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def rmse(loss: RunningLoss) -> tuple[float, float]:
    """Return the root mean square errors in training, running: meV/atom and meV/Å; 0 before the first step."""
    return 1000.0 * (loss.energy or 0.0) ** 0.5, 1000.0 * (loss.forces or 0.0) ** 0.5
