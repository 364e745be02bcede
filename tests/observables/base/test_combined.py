"""An observable of two analyses: one run feeds both, and nothing is returned before."""

from __future__ import annotations

from typing import Any

import MDAnalysis
import numpy as np
import pytest
from MDAnalysis.coordinates.memory import MemoryReader

from tumble.errors import ConfigurationError
from tumble.observables.base.combined import Combined
from tumble.observables.base.observable import FrameObservable
from tumble.observables.base.plan import joined
from tumble.observables.quantities.estimates import averaged
from tumble.observables.quantities.result import Result
from tumble.statistics.cells import Cells
from tumble.types import Array

FRAMES = 60
POSITIONS = np.random.default_rng(1).normal(size=(FRAMES, 2, 3)).astype(np.float32)


class Mean(FrameObservable):
    """The mean of one coordinate of the first atom."""

    observable = "mean"

    def __init__(self, universe: Any, axis: int) -> None:
        super().__init__(universe)
        self._axis = axis

    def _sample(self) -> Array:
        return np.array([float(self._ts.positions[0, self._axis])])

    def _evaluate(self, cells: Cells) -> Result:
        return self._result([averaged("xyz"[self._axis], cells[0], label="x", unit="Å")])


class Both(Combined):
    """Two of these means."""

    observable = "both"

    def __init__(self) -> None:
        super().__init__()
        universe = MDAnalysis.Universe.empty(2, trajectory=True)
        universe.load_new(POSITIONS, format=MemoryReader, dt=0.5)
        self._means = (Mean(universe, 0), Mean(universe, 2))

    @property
    def analyses(self) -> tuple[Mean, ...]:
        return self._means

    def conclude(self) -> Result:
        return joined(self.observable, [each.result for each in self.analyses])


def test_all_analyses_see_the_chosen_frames() -> None:
    result = Both().run(10, 50, 2).result
    assert result.observable == "both"
    assert {each.name: float(each.values) for each in result.quantities} == pytest.approx(
        {"x": POSITIONS[10:50:2, 0, 0].mean(), "z": POSITIONS[10:50:2, 0, 2].mean()}
    )


def test_what_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"`result`: .*`run`"):
        _ = Both().result
    with pytest.raises(ConfigurationError, match=r"`backend`: .*got `dask`"):
        Both().run(backend="dask")
