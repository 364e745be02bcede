"""Whether molecules have exchanged what they are averaged over: what blocks in time can't tell of errors.

Blocks see what fluctuates within a run. Where each molecule keeps to averages of its own, as rotors that nothing
disturbs do, or the molecules of a frozen crystal, the mean over molecules hardly fluctuates, and yet another set of
molecules would have another mean. So the averages x_ib of molecules i = 1 ... M over blocks b = 1 ... B are split
(analysis of variance with two factors; Searle, Casella and McCulloch, Variance Components, 1992, chapter 4):

    own = B sum_i |x_i. - x_..|^2 / (M - 1)
    rest = sum_ib |x_ib - x_i. - x_.b + x_..|^2 / ((M - 1) (B - 1))

If molecules differ by chance alone, both have the same mean, that of the variance of x_ib less their covariance,
however molecules are correlated with each other, so that a liquid whose molecules turn together isn't blamed. Their
ratio then follows an F distribution with K (M - 1) and K (M - 1) (B - 1) degrees of freedom, for K components of
equal variance. Molecules are said to differ if the ratio is above 2 and has a probability below 1e-3; less than that
makes errors too small by a factor of 1.4 at most, and comes of blocks that are barely long enough.
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
    """Averages of each molecule over some intervals of a run, in memory that doesn't grow with the number of frames.

    An observable keeps one in its `results`; those of several processes are put together by `joined`.

    Args:
        frames: Number of frames of the run.
    """

    def __init__(self, frames: int) -> None:
        self._frames = frames
        self._counts = np.zeros(next((count for count in _INTERVALS if count <= frames), 1))
        self._sums: Array | None = None

    def add(self, place: int, values: Array) -> None:
        """Add the values of the molecules in a frame, [M,K], by the place of the frame in the run, from 0."""
        if self._sums is None:
            self._sums = np.zeros((len(self._counts), *values.shape))
        interval = place * len(self._counts) // self._frames
        self._counts[interval] += 1
        self._sums[interval] += values

    @staticmethod
    def joined(parts: Sequence[OwnAverages]) -> OwnAverages:
        """What several processes have found."""
        total = OwnAverages(parts[0]._frames)
        total._counts = np.sum([part._counts for part in parts], axis=0)
        known = [part._sums for part in parts if part._sums is not None]
        total._sums = np.sum(known, axis=0) if known else None
        return total

    def differ(self, blocks: int, components: slice = slice(None)) -> bool:
        """Return whether the averages of molecules differ by more than chance allows.

        Args:
            blocks: Number of blocks in time that are long enough to be independent, at least 2.
            components: Which of the K components are looked at.
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
    """Return a mean over molecules, not resolved if these differ, and then a note.

    Args:
        quantity: With blocks in time.
        own: Averages of each molecule.
        what: As for `note`.
    """
    if quantity.blocks is None or not (quantity.resolved and own.differ(len(quantity.blocks))):
        return quantity, ()
    return replace(quantity, resolved=False), (note(what),)


def note(what: str) -> str:
    """What a reader is told where molecules differ in their own averages of something."""
    return (
        f"Molecules have not forgotten how they started: their own averages of {what} differ more than chance allows, "
        "so there is no verdict on it."
    )


def _variances(averages: Array) -> tuple[float, float]:
    """Return the two of the module's text, for averages [B,M,K], divided by K."""
    blocks, molecules, width = averages.shape
    relative = averages - averages.mean(axis=1, keepdims=True)
    means = relative.mean(axis=0)
    own = blocks * float(np.sum(means**2)) / (width * (molecules - 1))
    rest = float(np.sum((relative - means) ** 2)) / (width * (molecules - 1) * (blocks - 1))
    return own, rest
