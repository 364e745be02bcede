"""The five components of a symmetric tensor against its nine elements."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from tumble.observables.quantities.anisotropy import ELEMENTS, allows_isotropy, anisotropy


def elements(tensor: np.ndarray) -> np.ndarray:
    return np.array([tensor[pair] for pair in ELEMENTS])


def test_isotropic_tensor_has_none() -> None:
    assert np.abs(anisotropy(elements(7 * np.eye(3)))).max() < 1e-12


def test_norm_is_that_of_the_tensor_in_any_frame() -> None:
    generator = np.random.default_rng(1)
    half = generator.normal(size=(3, 3))
    tensor = half @ half.T
    relative = 3 * tensor / np.trace(tensor) - np.eye(3)
    for turn in Rotation.random(5, rng=generator).as_matrix():
        found = anisotropy(elements(turn @ tensor @ turn.T))
        assert np.sum(found**2) == pytest.approx(np.sum(relative**2))


def test_uniaxial_tensor() -> None:
    found = anisotropy(elements(np.diag([1.0, 1.0, 4.0])))
    np.testing.assert_allclose(found, [0, 0, 3 / np.sqrt(6), 0, 0], atol=1e-12)


def test_many_at_a_time() -> None:
    tensors = np.random.default_rng(2).normal(loc=[5, 5, 5, 0, 0, 0], size=(4, 2, 6))
    np.testing.assert_allclose(anisotropy(tensors)[3, 1], anisotropy(tensors[3, 1]))


@pytest.mark.parametrize(
    ("box", "allowed"),
    [
        (None, True),
        ([9, 9, 9, 90, 90, 90], True),
        ([9, 9, 9.01, 90, 90, 90], False),
        ([9, 9, 9, 90, 90, 91], False),
    ],
)
def test_boxes(box: list[float] | None, allowed: bool) -> None:
    assert allows_isotropy(box) is allowed
