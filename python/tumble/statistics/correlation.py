"""Time correlation functions of a stream of frames: exact averages over all origins, in bounded memory.

    C(k) = < sum_m x_m(t) x_m(t + k) >_t,        D(k) = < sum_m (x_m(t + k) - x_m(t))^2 >_t

Frames are collected in chunks. Each chunk is correlated, by fast Fourier transforms, with itself and with the earlier
chunks within the longest lag. Every pair of frames is counted exactly once, in the chunk of the later frame. Only the
transforms of the longest lag and two chunks are in memory, and each chunk is transformed once. (For the transform over
a whole trajectory see Kneller, Keiner, Kneller, Schiller, Comput. Phys. Commun. 91, 191 (1995).)
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from scipy import fft

from tumble.statistics.cells import Cells
from tumble.types import Array

CHUNKS = 128  # number of chunks, fewer if chunks would be shorter than a quarter of the longest lag


class Correlator:
    """Time correlation of a stream of frames.

    Args:
        frames: Number of frames that will be added.
        lags: Longest lag in frames, below `frames`.
        displacements: Whether to compute D instead of C.
    """

    def __init__(self, frames: int, lags: int, *, displacements: bool = False) -> None:
        self.lags = lags
        self._displacements = displacements
        self._chunk = min(frames, max(1, -(-frames // CHUNKS), -(-lags // 4)))
        self._size = fft.next_fast_len(2 * self._chunk, real=True)
        self._chunks = 0  # number of correlated chunks
        self._seen = 0  # frames in these chunks
        self._filled = 0  # frames in the present chunk
        self._sums: list[Array] = []
        self._counts: list[Array] = []

    def add(self, frame: Array | Sequence[Array]) -> None:
        """Add the next frame.

        Args:
            frame: [G,M] for G groups of M numbers, which are summed over; or G arrays of any size and shape, the same
                in each frame.
        """
        groups = [np.asarray(group, dtype=np.float64).ravel() for group in frame]
        if self._chunks == 0 and self._filled == 0:
            self._allocate(groups)
        self._waiting[self._filled] = np.concatenate(groups) - self._origin
        self._filled += 1
        if self._filled == self._chunk:
            self._flush()

    def cells(self) -> Cells:
        """Return the sums over the pairs in each chunk, as cells of samples [G,L+1] for the lags 0 to L."""
        if self._filled > 0:
            self._flush()
        sums = np.array(self._sums)
        counts = np.broadcast_to(np.array(self._counts)[:, None, :], sums.shape)
        return Cells(sums, counts, self._chunk)

    def _allocate(self, groups: list[Array]) -> None:
        limits = np.cumsum([0, *(len(group) for group in groups)]).tolist()
        self._slices = [slice(first, last) for first, last in itertools.pairwise(limits)]
        # Displacements don't depend on the origin; subtracting the first frame preserves digits.
        self._origin = np.concatenate(groups) if self._displacements else np.zeros(limits[-1])
        self._waiting = np.empty((self._chunk, limits[-1]))
        # Transforms of this chunk and earlier chunks; chunk j has the index j modulo their number.
        self._places = -(-self.lags // self._chunk) + 1
        self._spectra = np.zeros((self._size // 2 + 1, self._places, limits[-1]), dtype=np.complex128)
        self._squares = np.empty((0, len(groups)))  # of the frames before this chunk, one sum for each group

    def _flush(self) -> None:
        new = self._waiting[: self._filled]
        products = self._products(new)
        pairs = np.clip(self._seen + len(new) - np.arange(self.lags + 1), 0, len(new)).astype(np.float64)
        if self._displacements:
            squares = np.stack([np.sum(new[:, group] ** 2, axis=1) for group in self._slices], axis=1)
            both = np.concatenate([self._squares, squares])
            products = _sums_of_squares(both, len(self._squares), self.lags) - 2 * products
            self._squares = both[max(0, len(both) - self.lags) :]
        self._sums.append(products)
        self._counts.append(pairs)
        self._chunks += 1
        self._seen += len(new)
        self._filled = 0

    def _products(self, new: Array) -> Array:
        """Return the sums [G,L+1] of x(t - k) x(t) over the frames t of `new` [T,K]."""
        spectrum = fft.rfft(new, self._size, axis=0)
        self._spectra[:, self._chunks % self._places] = spectrum
        conjugate = spectrum.conj()
        # Group by group, [F,D,K] times [F,K,1].
        cross = [np.matmul(self._spectra[..., group], conjugate[:, group, None])[..., 0] for group in self._slices]
        found = fft.irfft(np.conj(cross), self._size, axis=1)  # [G,size,D]
        products = np.zeros((len(self._slices), self.lags + 1))
        for behind in range(min(self._places, self._chunks + 1)):
            # Pairs of a frame of this chunk and a frame `behind` chunks earlier.
            offset = behind * self._chunk
            first = max(0, offset - self._chunk + 1)
            last = min(self.lags, offset + self._chunk - 1)
            within = np.arange(first - offset, last - offset + 1)
            products[:, first : last + 1] += found[:, within % self._size, (self._chunks - behind) % self._places]
        return products


def _sums_of_squares(squares: Array, start: int, lags: int) -> Array:
    """Return the sums [G,L+1] of x(t)^2 + x(t - k)^2 over frames t >= `start`, from the squares [T,G] of all frames."""
    total = np.concatenate([np.zeros((1, squares.shape[1])), np.cumsum(squares, axis=0)])
    lag = np.arange(lags + 1)
    first = np.clip(np.maximum(start, lag), 0, len(squares))
    last = np.full_like(first, len(squares))
    later = total[last] - total[first]
    earlier = total[np.clip(last - lag, 0, None)] - total[np.clip(first - lag, 0, None)]
    return np.asarray((later + earlier).T)
