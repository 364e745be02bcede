"""Views of a source of frames: a range of its steps, or one bead without the velocities of normal modes."""

from __future__ import annotations

import numpy as np
from typing_extensions import override

from tumble.errors import NotApplicableError
from tumble.trajectories.frames import Frame, FrameSource

_NORMAL_MODES = (
    "These are positions of one bead of a path integral, not a classical trajectory. Velocities and forces are left "
    "out, since `fix pimd` of LAMMPS dumps those of normal modes. Give the dumps of all beads, with `--beads`."
)


class _View(FrameSource):
    """All frames of another source."""

    def __init__(self, source: FrameSource) -> None:
        self._source = source
        self.name, self.steps, self.times, self.notes = source.name, source.steps, source.times, source.notes
        self._describe_like(source)

    def __len__(self) -> int:
        """Return the number of frames."""
        return len(self._source)

    @override
    def read(self, index: int) -> Frame:
        return self._source.read(index)

    @override
    def close(self) -> None:
        self._source.close()

    @override
    def describe(self, index: int) -> str:
        return self._source.describe(index)


class Stretch(_View):
    """The frames of a range of steps, such as the last stage of a run.

    Args:
        source: The frames.
        steps: First and last step; None for no bound.
        timestep: ps; converts times to steps if the file has no steps.
        described: First and last step that the log describes; applied only if the file has steps or times.
        optional: Whether to keep all frames if no frame is in the range.

    Raises:
        NotApplicableError: If the file has no steps, or no frame in the range, unless `optional`.
    """

    def __init__(
        self,
        source: FrameSource,
        steps: tuple[int | None, int | None],
        timestep: float | None,
        described: tuple[int | None, int | None] = (None, None),
        *,
        optional: bool = False,
    ) -> None:
        super().__init__(source)
        clock = source.steps
        if clock is None and source.times is not None and timestep is not None:
            clock = np.rint(source.times / timestep).astype(np.int64)
        first, last = steps if clock is None else _narrowed(steps, described)
        bounds = (("from", first), ("to", last))
        between = " ".join(f"{word} step {bound}" for word, bound in bounds if bound is not None)
        keep = np.ones(len(source), dtype=bool)
        if clock is not None and first is not None:
            keep &= clock >= first
        if clock is not None and last is not None:
            keep &= clock <= last
        if clock is None and described[0] is not None:
            self.notes += (
                f"Frames of `{source.name}` have no steps: if other runs wrote to it, too, theirs can't be left out.",
            )
        if not keep.any() or (clock is None and (first, last) != (None, None)):
            got = "none" if clock is None else f"steps {clock.min()} to {clock.max()}"
            if not optional:
                raise NotApplicableError(
                    f"`files`: expected frames {between} in `{source.name}`, as the log describes this run, got {got}; "
                    "dump each stage to its own file, in a format with steps"
                )
            keep[:] = True
            self.notes += (
                f"All frames of `{source.name}` are used, though the log describes frames {between} and the file has "
                f"{got}.",
            )
        self._chosen = np.flatnonzero(keep)
        self.steps = None if source.steps is None else source.steps[keep]
        self.times = None if source.times is None else source.times[keep]
        if not keep.all():
            self.notes += (
                f"{np.sum(~keep)} of {len(keep)} frames belong to other stages or runs and are left out: the log "
                f"describes frames {between}.",
            )

    def __len__(self) -> int:
        """Return the number of frames."""
        return len(self._chosen)

    @override
    def read(self, index: int) -> Frame:
        return self._source.read(int(self._chosen[index]))

    @override
    def describe(self, index: int) -> str:
        return self._source.describe(int(self._chosen[index]))


def _narrowed(
    steps: tuple[int | None, int | None], described: tuple[int | None, int | None]
) -> tuple[int | None, int | None]:
    """Return the first and last step within both of two ranges."""
    firsts, lasts = ([one for one in pair if one is not None] for pair in zip(steps, described, strict=True))
    return max(firsts, default=None), min(lasts, default=None)


class LoneBead(_View):
    """Positions of one bead of `fix pimd`, without velocities and forces, which are those of normal modes."""

    def __init__(self, source: FrameSource) -> None:
        super().__init__(source)
        self.notes += (_NORMAL_MODES,)

    @override
    def read(self, index: int) -> Frame:
        frame = self._source.read(index)
        frame.velocities = frame.forces = None
        return frame
