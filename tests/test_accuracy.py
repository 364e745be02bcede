"""Errors against numbers worked out here."""

from __future__ import annotations

import numpy as np
import pytest

from tumble.accuracy import Errors, ErrorSums, errors_of, rms


def test_errors():
    assert errors_of([[3.0, -1.0], [1.0, -5.0]]) == Errors(2.5, 3.0, 4)


def test_sums_in_pieces_equal_the_whole():
    values = np.random.default_rng(0).standard_normal(10)
    sums = ErrorSums()
    for piece in (values[:3], values[3:3], values[3:]):
        sums.add(piece)
    whole = errors_of(values)
    assert sums.errors().count == 10
    assert (sums.errors().mae, sums.errors().rmse) == pytest.approx((whole.mae, whole.rmse), rel=1e-14)


def test_rms_over_all_elements():
    assert rms([[3.0, 4.0], [0.0, 0.0]]) == 2.5
