"""One pass over the frames of a trajectory that shows each frame to several analyses.

The results equal those of `analysis.run(start, stop, step)` for each analysis separately, to the last bit. But each
frame is read once, and values that several analyses derive from it are computed once (`Snapshot`). An analysis that
fails doesn't end the others: its exception is stored, and its `result` raises it. A frame that can't be read ends the
pass for all analyses.

With several processes, these share the frames of averages over single frames (`FrameObservable`), divided as
`FrameObservable.run` divides them. Meanwhile this process shows all frames in order to the other analyses, such as
correlations in time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tumble.observables.base.failure import Failure
from tumble.observables.base.frame_analysis import FrameAnalysis, Part
from tumble.observables.base.processes import Processes, count_frame
from tumble.observables.base.progress import Progress
from tumble.observables.frames.snapshot import Snapshot

#: Function that decides whether an exception ends the pass for all analyses. Its arguments are the exception and
#: whether frames had been seen before.
Fatal = Callable[[Exception, bool], bool]

Indices = NDArray[np.int64]


def one_pass(
    analyses: Sequence[FrameAnalysis],
    start: int | None = None,
    stop: int | None = None,
    step: int | None = None,
    *,
    frames: Any = None,
    processes: Processes | None = None,
    progress: Progress | None = None,
    fatal: Fatal | None = None,
) -> None:
    """Show frames to analyses. Afterwards the `result` of each returns its result or raises its exception.

    Args:
        analyses: Analyses of one universe.
        start: First frame.
        stop: Frame after the last.
        step: Stride.
        frames: Indices of frames in ascending order, instead of `start`, `stop` and `step`.
        processes: Processes that share the averages over single frames; None to use only this process.
        progress: Called after each frame.
        fatal: Called with the exception of an analysis and whether frames had been seen before. If it returns true,
            the pass ends and raises the exception.

    Raises:
        ValueError: If the analyses belong to several universes.
        Exception: An exception for which `fatal` returned true.
    """
    if len({id(analysis.universe.trajectory) for analysis in analyses}) > 1:
        raise ValueError("`analyses`: expected analyses of one universe, got several universes")
    watch = _Watch(fatal)
    ready = [each for each in analyses if watch.passes(each, partial(each.choose_frames, start, stop, step, frames))]
    divided = [each for each in ready if processes is not None and each.parallelizable]
    ordered = [each for each in ready if each not in divided]
    used = ready[0].chosen_frames if ready else np.empty(0, dtype=np.int64)
    count = _Count(progress, len(used) * (bool(ordered) + bool(divided)))
    if processes is None or not divided:
        _show_in_order(ordered, used, watch, count)
        return
    groups = np.array_split(used, min(processes.n_workers, len(used)))
    try:
        with watch.failing(divided):
            answers = processes.begin(partial(_seen_by, divided), groups)
        _show_in_order(ordered, used, watch, count)
        if not any(each.failure for each in divided):
            _gather(divided, partial(answers, count.elsewhere), watch)
    except BaseException:
        processes.close()  # nobody needs their results any more
        raise
    count.elsewhere(len(used))


class _Watch:
    """Catches the exceptions of analyses; an analysis that failed takes no further part."""

    def __init__(self, fatal: Fatal | None = None) -> None:
        self._fatal = fatal
        self.begun = False  # whether frames have been seen

    def passes(self, analysis: FrameAnalysis, step: Callable[[], object]) -> bool:
        """Run a step of an analysis; return whether it ended without an exception."""
        try:
            step()
        except Exception as error:  # no fault of one analysis may cost the results of the others
            self.keep(analysis, Failure(error))
            return False
        return True

    @contextmanager
    def failing(self, analyses: Sequence[FrameAnalysis]) -> Iterator[None]:
        """Record an exception raised in the block as the failure of all these analyses."""
        try:
            yield
        except Exception as error:  # readers of MDAnalysis may raise any exception; a process may die
            for analysis in analyses:
                self.keep(analysis, Failure(error))

    def keep(self, analysis: FrameAnalysis, failure: Failure) -> None:
        """Record the failure of an analysis; raise it if it is fatal."""
        analysis.fail(failure)
        if self._fatal is not None and self._fatal(failure.error, self.begun):
            failure.throw()


class _Count:
    """Counts the frames that were shown here and by other processes."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self._progress, self._total = progress, total
        self._here, self._elsewhere = 0, 0

    def here(self) -> None:
        """Count a frame that this process has shown."""
        self._here += 1
        self._report()

    def elsewhere(self, frames: int) -> None:
        """Set the number of frames that other processes have shown so far."""
        self._elsewhere = frames
        self._report()

    def _report(self) -> None:
        if self._progress is not None:
            self._progress(self._here + self._elsewhere, self._total)


def _show_in_order(analyses: Sequence[FrameAnalysis], frames: Indices, watch: _Watch, count: _Count) -> None:
    """Show all frames to analyses in this process, and make their results."""
    seen = _shown(analyses, frames, watch, count.here)
    watch.begun = True
    for analysis in seen:
        watch.passes(analysis, partial(analysis.conclude, [analysis.part]))


def _shown(
    analyses: Sequence[FrameAnalysis], frames: Indices, watch: _Watch, after_each: Callable[[], None]
) -> list[FrameAnalysis]:
    """Show frames to analyses; return those that have seen all of them."""
    waiting = [analysis for analysis in analyses if watch.passes(analysis, partial(analysis.begin, frames))]
    if not waiting:
        return []
    trajectory = waiting[0].universe.trajectory
    # Analyses that don't allow a change of kinds refuse such frames themselves.
    trajectory.kinds_may_change = any(analysis.kinds_may_change for analysis in waiting)
    try:
        for index, frame in enumerate(frames.tolist()):
            snapshot = None
            with watch.failing(waiting):
                snapshot = Snapshot(trajectory[frame])
            if snapshot is None:
                return []
            watch.begun = watch.begun or index > 0
            waiting = [each for each in waiting if watch.passes(each, partial(each.show, index, snapshot))]
            if not waiting:
                return []
            after_each()
    finally:
        trajectory.kinds_may_change = False
    trajectory.rewind()  # as `run` leaves it
    return waiting


def _seen_by(analyses: Sequence[FrameAnalysis], frames: Indices) -> list[Part | Failure]:
    """Return what each analysis has seen of some frames; runs in a worker process."""
    _shown(analyses, frames, _Watch(), count_frame)
    return [analysis.failure or analysis.part for analysis in analyses]


def _gather(
    analyses: Sequence[FrameAnalysis], answers: Callable[[], list[list[Part | Failure]]], watch: _Watch
) -> None:
    """Join what the worker processes have seen, and make the results."""
    seen: list[tuple[Part | Failure, ...]] = []
    with watch.failing(analyses):
        seen = list(zip(*answers(), strict=True))
    for analysis, parts in zip(analyses, seen, strict=False):  # `seen` is empty if a process died
        failures = [part for part in parts if isinstance(part, Failure)]
        if failures:
            watch.keep(analysis, failures[0])
        else:
            watch.passes(analysis, partial(analysis.conclude, [part for part in parts if isinstance(part, Part)]))
