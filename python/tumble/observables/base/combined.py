"""The base class of an observable that combines several analyses of the same frames."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from typing_extensions import Self

from tumble.errors import ConfigurationError
from tumble.observables.base.frame_analysis import FrameAnalysis
from tumble.observables.base.kind import Kind
from tumble.observables.base.one_pass import one_pass
from tumble.observables.base.processes import Processes
from tumble.observables.base.progress import progress_bar
from tumble.observables.quantities.result import Result


class Combined(Kind):
    """An observable whose result combines those of several analyses. They see the frames in one pass.

    Users call `run` and read `result`, as of a `UniverseAnalysis`.

    Args:
        verbose: Whether to show a progress bar.
    """

    def __init__(self, *, verbose: bool = False) -> None:
        self._verbose = verbose
        self._found: Result | None = None

    @property
    def analyses(self) -> Sequence[FrameAnalysis]:
        """The analyses that must see the frames."""
        raise NotImplementedError

    def conclude(self) -> Result:
        """Return the result, after all `analyses` have seen the frames.

        Raises:
            NotApplicableError: If none of them applies to this run.
        """
        raise NotImplementedError

    @property
    def result(self) -> Result:
        """The result of the last run.

        Raises:
            ConfigurationError: Before `run`.
        """
        if self._found is None:
            raise ConfigurationError("`result`: expected an earlier call of `run`")
        return self._found

    def run(
        self,
        start: int | None = None,
        stop: int | None = None,
        step: int | None = None,
        *,
        frames: Any = None,
        backend: Any = None,
        n_workers: int | None = None,
    ) -> Self:
        """Go through the trajectory.

        Args:
            start: First frame.
            stop: Frame after the last.
            step: Stride.
            frames: Indices of frames in ascending order, instead of a range.
            backend: `serial`, or `multiprocessing` for the parts that can be split among processes.
            n_workers: Number of processes.

        Raises:
            ConfigurationError: If there is no such back end.
            NotApplicableError: If no part applies to this run.
        """
        if backend not in (None, "serial", "multiprocessing"):
            raise ConfigurationError(f"`backend`: expected `serial` or `multiprocessing`, got `{backend}`")
        with Processes(n_workers or 1) as processes, progress_bar(self.observable, shown=self._verbose) as progress:
            divided = processes if backend == "multiprocessing" else None
            one_pass(self.analyses, start, stop, step, frames=frames, processes=divided, progress=progress)
        self._found = self.conclude()
        return self
