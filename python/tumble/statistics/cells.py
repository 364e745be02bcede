"""Sums of samples over short intervals of a trajectory, from which averages and their errors follow.

A trajectory of n frames is cut into at most `CELLS` consecutive intervals of equal length, the cells. One sum of
samples is kept per cell, so that the memory doesn't depend on n. The index of a frame in the whole trajectory
determines its cell, so that processes that each read a part of the trajectory can add their sums.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tumble.types import Array

CELLS = 512  # enough for many blocks of a few cells


@dataclass(frozen=True)
class Cells:
    """Sums of samples.

    Attributes:
        sums: Sum of the samples of each cell, [C,...].
        counts: Number of samples (frames, or pairs of frames) of each cell, [C] or, if components have different
            numbers, in the shape of `sums`.
        length: Number of frames of a full cell.
        squares: Sum of the squared samples over all cells, [...]; None if it wasn't kept.
    """

    sums: Array
    counts: Array
    length: int
    squares: Array | None = None

    def __getitem__(self, key: object) -> Cells:
        """Return the cells of some of the components: `key` indexes one sample."""
        key = key if isinstance(key, tuple) else (key,)
        whole = (slice(None), *key)
        counts = self.counts if self.counts.ndim == 1 else self.counts[whole]
        return Cells(self.sums[whole], counts, self.length, None if self.squares is None else self.squares[key])

    def reshape(self, *shape: int) -> Cells:
        """Return the cells with samples of another shape."""
        counts = self.counts if self.counts.ndim == 1 else self.counts.reshape(-1, *shape)
        squares = None if self.squares is None else self.squares.reshape(shape)
        return Cells(self.sums.reshape(-1, *shape), counts, self.length, squares)

    @property
    def mean(self) -> Array:
        """Mean of all samples, [...]."""
        counts = self.counts.sum(axis=0)
        return np.asarray(self.sums.sum(axis=0) / counts)


def cell_length(frames: int) -> int:
    """Return the number of frames per cell for a trajectory of `frames` frames."""
    return max(1, -(-frames // CELLS))


def cell_count(frames: int) -> int:
    """Return the number of cells for a trajectory of `frames` frames."""
    return -(-frames // cell_length(frames))


def cells_of(samples: Array) -> Cells:
    """Return the cells of a time series.

    Args:
        samples: [T,...], equally spaced in time.
    """
    samples = np.asarray(samples, dtype=np.float64)
    length = cell_length(len(samples))
    starts = np.arange(0, len(samples), length)
    counts = np.diff(np.append(starts, len(samples))).astype(np.float64)
    return Cells(np.add.reduceat(samples, starts, axis=0), counts, length, np.sum(samples**2, axis=0))
