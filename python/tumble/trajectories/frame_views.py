"""Frames of a source as a run wants them: those of some steps alone, or without what isn't that of atoms."""

from __future__ import annotations

import numpy as np
from typing_extensions import override

from tumble.errors import TrajectoryError
from tumble.trajectories.frames import Frame, FrameSource

_NORMAL_MODES = (
    "These are positions of one bead of a path integral: it is no classical trajectory, and its velocities and forces "
    "are left out, since `fix pimd` of LAMMPS dumps those of normal modes. Name the dumps of all beads, with `--beads`."
)


class _View(FrameSource):
    """Frames of another source."""

    def __init__(self, source: FrameSource) -> None:
        self._source = source
        self.name, self.n_atoms, self.labels = source.name, source.n_atoms, source.labels
        self.steps, self.times, self.notes = source.steps, source.times, source.notes
        self.bead, self.centroid, self.quantity = source.bead, source.centroid, source.quantity
        self.unwrapped = source.unwrapped

    def __len__(self) -> int:
        """Number of frames."""
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
    """The frames of a range of steps, such as those of the last stage of a run.

    Args:
        source: The frames.
        steps: First and last step; None where there is no bound.
        timestep: ps; with it, times stand for steps in files without these.
        described: First and last step, too, but only in a file that tells steps.
        optional: Whether all frames count where none has such a step.

    Raises:
        TrajectoryError: If the file has no steps, or no frame in that range.
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
                f"`{source.name}` was appended to, and its frames have no steps: those of earlier runs can't be told.",
            )
        if not keep.any() or (clock is None and (first, last) != (None, None)):
            got = "none" if clock is None else f"steps {clock.min()} to {clock.max()}"
            if not optional:
                raise TrajectoryError(
                    f"`files`: expected frames {between} in `{source.name}`, which alone belong to the run that the "
                    f"log describes, got {got}; dump each stage to a file of its own, in a format with steps"
                )
            keep[:] = True
            self.notes += (
                f"All frames of `{source.name}` count, though the log describes frames {between} alone, and these are "
                f"{got}.",
            )
        self._chosen = np.flatnonzero(keep)
        self.steps = None if source.steps is None else source.steps[keep]
        self.times = None if source.times is None else source.times[keep]
        if not keep.all():
            self.notes += (
                f"Of {len(keep)} frames, those of other stages or runs ({np.sum(~keep)}) are left out: only frames "
                f"{between} count, which the log describes.",
            )

    def __len__(self) -> int:
        """Number of frames."""
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
    """Positions of one bead of a path integral of LAMMPS, whose dumps have velocities and forces of normal modes."""

    def __init__(self, source: FrameSource) -> None:
        super().__init__(source)
        self.notes += (_NORMAL_MODES,)

    @override
    def read(self, index: int) -> Frame:
        frame = self._source.read(index)
        frame.velocities = frame.forces = None
        return frame
