"""Observables that are also given as curves over time, with a bounded number of points.

A curve over time isn't an average: it has the values of single frames, every k-th if there are too many, and no errors.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from MDAnalysis.analysis.results import ResultsGroup

from tumble.observables.base.observable import FrameObservable
from tumble.observables.quantities.estimates import expected_of
from tumble.observables.quantities.quantity import Axis, Quantity
from tumble.types import Array

POINTS = 2000  # of a curve at most

#: Of the components of a vector.
COMPONENTS = Axis("component: x, y, z =", "1", np.array([1.0, 2.0, 3.0]))


def stride_of(count: int) -> int:
    """Return the stride that reduces so many values to the points of a curve."""
    return max(1, -(-count // POINTS))


def time_curve(
    name: str,
    times: Array,
    values: Array,
    *,
    label: str,
    unit: str,
    errors: Array | None = None,
    expected: Any = None,
    diagnostic: bool = False,
) -> Quantity:
    """Return a curve over time, with every k-th value if there are more than `POINTS`.

    Args:
        name: See `Quantity`, as for all others but these:
        times: [T] in ps.
        values: [T].
        label: See `Quantity`.
        unit: See `Quantity`.
        errors: Half-widths of 68 % intervals [T], if known.
        expected: See `Quantity`.
        diagnostic: See `Quantity`.
    """
    every = slice(None, None, stride_of(len(times)))
    values = np.asarray(values, dtype=np.float64)[every]
    return Quantity(
        name=name,
        label=label,
        unit=unit,
        axes=(Axis("t", "ps", np.asarray(times, dtype=np.float64)[every]),),
        values=values,
        errors=np.full(values.shape, np.nan) if errors is None else errors[every],
        expected=expected_of(expected, values.shape),
        diagnostic=diagnostic,
    )


class SeriesObservable(FrameObservable):
    """An average over frames of which some frames are kept as well.

    A subclass has `_values`, which gives the sample of the current frame; `_point` gives what is kept of it, the sample
    itself unless it is overridden. In `_evaluate` these are `self.results.points`, [T,...], at `self._point_times()`.
    """

    def _values(self) -> Array:
        raise NotImplementedError

    def _point(self, values: Array) -> Array:
        return values

    def _prepare(self) -> None:
        super()._prepare()
        self.results.points = None

    def _sample(self) -> Array:
        values = np.asarray(self._values(), dtype=np.float64)
        place, stride = self._place, stride_of(len(self._used))
        if self.results.points is None:
            self.results.points = np.zeros((-(-len(self._used) // stride), *np.shape(self._point(values))))
        if place % stride == 0:
            self.results.points[place // stride] = self._point(values)
        return values

    def _point_times(self) -> Array:
        return np.asarray(self.times[:: stride_of(len(self._used))], dtype=np.float64)

    def _aggregators(self) -> dict[str, Any]:
        return super()._aggregators() | {"points": ResultsGroup.ndarray_sum}


class SequentialObservable(SeriesObservable):
    """One whose samples need the frame before, so that the work isn't split among processes."""

    _analysis_algorithm_is_parallelizable = False

    @property
    def _rate_unit(self) -> str:
        """Of how fast something turns."""
        return "degrees/ps" if self._time_known else "degrees/frame"

    @classmethod
    def get_supported_backends(cls) -> tuple[str, ...]:
        """Names of back ends."""
        return ("serial",)
