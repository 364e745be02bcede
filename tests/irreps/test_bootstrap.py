from __future__ import annotations

import numpy as np
import pytest

from tumble.irreps.bootstrap import Bootstrap, ratio


def test_the_error_of_a_ratio_of_correlated_sums() -> None:
    """For numerators r n with equal r, a ratio has no error, however much the sizes n vary."""
    sizes = np.random.default_rng(0).integers(1, 50, (30, 1)).astype(float)
    estimate = Bootstrap(30, 0).estimate(ratio, 2.5 * sizes, sizes)
    assert estimate.value == pytest.approx(2.5)
    assert estimate.error == pytest.approx(0.0, abs=1e-12)


def test_the_error_of_a_ratio_of_independent_sums() -> None:
    """By propagation of errors: var(x/y) = var(x - r y) / (K y^2) for means of K pairs."""
    draw = np.random.default_rng(1)
    x, y = 3.0 + draw.standard_normal((500, 1)), 10.0 + draw.standard_normal((500, 1))
    estimate = Bootstrap(500, 0).estimate(ratio, x, y)
    expected = np.std(x - estimate.value * y) / (np.sqrt(500.0) * y.mean())
    assert estimate.error == pytest.approx(expected, rel=0.1)


def test_frames_that_do_not_count() -> None:
    values, ones = np.array([[1.0], [2.0], [100.0]]), np.ones((3, 1))
    bootstrap = Bootstrap(3, 0)
    assert bootstrap.estimate(ratio, values, ones, used=np.array([True, True, False])).value == 1.5
    single = bootstrap.estimate(ratio, values, ones, used=np.array([False, True, False]))
    assert (single.value, single.error) == (2.0, None)
    assert Bootstrap(1, 0).estimate(ratio, values[:1], ones[:1]).error is None
