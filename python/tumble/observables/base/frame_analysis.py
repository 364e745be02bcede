"""What a pass over the frames needs of an analysis, whatever that computes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from tumble.observables.base.failure import Failure
from tumble.observables.frames.snapshot import Snapshot
from tumble.observables.quantities.result import Result
from tumble.types import Array


class Part(NamedTuple):
    """The partial results of an analysis for some frames.

    Attributes:
        frames: Their indices, [T].
        times: Their times, [T] in ps.
        results: The analysis' `results`.
    """

    frames: NDArray[np.int64]
    times: Array
    results: Any


class FrameAnalysis(Protocol):
    """The interface of an analysis that sees one frame after the other; `UniverseAnalysis` implements it.

    Attributes:
        universe: The `MDAnalysis.Universe` of its trajectory.
    """

    universe: Any

    @property
    def kinds_may_change(self) -> bool:
        """Whether atoms may change their elements from frame to frame."""
        ...

    @property
    def parallelizable(self) -> bool:
        """Whether frames may be divided among processes."""
        ...

    @property
    def chosen_frames(self) -> NDArray[np.int64]:
        """Indices of the frames that it will see, [T]."""
        ...

    @property
    def part(self) -> Part:
        """The results for the frames that it has seen since `begin`."""
        ...

    @property
    def failure(self) -> Failure | None:
        """The exception that ended it; None if it goes on."""
        ...

    @property
    def result(self) -> Result:
        """The result; raises the exception that ended it, or a ConfigurationError before `conclude`."""
        ...

    def choose_frames(self, start: int | None, stop: int | None, step: int | None, frames: Any = None) -> None:
        """Choose the frames that it will see."""
        ...

    def begin(self, frames: NDArray[np.int64]) -> None:
        """Prepare for these of the chosen frames, in this process."""
        ...

    def show(self, index: int, snapshot: Snapshot) -> None:
        """Show it a frame; `index` is the place of the frame among those of `begin`, from 0."""
        ...

    def conclude(self, parts: Sequence[Part]) -> None:
        """Make the result from all parts, in the order of their frames."""
        ...

    def fail(self, failure: Failure) -> None:
        """End it by an exception, which `result` raises."""
        ...
