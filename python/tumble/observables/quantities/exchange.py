"""Test whether molecules are ergodic: an error that blocks in time can't see.

Blocks measure fluctuations in time. If each molecule has an average of its own, like free rotors or the molecules of a
frozen crystal, the mean over molecules hardly fluctuates in time, although another set of molecules would have another
mean. So the variance of the averages x_ib of molecules i = 1 ... M over blocks b = 1 ... B is split (analysis of
variance with two factors; Searle, Casella and McCulloch, Variance Components, 1992, chapter 4):

    own = B sum_i |x_i. - x_..|^2 / (M - 1)
    rest = sum_ib |x_ib - x_i. - x_.b + x_..|^2 / ((M - 1) (B - 1))

If molecules differ by chance alone, both have the same expectation value: the variance of x_ib minus their covariance
between molecules. So correlated molecules, such as those of a liquid that turn together, aren't reported. The ratio
own / rest then follows an F distribution with K (M - 1) and K (M - 1) (B - 1) degrees of freedom, for K components of
equal variance. Molecules are taken to differ if the ratio is above 2 and has a probability below 1e-3. A smaller ratio
makes errors too small by a factor of at most 1.4, and also results from blocks that are barely long enough.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy import special

from tumble.observables.quantities.quantity import Quantity
from tumble.types import Array

_INTERVALS = (24, 12, 6, 4, 2)  # of a run; numbers with many divisors
_RATIO = 2.0
_LEVEL = 1e-3
_ROUNDING = 1e-10  # relative, of squares


class OwnAverages:
    """Averages of each molecule over a few intervals of a run; the memory is independent of the number of frames.

    An observable keeps an instance in its `results`; `joined` combines those of several processes.

    Args:
        frames: Number of frames of the run.
    """

    def __init__(self, frames: int) -> None:
        self._frames = frames
        self._counts = np.zeros(next((count for count in _INTERVALS if count <= frames), 1))
        self._sums: Array | None = None

    def add(self, place: int, values: Array) -> None:
        """Add the values of the molecules in a frame, [M,K]; `place` counts the frames of the run from 0."""
        if self._sums is None:
            self._sums = np.zeros((len(self._counts), *values.shape))
        interval = place * len(self._counts) // self._frames
        self._counts[interval] += 1
        self._sums[interval] += values

    @staticmethod
    def joined(parts: Sequence[OwnAverages]) -> OwnAverages:
        """Return the averages of several processes as one."""
        total = OwnAverages(parts[0]._frames)
        total._counts = np.sum([part._counts for part in parts], axis=0)
        known = [part._sums for part in parts if part._sums is not None]
        total._sums = np.sum(known, axis=0) if known else None
        return total

    def differ(self, blocks: int, components: slice = slice(None)) -> bool:
        """Return whether the averages of molecules differ by more than chance allows.

        Args:
            blocks: Number of blocks in time that are long enough to be independent, at least 2.
            components: Which of the K components are compared.
        """
        if self._sums is None or self._sums.shape[1] < 2 or len(self._counts) < 2:
            return False
        number = max(one for one in range(2, blocks + 1) if len(self._counts) % one == 0)
        sums = self._sums[..., components]
        sums = sums.reshape(number, -1, *sums.shape[1:]).sum(axis=1)
        averages = sums / self._counts.reshape(number, -1).sum(axis=1)[:, None, None]
        molecules, width = averages.shape[1:]
        own, rest = _variances(averages)
        if own <= max(_RATIO * rest, _ROUNDING * number * float(np.mean(averages**2))):
            return False
        freedom = width * (molecules - 1)
        return rest == 0 or bool(special.fdtrc(freedom, freedom * (number - 1), own / rest) < _LEVEL)


def exchanged(quantity: Quantity, own: OwnAverages, what: str) -> tuple[Quantity, tuple[str, ...]]:
    """Return a mean over molecules, marked as not resolved if molecules differ, and a note in this case.

    Args:
        quantity: The mean, with blocks in time.
        own: Averages of each molecule.
        what: See `note`.
    """
    if quantity.blocks is None or not (quantity.resolved and own.differ(len(quantity.blocks))):
        return quantity, ()
    return replace(quantity, resolved=False), (note(what),)


def note(what: str) -> str:
    """Return the note that molecules differ in their averages of `what`."""
    return (
        f"Molecules have not forgotten their initial state: their individual averages of {what} differ more than "
        "chance allows, so there is no verdict on it."
    )


def _variances(averages: Array) -> tuple[float, float]:
    """Return `own` and `rest` of the module's docstring, divided by K, for averages [B,M,K]."""
    blocks, molecules, width = averages.shape
    relative = averages - averages.mean(axis=1, keepdims=True)
    means = relative.mean(axis=0)
    own = blocks * float(np.sum(means**2)) / (width * (molecules - 1))
    rest = float(np.sum((relative - means) ** 2)) / (width * (molecules - 1) * (blocks - 1))
    return own, rest
