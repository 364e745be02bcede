"""Quantities as means over frames, or as functions of such means, with errors from blocks of frames."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tumble.observables.quantities.quantity import Axis, Quantity
from tumble.statistics.blocking import Blocks, bootstrap, choose_blocks, jackknife_values
from tumble.statistics.cells import Cells
from tumble.types import Array


def averaged(
    name: str,
    cells: Cells,
    *,
    label: str,
    unit: str,
    axes: tuple[Axis, ...] = (),
    frame_time: float = 1.0,
    blocks: int | None = None,
    expected: Any = None,
    diagnostic: bool = False,
    scale: Any = 1.0,
) -> Quantity:
    """Return a quantity that is a mean over frames.

    Args:
        name: See `Quantity`.
        cells: Sums of its samples.
        label: See `Quantity`.
        unit: See `Quantity`.
        axes: See `Quantity`.
        frame_time: Time between two frames, ps.
        blocks: Number of blocks; chosen if not given.
        expected: See `Quantity`.
        diagnostic: See `Quantity`.
        scale: Factor by which the mean is multiplied: a number, or an array that broadcasts.

    Raises:
        NotApplicableError: If there are too few frames.
    """
    found = choose_blocks(cells, blocks)
    return Quantity(
        name=name,
        label=label,
        unit=unit,
        axes=axes,
        values=np.asarray(found.mean * scale),
        errors=np.asarray(found.error * np.abs(scale)),
        blocks=found.samples * scale,
        **times_of(found, frame_time),
        expected=expected_of(expected, found.mean.shape),
        diagnostic=diagnostic,
    )


def derived(
    name: str,
    cells: Cells,
    function: Callable[[Array], Any],
    *,
    label: str,
    unit: str,
    axes: tuple[Axis, ...] = (),
    frame_time: float = 1.0,
    blocks: int | None = None,
    expected: Any = None,
    diagnostic: bool = False,
    repetitions: int = 400,
) -> Quantity:
    """Return a quantity that is a function of means over frames; its error is from bootstrap over blocks.

    Args:
        name: See `averaged`.
        cells: Sums of the samples, whose means are the argument of `function`.
        function: Takes the means, of the shape of a sample, and returns the values.
        label: See `averaged`.
        unit: See `averaged`.
        axes: See `averaged`.
        frame_time: See `averaged`.
        blocks: See `averaged`.
        expected: See `averaged`.
        diagnostic: See `averaged`.
        repetitions: Number of bootstrap resamplings.

    Raises:
        NotApplicableError: If there are too few frames.
    """
    found = choose_blocks(cells, blocks)

    def evaluate(mean: Array) -> Array:
        return np.asarray(function(mean), dtype=np.float64)

    values, errors = bootstrap(found, evaluate, repetitions=repetitions)
    return Quantity(
        name=name,
        label=label,
        unit=unit,
        axes=axes,
        values=values,
        errors=errors,
        blocks=jackknife_values(found, evaluate),
        **times_of(found, frame_time),
        expected=expected_of(expected, values.shape),
        diagnostic=diagnostic,
    )


def expected_of(expected: Any, shape: tuple[int, ...]) -> Array | None:
    """Return the expected value, a number or an array that broadcasts, in the shape of a quantity."""
    return None if expected is None else np.broadcast_to(np.float64(expected), shape)


def times_of(blocks: Blocks, frame_time: float) -> dict[str, Any]:
    """Return `resolved` and the times of a quantity from its blocks, with `frame_time` (ps) between two frames."""
    return {
        "resolved": blocks.resolved,
        "correlation_time": blocks.correlation_time * frame_time,
        "block_time": blocks.length * frame_time,
    }
