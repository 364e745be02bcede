"""Errors of functions of sums over frames, by the bootstrap.

Frames are drawn with replacement, as many as there are (B. Efron, Ann. Stat. 7, 1, 1979).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]

RESAMPLES = 500


@dataclass(frozen=True)
class Estimate:
    """A number.

    Attributes:
        value: The number.
        error: Its standard error; None for fewer than two frames.
    """

    value: float
    error: float | None

    def scaled(self, factor: float) -> Estimate:
        """Return the number in another unit."""
        return Estimate(factor * self.value, None if self.error is None else factor * self.error)

    def to_dict(self) -> dict[str, Any]:
        """Return the plain values for JSON."""
        return {"value": self.value, "error": self.error}


class Bootstrap:
    """The same random samples of frames for all numbers, so that their differences have small errors."""

    def __init__(self, frames: int, seed: int) -> None:
        """Draw how often each frame is in each sample.

        Args:
            frames: Number of frames.
            seed: Of the draws.
        """
        draw = np.random.default_rng(seed)
        self._counts: Float = draw.multinomial(frames, np.full(frames, 1.0 / frames), size=RESAMPLES).astype(np.float64)

    def estimate(self, function: Callable[..., Float], *sums: Float, used: NDArray[np.bool_] | None = None) -> Estimate:
        """Return a function of sums over frames, and its standard error.

        Args:
            function: Of arrays [..., Q], one for each of `sums`, that returns [...]; it must allow for empty samples.
            sums: What each frame adds, [frames, Q].
            used: Frames that count; by default all.
        """
        weights = np.ones(self._counts.shape[1]) if used is None else used.astype(np.float64)
        value = float(function(*(weights @ each for each in sums)))
        if np.count_nonzero(weights) < 2:
            return Estimate(value, None)
        samples = self._counts * weights
        samples = samples[samples.sum(axis=1) > 0.0]
        values = function(*(samples @ each for each in sums))
        values = values[np.isfinite(values)]  # a sample may have frames without any features alone
        return Estimate(value, float(np.std(values, ddof=1)) if len(values) > 1 else None)


def ratio(numerator: Float, denominator: Float) -> Float:
    """Return the quotient of two sums [..., 1], as [...]."""
    with np.errstate(divide="ignore", invalid="ignore"):
        quotient: Float = numerator[..., 0] / denominator[..., 0]
    return quotient
