"""Curves over time of a bounded number of points."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from support.motions import motion

from tumble.observables.base.processes import Processes
from tumble.observables.base.series import (
    POINTS,
    SequentialObservable,
    SeriesObservable,
    stride_of,
    time_curve,
)
from tumble.observables.quantities.estimates import averaged
from tumble.observables.quantities.result import Result
from tumble.statistics.cells import Cells


class Height(SeriesObservable):
    """Mean height of an atom, and its square as a curve."""

    observable = "height"

    def _values(self) -> Any:
        return self._ts.positions[0, 2:]

    def _point(self, values: Any) -> Any:
        return values**2

    def _evaluate(self, cells: Cells) -> Result:
        mean = averaged("height", cells[0], label="z", unit="Å", frame_time=self._frame_time())
        curve = time_curve("square", self._point_times(), self.results.points[:, 0], label="z²", unit="Å²")
        return self._result([mean, curve])


class InOrder(Height, SequentialObservable):
    """The same, one frame after the other."""


def heights(frames: int) -> Any:
    positions = np.zeros((frames, 1, 3))
    positions[:, 0, 2] = np.arange(frames)
    return motion("O", positions, step=0.5)


@pytest.mark.parametrize("frames", [7, POINTS, POINTS + 1, 3 * POINTS + 5])
def test_points_are_frames_at_equal_distances(frames: int) -> None:
    result = Height(heights(frames)).run().result
    curve = result["square"]
    stride = stride_of(frames)
    assert len(curve.values) <= POINTS
    assert curve.values == pytest.approx(np.arange(0, frames, stride, dtype=float) ** 2)
    assert curve.axes[0].values == pytest.approx(0.5 * np.arange(0, frames, stride))
    assert np.isnan(curve.errors).all()
    assert curve.blocks is None
    assert result["height"].values == pytest.approx((frames - 1) / 2)


def test_part_of_a_trajectory_in_processes(processes: Processes) -> None:
    universe = heights(5000)
    serial = Height(universe).run(start=10, stop=4900, step=2).result["square"]
    parallel = Height(universe).run(start=10, stop=4900, step=2, backend=processes).result["square"]
    assert parallel.values == pytest.approx(serial.values)
    assert parallel.axes[0].values == pytest.approx(serial.axes[0].values)
    assert serial.axes[0].values[0] == 5.0


def test_sequences_are_not_split() -> None:
    assert InOrder.get_supported_backends() == ("serial",)
    with pytest.raises(ValueError, match="Can not parallelize class"):
        InOrder(heights(20)).run(backend="multiprocessing", n_workers=2)


def test_long_curves_keep_every_third_value_with_its_error() -> None:
    times = np.arange(2 * POINTS + 1.0)
    curve = time_curve("x", times, 2 * times, label="x", unit="Å", errors=3 * times)
    assert len(curve.values) == 1334  # of 4001 values
    assert curve.axes[0].values[:3].tolist() == [0, 3, 6]
    assert curve.values[-1] == 2 * 3999
    assert curve.errors[-1] == 3 * 3999
