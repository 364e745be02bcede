"""Averages of real spherical harmonics over many unit vectors, fast.

    Y_lm(u) = N_lm d^m P_l / dz^m (z) Re (x + iy)^m            for m >= 0
    Y_lm(u) = N_l|m| d^|m| P_l / dz^|m| (z) Im (x + iy)^|m|    for m < 0
    N_lm^2 = (2l + 1) / (4 pi) (l - m)! / (l + m)!, times 2 for m > 0

for u = (x, y, z). They are real, orthonormal over the sphere, and without the Condon-Shortley phase (-1)^m, so Y_1,-1,
Y_10 and Y_11 are y, z and x times sqrt(3 / 4 pi). In terms of the complex harmonics with that phase, Y_lm for m > 0 is
sqrt(2) (-1)^m Re Y_l^m, and Y_l,-m is sqrt(2) (-1)^m Im Y_l^m. (Blanco, Florez and Bermejo, J. Mol. Struct. THEOCHEM
419, 19 (1997).)

They are linear in the products P_k(z) (x + iy)^m. A single matrix product averages these over all vectors, and a fixed
matrix turns the averages into those of all Y_lm.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from math import factorial

import numpy as np
from numpy.polynomial import legendre
from numpy.typing import NDArray

from tumble.types import Array


def degrees(highest: int) -> NDArray[np.intp]:
    """Return the l of each component, [(L+1)^2], in the order (0,0), (1,-1), (1,0), (1,1), ...: l (l + 1) + m."""
    return np.repeat(np.arange(highest + 1), 2 * np.arange(highest + 1) + 1)


class HarmonicMeans:
    """Averages of all Y_lm up to a degree.

    Args:
        highest: The degree L.
    """

    def __init__(self, highest: int) -> None:
        self._highest = highest
        self._matrix = _matrix(highest)

    def __call__(self, vectors: Array) -> Array:
        """Return the averages over unit vectors [V,3], [(L+1)^2] in the order of `degrees`."""
        return self.of_sets(vectors, [len(vectors)])[0]

    def of_sets(self, vectors: Array, sizes: Sequence[int]) -> list[Array]:
        """Return the averages over each of several sets of unit vectors.

        Args:
            vectors: Unit vectors of one set after the other, [V,3].
            sizes: Number of vectors in each set.
        """
        polynomials = legendre.legvander(vectors[:, 2], self._highest)  # [V,L+1]
        powers = np.empty((2, self._highest + 1, len(vectors)))
        powers[0, 0], powers[1, 0] = 1.0, 0.0
        x, y = vectors[:, 0], vectors[:, 1]
        for m in range(self._highest):
            powers[0, m + 1] = x * powers[0, m] - y * powers[1, m]
            powers[1, m + 1] = x * powers[1, m] + y * powers[0, m]
        found, limits = [], np.cumsum([0, *sizes]).tolist()
        for first, last in itertools.pairwise(limits):
            products = powers[..., first:last].reshape(-1, last - first) @ polynomials[first:last]
            found.append(np.asarray(self._matrix @ products.ravel() / (last - first)))
        return found


def _matrix(highest: int) -> Array:
    """Return the matrix of all Y_lm in terms of the products, whose indices are: Re or Im, m, k."""
    matrix = np.zeros(((highest + 1) ** 2, 2, highest + 1, highest + 1))
    for degree in range(highest + 1):
        for m in range(degree + 1):
            norm = np.sqrt((2 * degree + 1) / (4 * np.pi) * factorial(degree - m) / factorial(degree + m))
            series = norm * legendre.legder([0.0] * degree + [1.0], m)
            middle = degree * (degree + 1)
            if m == 0:
                matrix[middle, 0, 0, : len(series)] = series
            else:
                matrix[middle + m, 0, m, : len(series)] = np.sqrt(2) * series
                matrix[middle - m, 1, m, : len(series)] = np.sqrt(2) * series
    return matrix.reshape(len(matrix), -1)
