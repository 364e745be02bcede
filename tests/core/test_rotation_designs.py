"""Groups and small sets of rotations, against e3nn's Wigner matrices."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from e3nn import o3
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from tumble import _core

ORDERS = {"tetrahedral": 12, "octahedral": 24, "icosahedral": 60}

# rotations of the set for each degree, and the degree that it reaches
COUNTS = {1: 4, 2: 12, 3: 24, 4: 48, 5: 60, 6: 118, 7: 160, 8: 240, 9: 290, 10: 464, 11: 480, 12: 756}
REACH = max(COUNTS)


@pytest.fixture(autouse=True)
def double_precision() -> Iterator[None]:
    """Of e3nn, whose generators have torch's default type."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(before)


def averages(rotations: NDArray[np.float64], weights: NDArray[np.float64], degree: int) -> dict[int, float]:
    """Largest entry of Σ_k w_k D^l(R_k) for each l from 1 to the degree.

    All rotations are turned once more, by which a sum of zero stays zero: e3nn takes Euler angles from a matrix with
    an arc cosine, which has half the digits where the rotation keeps the axis, as the identity does.
    """
    turn = Rotation.random(rng=np.random.default_rng(5)).as_matrix()
    angles = o3.matrix_to_angles(torch.from_numpy(rotations @ turn))
    sums = {}
    for k in range(1, degree + 1):
        matrices = o3.wigner_D(k, *angles)
        sums[k] = float(torch.einsum("k,kij->ij", torch.from_numpy(weights), matrices).abs().max())
    return sums


def assert_exact(sums: dict[int, float], degree: int) -> None:
    assert max(sums[k] for k in range(1, degree + 1)) < 1e-12, sums


def assert_rotations(rotations: NDArray[np.float64]) -> None:
    products = np.einsum("kij,klj->kil", rotations, rotations)
    np.testing.assert_allclose(products, np.broadcast_to(np.eye(3), products.shape), rtol=0, atol=2e-15)
    np.testing.assert_allclose(np.linalg.det(rotations), 1, rtol=0, atol=2e-15)
    np.testing.assert_array_equal(rotations[0], np.eye(3))
    overlaps = np.einsum("kij,lij->kl", rotations, rotations) - 4 * np.eye(len(rotations))
    assert overlaps.max() < 3 - 1e-3, "a rotation occurs twice"


@pytest.mark.parametrize("name", ORDERS)
def test_group(name: str) -> None:
    rotations = _core.rotation_group(name)
    assert rotations.shape == (ORDERS[name], 3, 3)
    assert_rotations(rotations)
    products = np.einsum("aij,bjk->abik", rotations, rotations).reshape(-1, 1, 9)
    for part in np.array_split(products, 10):  # closed
        assert abs(part - rotations.reshape(1, -1, 9)).max(-1).min(-1).max() < 1e-15


@pytest.mark.parametrize(("name", "degree"), [("tetrahedral", 2), ("octahedral", 3), ("icosahedral", 5)])
def test_group_degree(name: str, degree: int) -> None:
    rotations = _core.rotation_group(name)
    sums = averages(rotations, np.full(len(rotations), 1 / len(rotations)), degree + 1)
    assert_exact(sums, degree)
    assert sums[degree + 1] > 0.1, sums


def test_group_subgroup() -> None:
    tetrahedral = _core.rotation_group("tetrahedral").reshape(-1, 1, 9)
    for name in ("octahedral", "icosahedral"):
        others = _core.rotation_group(name).reshape(1, -1, 9)
        assert abs(tetrahedral - others).max(-1).min(-1).max() == 0


def test_group_unknown() -> None:
    message = "^rotation group: expected one of tetrahedral, octahedral, icosahedral; got `octagonal`$"
    with pytest.raises(_core.ConfigurationError, match=message):
        _core.rotation_group("octagonal")


@pytest.mark.parametrize("degree", COUNTS)
def test_design(degree: int) -> None:
    rotations, weights = _core.rotation_design(degree)
    assert rotations.shape == (COUNTS[degree], 3, 3)
    assert weights.shape == (COUNTS[degree],)
    assert_rotations(rotations)
    assert weights.min() > 0
    assert abs(weights.sum() - 1) < 1e-14
    sums = averages(rotations, weights, degree + 1)
    assert_exact(sums, degree)
    shared = COUNTS.get(degree + 1) == COUNTS[degree]
    assert shared or sums[degree + 1] > 1e-3, sums


@pytest.mark.parametrize("degree", [0, -1, REACH + 1])
def test_design_beyond(degree: int) -> None:
    message = f"^degree of exactness: expected an integer from 1 to {REACH}, got {degree}; a random rotation"
    with pytest.raises(_core.ConfigurationError, match=message):
        _core.rotation_design(degree)
