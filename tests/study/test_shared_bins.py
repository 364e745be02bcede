"""Curves whose bins agree as far as both go."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from support.synthetic_curves import POINTS, analysis

from tumble.observables.quantities.quantity import Axis
from tumble.study.compare import compare
from tumble.study.shared_bins import on_shared_bins


def test_shared_bins_are_compared() -> None:
    (row,) = compare([analysis("a", 1, points=30), analysis("b", 2)], reference="b").rows
    assert np.isfinite(row.p_value)


def test_the_bins_of_the_shorter_curve() -> None:
    long, short = analysis("a", 1)["rdf"]["g"], analysis("b", 2, points=30)["rdf"]["g"]
    for first, second in ((long, short), (short, long)):
        pair = on_shared_bins(first, second)
        assert pair is not None
        for given, cut in zip((first, second), pair, strict=True):
            assert np.array_equal(cut.axes[0].values, POINTS[:30])
            assert np.array_equal(cut.values, given.values[:30])
            assert np.array_equal(cut.errors, given.errors[:30])
            assert cut.blocks is not None
            assert given.blocks is not None
            assert np.array_equal(cut.blocks, given.blocks[:, :30])


def test_bins_that_are_shifted_or_of_more_axes_are_not_shared() -> None:
    quantity = analysis("a", 1)["rdf"]["g"]
    moved = replace(quantity, axes=(Axis("r", "Å", POINTS + 0.05),))
    assert on_shared_bins(quantity, moved) is None
    number = np.zeros(())
    assert on_shared_bins(quantity, replace(quantity, axes=(), values=number, errors=number, blocks=None)) is None
