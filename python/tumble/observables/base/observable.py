"""The base classes of all observables: averages over single frames, and time correlations.

Both derive from `MDAnalysis.analysis.base.AnalysisBase`: after `Observable(universe, ...).run(start, stop, step)`,
`.result` holds a frozen `Result`. A frame may hold a ring polymer (`tumble.trajectories.ring_polymer`): `beads_of(ts)`
returns the positions of all beads. For any other trajectory it returns the positions as a single bead.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any

import numpy as np
from MDAnalysis.analysis.backends import BackendBase
from MDAnalysis.analysis.base import AnalysisBase
from MDAnalysis.analysis.results import ResultsGroup
from numpy.typing import NDArray

from tumble.errors import ConfigurationError, NotApplicableError, SettingError, TrajectoryError
from tumble.observables.base.failure import Failure
from tumble.observables.base.frame_analysis import Part
from tumble.observables.base.kind import Kind
from tumble.observables.base.processes import Processes
from tumble.observables.frames.snapshot import Snapshot
from tumble.observables.quantities.log_rows import unevenly_spaced
from tumble.observables.quantities.result import Result
from tumble.statistics.cells import Cells, cell_count, cell_length
from tumble.statistics.correlation import Correlator
from tumble.trajectories.centroid import beads_of
from tumble.trajectories.frames import describe_frame
from tumble.trajectories.mdanalysis_parts import frames_of_run, prepare_frames
from tumble.trajectories.nuclei import Nuclei, nuclei_of
from tumble.types import Array
from tumble.version import __version__

LONGEST = 20.0  # ps; default for the longest time difference of correlations


# MDAnalysis is untyped, hence the exemptions.
class UniverseAnalysis(Kind, AnalysisBase):  # type: ignore[misc]
    """An analysis of the frames of a universe: the common base of `FrameObservable` and `TimeCorrelation`."""

    #: Whether the observable describes the motion of the centroid, which is the same with and without beads.
    follows_centroid = False

    def __init__(self, universe: Any, *, blocks: int | None = None, verbose: bool = False) -> None:
        """Prepare an analysis of the trajectory of a universe.

        Args:
            universe: A `MDAnalysis.Universe`.
            blocks: Number of blocks for the errors; chosen if not given.
            verbose: Whether to show a progress bar.
        """
        super().__init__(universe.trajectory, verbose=verbose)
        self.universe = universe
        self.blocks = blocks
        self._used = np.empty(0, dtype=np.int64)
        self._failure: Failure | None = None

    @property
    def kinds_may_change(self) -> bool:
        """Whether atoms may change their elements from frame to frame, as `fix atom/swap` changes them."""
        return False

    @property
    def result(self) -> Result:
        """Result of the last run.

        Raises:
            ConfigurationError: Before `run`.
            Exception: The exception of this analysis in `one_pass`, if that was used instead of `run`.
        """
        if self._failure is not None:
            self._failure.throw()
        result = self.results.get("result")
        if result is None:
            raise ConfigurationError("`result`: expected a call of `run` before")
        found: Result = result
        return found

    def run(self, start: int | None = None, stop: int | None = None, step: int | None = None, **arguments: Any) -> Any:
        """Analyze the trajectory.

        Args:
            start: First frame.
            stop: Frame after the last.
            step: Stride.
            arguments: Further arguments of `AnalysisBase.run`: `frames` (in ascending order), `backend` (`serial`; for
                averages over single frames also `multiprocessing` and `dask`), `n_workers`, ...

        Returns:
            The observable itself.

        Raises:
            ConfigurationError: If frames aren't in ascending order, or a setting doesn't fit the trajectory.
            TrajectoryError: If a file is damaged; the message names the file and the frame.
            NotApplicableError: If the trajectory doesn't allow this observable.
        """
        self.choose_frames(start, stop, step, arguments.get("frames"))
        backend = arguments.pop("backend", None)
        # MDAnalysis forks. In a forked process torch and OpenMP wait forever for threads that don't exist there.
        spawned = backend == "multiprocessing" and self.parallelizable
        self._trajectory.kinds_may_change = self.kinds_may_change
        try:
            with Processes(arguments.pop("n_workers", None) or 1) if spawned else nullcontext(backend) as used:
                custom = isinstance(used, BackendBase)
                return super().run(start, stop, step, backend=used, unsupported_backend=custom, **arguments)
        finally:
            self._trajectory.kinds_may_change = False

    def choose_frames(self, start: int | None, stop: int | None, step: int | None, frames: Any = None) -> None:
        """Choose the frames that will be seen (`chosen_frames`), and drop the result of an earlier run.

        Raises:
            ConfigurationError: If they aren't in ascending order.
            NotApplicableError: If there are too few.
        """
        used = frames_of_run(self, start, stop, step, frames)
        if len(used) == 0:
            raise NotApplicableError("`frames`: expected at least 2 frames, got none")
        if len(used) == 1:
            raise NotApplicableError("`frames`: expected at least 2 frames, without which there is no error bar, got 1")
        if np.any(np.diff(used) <= 0):
            raise ConfigurationError("`frames`: expected frames in ascending order, got others")
        self._used = used
        self._failure = None
        self.results.pop("result", None)  # else worker processes would return the result of the earlier run

    @property
    def chosen_frames(self) -> NDArray[np.int64]:
        """Indices of the frames that are analyzed, [T]."""
        return self._used

    @property
    def failure(self) -> Failure | None:
        """Exception of this analysis in `one_pass`; None without one."""
        return self._failure

    def begin(self, frames: NDArray[np.int64]) -> None:
        """Prepare for these of the chosen frames; `show` will show them in this order."""
        prepare_frames(self, frames)
        self._prepare()

    def show(self, index: int, snapshot: Snapshot) -> None:
        """Analyze a frame; `index` is its place, from 0, among the frames passed to `begin`."""
        ts = snapshot.ts
        if "like_first" in ts.data and not self.kinds_may_change:
            raise self._trajectory.kinds_changed(ts.frame)
        self._frame_index, self._ts, self._snapshot = index, ts, snapshot
        self.frames[index], self.times[index] = ts.frame, ts.time
        self._see_or_name_the_file()

    @property
    def part(self) -> Part:
        """Partial results for the frames seen since `begin`."""
        return Part(self.frames, self.times, self.results)

    def conclude(self, parts: Sequence[Part]) -> None:
        """Make the result from all parts, in the order of their frames. Other processes may have made the parts."""
        self.frames = np.hstack([part.frames for part in parts])
        self.times = np.hstack([part.times for part in parts])
        self.results = self._get_aggregator().merge([part.results for part in parts])
        self._conclude()

    def fail(self, failure: Failure) -> None:
        """Store a failure; `result` will raise its exception."""
        self._failure = failure

    def _single_frame(self) -> None:
        self._snapshot = Snapshot(self._ts)
        self._see_or_name_the_file()

    def _see_or_name_the_file(self) -> None:
        try:
            self._see()
        except TrajectoryError as error:
            raise TrajectoryError(f"{describe_frame(self._trajectory, self._ts.frame)}: {error}") from error

    def _see(self) -> None:
        """Analyze the current frame, `self._ts`; `self._snapshot` has values that observables share.

        Raises:
            TrajectoryError: If its values are impossible. The message needs no place, which is put in front of it.
        """
        raise NotImplementedError

    @property
    def _place(self) -> int:
        """Index of the current frame among all analyzed frames, from 0. This process may see only some of them."""
        return int(np.searchsorted(self._used, self._ts.frame))

    def _frame_time(self) -> float:
        """Return the time between two analyzed frames, ps.

        Raises:
            NotApplicableError: If frames aren't equally spaced in time.
        """
        if len(self.times) < 2:
            return float("nan")
        steps = np.diff(self.times)
        if unevenly_spaced(self.times):
            raise NotApplicableError(
                f"`frames`: expected frames at equal distances in time, got from {steps.min():.6g} to "
                f"{steps.max():.6g} ps"
            )
        return float(steps.mean())

    def _time_step(self) -> float:
        """Return the mean time between two analyzed frames (ps) from the times of the first and the last frame.

        It is known before the frames are read. A reader's own `dt` differs, for example, if a dump has every tenth
        step.

        Raises:
            NotApplicableError: If the last frame isn't later than the first.
        """
        first, last = (float(self._trajectory[int(frame)].time) for frame in self._used[[0, -1]])
        if not last > first:
            raise NotApplicableError(f"`frames`: expected a time that goes on, got from {first:.6g} to {last:.6g} ps")
        return (last - first) / (len(self._used) - 1)

    @property
    def _time_known(self) -> bool:
        """Whether times are in ps; otherwise they are numbers of frames."""
        return bool(getattr(self._trajectory, "time_known", True))

    def _require_times(self, what: str) -> None:
        """Raise a NotApplicableError if times aren't known; `what` is what they are needed for."""
        if not self._time_known:
            raise NotApplicableError(f"`timestep`: expected one for {what}, since the files give no times")

    def _nuclei(self) -> Nuclei | None:
        """Return the kind of positions that the result describes; None if it isn't known."""
        shown = getattr(self._trajectory, "nuclei", None) or nuclei_of(self._trajectory)
        return Nuclei.MOTION if self.follows_centroid and shown in (Nuclei.BEADS, Nuclei.CENTROID) else shown

    def _result(self, quantities: Any, *, notes: tuple[str, ...] = (), **metadata: Any) -> Result:
        """Return the result, with the metadata and notes that all observables state about the trajectory."""
        quantities = tuple(quantities)
        unresolved = [quantity.name for quantity in quantities if not quantity.resolved]
        if unresolved:
            which = "any quantity" if len(unresolved) == len(quantities) else ", ".join(unresolved)
            text = f"The run is too short to determine the correlation time of {which}: errors are lower bounds."
            notes = (*notes, text)
        notes = tuple(dict.fromkeys((*notes, *getattr(self._trajectory, "notes", ()))))
        common = {
            "frames": len(self.frames),
            "first_frame": int(self.frames[0]),
            "last_frame": int(self.frames[-1]),
            "time_ps": [float(self.times[0]), float(self.times[-1])],
            "beads": len(beads_of(self._trajectory.ts)),
            "nuclei": self._nuclei(),
            "atoms": len(self.universe.atoms),
            "tumble": __version__,
        }
        return Result(self.observable, quantities, {**common, **metadata}, notes)


class FrameObservable(UniverseAnalysis):
    """An average over frames of a sample that follows from one frame.

    A subclass has `_sample`, which returns the sample of the current frame (`self._ts`, `self._snapshot`), always with
    the same shape, and `_evaluate`, which makes the result from the cells. If it stores anything else in `results`, it
    adds that to `_aggregators`.
    """

    _analysis_algorithm_is_parallelizable = True

    @classmethod
    def get_supported_backends(cls) -> tuple[str, ...]:
        """Return the names of the supported back ends."""
        return ("serial", "multiprocessing", "dask")

    def _sample(self) -> Array:
        raise NotImplementedError

    def _evaluate(self, cells: Cells) -> Result:
        raise NotImplementedError

    def _prepare(self) -> None:
        self._cell_length = cell_length(len(self._used))
        self.results.counts = np.zeros(cell_count(len(self._used)))
        self.results.sums = None
        self.results.squares = None

    def _see(self) -> None:
        sample = np.asarray(self._sample(), dtype=np.float64)
        if self.results.sums is None:
            self.results.sums = np.zeros((len(self.results.counts), *sample.shape))
            self.results.squares = np.zeros(sample.shape)
        cell = self._place // self._cell_length
        self.results.counts[cell] += 1
        self.results.sums[cell] += sample
        self.results.squares += sample**2

    def _aggregators(self) -> dict[str, Any]:
        """Return the functions that combine the `results` of several processes."""
        add = ResultsGroup.ndarray_sum
        return {"counts": add, "sums": add, "squares": add}

    def _get_aggregator(self) -> Any:
        return ResultsGroup(lookup=self._aggregators())

    def _conclude(self) -> None:
        # The process that joins the parts hasn't called `_prepare`.
        cells = Cells(self.results.sums, self.results.counts, cell_length(len(self._used)), self.results.squares)
        self.results.result = self._evaluate(cells)


class TimeCorrelation(UniverseAnalysis):
    """Correlations in time of numbers x that follow from one frame each.

    A subclass has `_channels`, which returns these numbers for the current frame (`self._ts`): [G,M] for G groups of M
    numbers, or G arrays of different sizes. It also has `_evaluate`, which makes the result from the cells of
    sum_m x_gm(t) x_gm(t + k), averaged over all times t (see `Correlator`). A correlation needs the frames in order,
    so the work isn't divided among processes.

    Args:
        longest: Longest time difference, ps; if not given, a tenth of the trajectory, but at most 20 ps.
    """

    #: Whether displacements (x(t + k) - x(t))^2 are averaged instead of products.
    displacements = False

    def __init__(
        self, universe: Any, *, longest: float | None = None, blocks: int | None = None, verbose: bool = False
    ) -> None:
        super().__init__(universe, blocks=blocks, verbose=verbose)
        self.longest = longest

    def _check_motion(self) -> None:
        """Raise a NotApplicableError if the trajectory shows a single bead, whose motion isn't that of the nuclei."""
        if self._nuclei() is Nuclei.ONE_BEAD:
            raise NotApplicableError(
                "`universe`: expected all beads or their centroid for a correlation in time, got one bead, which moves "
                "with fictitious momenta"
            )

    def _channels(self) -> Array | Sequence[Array]:
        raise NotImplementedError

    def _default_lags(self, count: int, step: float) -> int:
        """Return the default for the longest lag, in frames.

        It is a tenth of the trajectory, but at most `LONGEST`: blocks must be several times longer than the lag for
        errors to be known, and memory grows with the lag.

        Args:
            count: Number of frames.
            step: Time between two frames, ps.
        """
        return max(1, min(count // 10, round(LONGEST / step)))

    def _evaluate(self, cells: Cells, lags: Array) -> Result:
        raise NotImplementedError

    def _require_correlation(self) -> None:
        """Raise a NotApplicableError if there are too few frames for a correlation, or the frames have no times."""
        if len(self._used) < 4:
            raise NotApplicableError(
                f"`frames`: expected at least 4 frames for a correlation in time, got {len(self._used)}"
            )
        self._require_times("a correlation in time")

    def _prepare(self) -> None:
        self._require_correlation()
        count = len(self._used)
        self._check_motion()
        step = self._time_step()
        lags = self._default_lags(count, step)
        if self.longest is not None:
            lags = round(self.longest / step)
            if not 1 <= lags < count:
                raise SettingError(
                    "longest",
                    f"expected at least {step:.6g} ps (one frame) and less than the trajectory's "
                    f"{(count - 1) * step:.6g} ps, got {self.longest:g} ps",
                )
        self._correlator = Correlator(count, lags, displacements=self.displacements)

    def _see(self) -> None:
        self._correlator.add(self._channels())

    def _conclude(self) -> None:
        cells = self._correlator.cells()
        self.results.result = self._evaluate(cells, self._frame_time() * np.arange(float(self._correlator.lags + 1)))
