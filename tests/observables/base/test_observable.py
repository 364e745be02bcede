"""The bases of observables: cells by the place in the whole trajectory, back ends, and what is refused."""

from __future__ import annotations

from pathlib import Path

import MDAnalysis
import numpy as np
import pytest
from MDAnalysis.coordinates.memory import MemoryReader
from numpy.typing import NDArray

from tumble.errors import ConfigurationError, NotApplicableError, SettingError, TrajectoryError
from tumble.observables.base.observable import FrameObservable, TimeCorrelation
from tumble.observables.base.one_pass import one_pass
from tumble.observables.quantities.estimates import averaged
from tumble.observables.quantities.quantity import Axis
from tumble.observables.quantities.result import Result
from tumble.statistics.cells import Cells
from tumble.trajectories.centroid import beads_of
from tumble.types import Array

FRAMES = 1300  # more than there are cells


class MeanPosition(FrameObservable):
    """The mean position of each atom along x."""

    observable = "mean-position"

    def _sample(self) -> Array:
        return beads_of(self._ts)[0, :, 0]

    def _evaluate(self, cells: Cells) -> Result:
        axis = Axis("atom", "1", np.arange(2.0))
        quantity = averaged(
            "x", cells, label="x", unit="Å", axes=(axis,), frame_time=self._frame_time(), blocks=self.blocks
        )
        return self._result([quantity], kind="test")


class Autocorrelation(TimeCorrelation):
    """The autocorrelation of the positions."""

    observable = "autocorrelation"

    def _channels(self) -> Array:
        return beads_of(self._ts)[0].reshape(1, -1)

    def _evaluate(self, cells: Cells, lags: Array) -> Result:
        axis = Axis("t", "ps", lags)
        return self._result([averaged("C", cells[0], label="C(t)", unit="Å²", axes=(axis,), blocks=self.blocks)])


def positions() -> NDArray[np.float32]:
    return np.random.default_rng(1).normal(size=(FRAMES, 2, 3)).astype(np.float32)


def universe(frames: NDArray[np.float32] | None = None) -> MDAnalysis.Universe:
    made = MDAnalysis.Universe.empty(2, trajectory=True)
    made.load_new(positions() if frames is None else frames, format=MemoryReader, dt=0.5)
    return made


def test_mean_and_metadata() -> None:
    result = MeanPosition(universe()).run(start=100, step=2).result
    assert result["x"].values == pytest.approx(positions()[100::2, :, 0].mean(axis=0), abs=1e-6)
    assert result["x"].errors == pytest.approx(1 / np.sqrt(600), rel=0.4)
    assert result.metadata["frames"] == 600
    assert (result.metadata["first_frame"], result.metadata["last_frame"]) == (100, 1298)
    assert result.metadata["time_ps"] == [50.0, 649.0]
    assert (result.metadata["beads"], result.metadata["atoms"], result.metadata["kind"]) == (1, 2, "test")


@pytest.mark.parametrize(("backend", "workers"), [("multiprocessing", 3), ("dask", 2)])
def test_back_ends_agree(backend: str, workers: int) -> None:
    alone = MeanPosition(universe()).run(start=7).result
    together = MeanPosition(universe()).run(start=7, backend=backend, n_workers=workers).result
    assert together.metadata == alone.metadata
    for mine, theirs in zip(together.quantities, alone.quantities, strict=True):
        assert mine.values == pytest.approx(theirs.values, abs=1e-12)
        assert mine.errors == pytest.approx(theirs.errors, abs=1e-12)
        assert mine.blocks == pytest.approx(theirs.blocks, abs=1e-12)


def test_chosen_frames() -> None:
    chosen = np.arange(0, 900, 3)
    result = MeanPosition(universe()).run(frames=chosen).result
    assert result["x"].values == pytest.approx(positions()[chosen, :, 0].mean(axis=0), abs=1e-6)
    with pytest.raises(ConfigurationError, match=r"`frames`: .*ascending"):
        MeanPosition(universe()).run(frames=[3, 1, 2])


def test_correlation_has_the_times_of_the_frames() -> None:
    result = Autocorrelation(universe(), longest=5.0).run().result
    assert result["C"].axes[0].values == pytest.approx(np.arange(11) * 0.5)
    x = positions().astype(np.float64).reshape(FRAMES, -1)
    assert result["C"].values[0] == pytest.approx(np.mean(np.sum(x * x, axis=1)), rel=1e-6)
    assert result["C"].values[4] == pytest.approx(np.mean(np.sum(x[:-4] * x[4:], axis=1)), abs=1e-5)


def test_correlation_over_the_default_time_is_resolved() -> None:
    frames = np.random.default_rng(5).normal(size=(FRAMES, 2, 3)).astype(np.float32)
    result = Autocorrelation(universe(frames)).run().result
    assert len(result["C"].values) == 41  # 20 ps
    assert result["C"].resolved


def test_what_cannot_be_answered_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"`result`: .*`run`"):
        _ = MeanPosition(universe()).result
    with pytest.raises(NotApplicableError, match=r"`frames`: .* 2 frames, got none"):
        MeanPosition(universe()).run(start=5000)
    with pytest.raises(NotApplicableError, match=r"at least 2 frames.*got 1"):
        MeanPosition(universe()).run(stop=1)
    with pytest.raises(NotApplicableError, match=r"`blocks`: .* 3, got 4"):
        MeanPosition(universe(), blocks=4).run(stop=3)
    with pytest.raises(NotApplicableError, match=r"4 frames.*got 3"):
        Autocorrelation(universe()).run(stop=3)
    with pytest.raises(SettingError, match=r"`longest`: .* 0\.5 ps.*got 1000 ps"):
        Autocorrelation(universe(), longest=1000.0).run()


def test_frames_at_unequal_times_have_no_correlation_in_time() -> None:
    with pytest.raises(NotApplicableError, match=r"`frames`: .*equal.*, got .*0\.5 to 1 ps"):
        Autocorrelation(universe(), longest=1.0).run(frames=[0, 1, 2, 4, 5, 6])


class Impossible(MeanPosition):
    """Refuses the third frame."""

    def _sample(self) -> Array:
        if self._ts.frame == 2:
            raise TrajectoryError("`charges`: expected finite numbers, got NaN")
        return super()._sample()


def test_an_impossible_value_is_reported_with_file_and_frame(tmp_path: Path) -> None:
    file = tmp_path / "two.xyz"
    file.write_text("2\n\nO 0 0 0\nO 1 0 0\n" * 5)
    with pytest.raises(TrajectoryError, match=rf"^frame 2 of `{file}`: `charges`: expected .*, got NaN$"):
        Impossible(MDAnalysis.Universe(file, dt=1.0)).run()
    analysis = Impossible(MDAnalysis.Universe(file, dt=1.0))
    one_pass([analysis])
    with pytest.raises(TrajectoryError, match=rf"^frame 2 of `{file}`: `charges`: expected .*, got NaN$"):
        _ = analysis.result
