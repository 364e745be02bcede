"""Streaming correlations against sums over all pairs of frames."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from tumble.statistics.correlation import Correlator


def direct(x: NDArray[np.float64], lags: int, *, displacements: bool) -> NDArray[np.float64]:
    """By definition, [G,L+1]."""
    result = []
    for lag in range(lags + 1):
        early, late = x[: len(x) - lag], x[lag:]
        terms = (late - early) ** 2 if displacements else early * late
        result.append(terms.sum(axis=2).mean(axis=0))
    return np.array(result).T


@pytest.mark.parametrize("displacements", [False, True])
@pytest.mark.parametrize(("frames", "lags"), [(7, 3), (50, 49), (300, 10), (1000, 250), (777, 1), (5, 0)])
def test_equals_the_sum_over_all_origins(frames: int, lags: int, displacements: bool) -> None:
    x = np.cumsum(np.random.default_rng(frames).normal(size=(frames, 2, 3)), axis=0)
    correlator = Correlator(frames, lags, displacements=displacements)
    for frame in x:
        correlator.add(frame)
    cells = correlator.cells()
    assert cells.counts.sum(axis=0) == pytest.approx(np.tile(frames - np.arange(lags + 1), (2, 1)))
    assert cells.mean == pytest.approx(direct(x, lags, displacements=displacements), rel=1e-9, abs=1e-7)


def test_digits_far_from_the_origin_are_kept() -> None:
    x = np.cumsum(np.random.default_rng(1).normal(size=(100, 1, 3)), axis=0)
    far = Correlator(100, 20, displacements=True)
    for frame in x + 1e6:
        far.add(frame)
    assert far.cells().mean == pytest.approx(direct(x, 20, displacements=True), rel=1e-8, abs=1e-6)


@pytest.mark.parametrize("displacements", [False, True])
def test_groups_of_different_sizes(displacements: bool) -> None:
    x = np.cumsum(np.random.default_rng(2).normal(size=(200, 6)), axis=0)
    correlator = Correlator(200, 60, displacements=displacements)
    for frame in x:
        correlator.add([frame[:4].reshape(2, 2), frame[4:5], frame[5:]])
    found = correlator.cells().mean
    for group, part in enumerate((x[:, None, :4], x[:, None, 4:5], x[:, None, 5:])):
        assert found[group] == pytest.approx(direct(part, 60, displacements=displacements)[0], rel=1e-9, abs=1e-7)
