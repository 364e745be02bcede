"""The sets of `degree:t`, against Wigner matrices from SciPy."""

from __future__ import annotations

import numpy as np
import pytest
from support.wigner import averages

from tumble import _core

# rotations of the set for each degree: one more would be a worse table
COUNTS = {1: 4, 2: 12, 3: 24, 4: 43, 5: 60, 6: 117, 7: 160, 8: 237, 9: 290, 10: 444, 11: 480, 12: 696}


@pytest.mark.parametrize("degree", COUNTS)
def test_exact_to_its_degree_and_no_further(degree: int) -> None:
    frames = _core.Symmetrizer(f"degree:{degree}").frames()
    rotations, weights = frames.rotations, frames.weights
    sums = {l: np.abs(averages(l, rotations, weights)).max() for l in range(1, degree + 2)}  # noqa: E741
    assert max(sums[l] for l in range(1, degree + 1)) < 1e-12, sums  # noqa: E741
    assert COUNTS.get(degree + 1) == COUNTS[degree] or sums[degree + 1] > 1e-3, sums
    assert frames.exactness(degree) == degree


@pytest.mark.parametrize("degree", COUNTS)
def test_rotations_and_weights(degree: int) -> None:
    frames = _core.Symmetrizer(f"degree:{degree}").frames()
    rotations, weights = frames.rotations, frames.weights
    assert len(frames) == COUNTS[degree]
    assert weights.min() > 0
    assert weights.sum() == pytest.approx(1, abs=1e-14)
    products = np.einsum("kij,klj->kil", rotations, rotations)
    np.testing.assert_allclose(products, np.broadcast_to(np.eye(3), products.shape), rtol=0, atol=2e-15)
    np.testing.assert_allclose(np.linalg.det(rotations), 1, rtol=0, atol=2e-15)
    np.testing.assert_array_equal(rotations[0], np.eye(3))
    overlaps = np.einsum("kij,lij->kl", rotations, rotations) - 4 * np.eye(len(rotations))
    assert overlaps.max() < 3 - 1e-3, "a rotation occurs twice"
