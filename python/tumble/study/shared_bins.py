"""Quantities of two runs on the bins that both have."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tumble.observables.quantities.quantity import Quantity


def on_shared_bins(first: Quantity, second: Quantity) -> tuple[Quantity, Quantity] | None:
    """Return both quantities on the bins that they share; None if their bins differ."""
    if len(first.axes) != len(second.axes):
        return None
    count = tuple(min(len(one.values), len(two.values)) for one, two in zip(first.axes, second.axes, strict=True))
    for one, two, shared in zip(first.axes, second.axes, count, strict=True):
        step = np.ptp(one.values) / max(len(one.values) - 1, 1)
        if not np.allclose(one.values[:shared], two.values[:shared], rtol=0, atol=1e-3 * step):
            return None
    return _first_bins(first, count), _first_bins(second, count)


def _first_bins(quantity: Quantity, count: tuple[int, ...]) -> Quantity:
    part = tuple(slice(one) for one in count)
    whole = (slice(None), *part)
    return replace(
        quantity,
        axes=tuple(replace(axis, values=axis.values[:one]) for axis, one in zip(quantity.axes, count, strict=True)),
        values=quantity.values[part],
        errors=quantity.errors[part],
        blocks=None if quantity.blocks is None else quantity.blocks[whole],
        expected=None if quantity.expected is None else quantity.expected[part],
    )
