"""Mean absolute and root-mean-square errors, for `tumble evaluate` and for validation during a training."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike


@dataclass(frozen=True)
class Errors:
    """Mean absolute and root-mean-square error of `count` values."""

    mae: float
    rmse: float
    count: int

    def finite(self) -> bool:
        """Return whether both errors are finite."""
        return math.isfinite(self.mae) and math.isfinite(self.rmse)


@dataclass
class ErrorSums:
    """Running sums of differences, in constant memory."""

    absolute: float = 0.0
    square: float = 0.0
    count: int = 0

    def add(self, differences: ArrayLike) -> None:
        """Add differences of any shape."""
        values = np.asarray(differences, dtype=np.float64)
        with np.errstate(over="ignore"):  # the caller refuses errors that aren't finite
            self.absolute += float(np.abs(values).sum())
            self.square += float(np.square(values).sum())
        self.count += values.size

    def errors(self) -> Errors:
        """Return the errors of the differences added so far, at least one."""
        return Errors(self.absolute / self.count, float(np.sqrt(self.square / self.count)), self.count)


def rms(values: ArrayLike) -> float:
    """Return the root mean square of all elements, at least one."""
    return float(np.sqrt(np.mean(np.square(values))))


def errors_of(differences: ArrayLike) -> Errors:
    """Return the errors of an array of at least one difference."""
    sums = ErrorSums()
    sums.add(differences)
    return sums.errors()
