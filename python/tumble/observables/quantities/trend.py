"""Drifts: the slope of a straight line through a correlated time series, with its error.

The averages y_b over B blocks with midpoints t_b are fitted with weights w_b, the blocks' shares of the run:

    slope = sum_b w_b (t_b - t) y_b / S,    S = sum_b w_b (t_b - t)^2,    error^2 = sum_b w_b r_b^2 / ((B - 2) S)

with the residuals r_b: the regression for independent samples whose variances are proportional to 1 / w_b. The length
of the blocks is chosen as for averages (`tumble.statistics.blocking`), from the series minus the line, and the error is
multiplied by Student's factor for B - 2 degrees of freedom. A series that diffuses without bound, such as the conserved
quantity of a thermostatted run, is correlated over the whole run: then `resolved` is false, and the error is a lower
bound.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tumble.errors import NotApplicableError
from tumble.observables.quantities.estimates import expected_of, times_of
from tumble.observables.quantities.quantity import Axis, Quantity
from tumble.statistics.blocking import choose_blocks, student
from tumble.statistics.cells import Cells
from tumble.types import Array

FEWEST = 3  # blocks; with two, a line leaves no residuals
_LEFT = 0.01  # share of the variance left by the line, below which the correlation time is unknown


def trend(
    name: str,
    cells: Cells,
    *,
    label: str,
    unit: str,
    frame_time: float,
    axes: tuple[Axis, ...] = (),
    blocks: int | None = None,
    expected: Any = None,
    diagnostic: bool = False,
    scale: float = 1.0,
) -> Quantity:
    """Return the slope of the straight line through a time series.

    Args:
        name: See `Quantity`.
        cells: Sums of the series, with those of the squares.
        label: See `Quantity`.
        unit: Unit of the slope: that of the series, times `scale`, per ps.
        frame_time: Time between two frames, ps.
        axes: See `Quantity`.
        blocks: Number of blocks; chosen if not given.
        expected: See `Quantity`.
        diagnostic: See `Quantity`.
        scale: Factor by which the slope is multiplied.

    Raises:
        NotApplicableError: If there are too few frames or blocks.
    """
    if len(cells.sums) < FEWEST:
        raise NotApplicableError(f"expected at least {FEWEST} frames for a drift with its error, got {len(cells.sums)}")
    if blocks is not None and blocks < FEWEST:
        raise NotApplicableError(f"`blocks`: expected at least {FEWEST} for a drift, got {blocks}")
    places = _places(cells)
    line = _slope(places, cells.sums / _column(cells.counts, cells.sums), cells.counts / cells.counts.sum())
    found = choose_blocks(_less(cells, line, places), blocks)
    middles = choose_blocks(Cells(cells.counts * places, cells.counts, cells.length), len(found)).values
    weights = found.weights.reshape(len(found), -1)[:, 0]
    remaining = _slope(middles, found.values, weights)
    arms = middles - weights @ middles
    residuals = found.values - np.tensordot(weights, found.values, 1) - np.multiply.outer(arms, remaining)
    spread = np.tensordot(weights, residuals**2, 1) / ((len(found) - 2) * (weights @ arms**2))
    without = [_slope(*_all_but(one, middles, found.values, weights)) for one in range(len(found))]
    pseudo = len(found) * remaining - (len(found) - 1) * np.array(without)
    factor = scale / frame_time
    values = np.asarray((line + remaining) * factor)
    return Quantity(
        name=name,
        label=label,
        unit=unit,
        axes=axes,
        values=values,
        errors=np.asarray(student(len(found) - 1) * np.sqrt(spread) * abs(factor)),
        blocks=(line + pseudo) * factor,
        **times_of(found, frame_time),
        expected=expected_of(expected, values.shape),
        diagnostic=diagnostic,
    )


def _places(cells: Cells) -> Array:
    """Return the midpoints of the cells, [C] in frames from the middle of the run."""
    ends = np.cumsum(cells.counts)
    middles = ends - 0.5 * (cells.counts + 1)
    return np.asarray(middles - 0.5 * (ends[-1] - 1))


def _slope(places: Array, values: Array, weights: Array) -> Array:
    arms = places - weights @ places / weights.sum()
    return np.asarray(np.tensordot(weights * arms, values, 1) / (weights @ arms**2))


def _less(cells: Cells, line: Array, places: Array) -> Cells:
    """Return the series minus a line through its mean at the middle of the run."""
    count = cells.counts.sum()
    mean = cells.sums.sum(axis=0) / count
    counts = _column(cells.counts, cells.sums)
    sums = cells.sums - counts * (mean + np.multiply.outer(places, line))
    if cells.squares is None:
        return Cells(sums, cells.counts, cells.length)
    variance = cells.squares / count - mean**2
    left = variance - line**2 * (count**2 - 1) / 12
    # A tiny remainder comes from rounding and from the finite length of the cells.
    known = bool(np.all(left > _LEFT * variance))
    return Cells(sums, cells.counts, cells.length, left * count if known else None)


def _all_but(one: int, *arrays: Array) -> list[Array]:
    return [np.delete(array, one, axis=0) for array in arrays]


def _column(counts: Array, sums: Array) -> Array:
    return counts.reshape(counts.shape + (1,) * (sums.ndim - 1))
