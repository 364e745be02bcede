"""Real spherical harmonics against complex ones of e3nn and of SciPy, and against their own definition."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from e3nn.o3 import spherical_harmonics
from scipy.special import lpmv
from support import rotors

from tumble.observables.orientations.spherical_harmonics import HarmonicMeans, degrees

VECTORS = np.concatenate([rotors.directions(np.random.default_rng(1), 40), [[0, 0, 1.0], [0, 0, -1.0]]])


def values(highest: int) -> np.ndarray:
    """Y_lm of each vector, [V,(L+1)^2]."""
    means = HarmonicMeans(highest)
    return np.array([means(vector[None]) for vector in VECTORS])


@pytest.mark.parametrize("highest", [1, 4, 8])
def test_equal_to_e3nn(highest: int) -> None:
    # Its polar axis is y: (x, y, z) there are (y, z, x) here.
    turned = torch.tensor(VECTORS[:, [1, 2, 0]])
    expected = spherical_harmonics(list(range(highest + 1)), turned, normalize=False, normalization="integral")
    np.testing.assert_allclose(values(highest), expected.numpy(), atol=1e-7)


def test_equal_to_scipy_up_to_the_highest_degree() -> None:
    found = values(20)
    phi = np.arctan2(VECTORS[:, 1], VECTORS[:, 0])
    for degree in range(21):
        for m in range(degree + 1):
            # The logarithm of (l - m)! / (l + m)!, since factorials are large; SciPy's P_lm has the phase (-1)^m.
            ratio = -np.sum(np.log(np.arange(degree - m + 1, degree + m + 1)))
            size = np.sqrt((2 * degree + 1) / (4 * np.pi)) * np.exp(ratio / 2)
            polynomial = size * (-1) ** m * lpmv(m, degree, VECTORS[:, 2])
            middle = degree * (degree + 1)
            expected = polynomial * np.cos(m * phi) * (np.sqrt(2) if m > 0 else 1)
            np.testing.assert_allclose(found[:, middle + m], expected, atol=1e-11)
            if m > 0:
                expected = polynomial * np.sin(m * phi) * np.sqrt(2)
                np.testing.assert_allclose(found[:, middle - m], expected, atol=1e-11)


def test_first_degree_is_the_vector() -> None:
    expected = np.sqrt(3 / (4 * np.pi)) * VECTORS[:, [1, 2, 0]]
    np.testing.assert_allclose(values(1)[:, 1:], expected, atol=1e-14)


def test_addition_theorem() -> None:
    found = values(8)
    for degree in range(9):
        part = found[:, degrees(8) == degree]
        legendre = np.polynomial.Legendre.basis(degree)(np.clip(VECTORS @ VECTORS.T, -1, 1))
        np.testing.assert_allclose(part @ part.T, (2 * degree + 1) / (4 * np.pi) * legendre, atol=1e-12)


def test_means_are_averages() -> None:
    np.testing.assert_allclose(HarmonicMeans(8)(VECTORS), values(8).mean(axis=0), atol=1e-14)


def test_degrees_are_in_the_order_of_components() -> None:
    assert degrees(2).tolist() == [0, 1, 1, 1, 2, 2, 2, 2, 2]
