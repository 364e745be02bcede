"""Velocities and forces that are in separate files next to the positions, as i-PI writes them."""

from __future__ import annotations

import numpy as np
from typing_extensions import override

from tumble.errors import TrajectoryError
from tumble.trajectories.frames import Frame, FrameSource, Indices


class Companions(FrameSource):
    """Positions with velocities, forces or both, at the steps that all files have.

    Args:
        positions: Frames of positions.
        others: Frames of velocities and of forces.

    Raises:
        TrajectoryError: If the files have different atoms or no step in common.
    """

    def __init__(self, positions: FrameSource, *others: FrameSource) -> None:
        self._sources = (positions, *others)
        self.name = positions.name
        self._describe_like(positions)
        self.notes = tuple(dict.fromkeys(note for source in self._sources for note in source.notes))
        for other in others:
            _check_companion(positions, other)
        steps = _steps_of(positions)
        for other in others:
            steps = np.intersect1d(steps, _steps_of(other), assume_unique=True)
        if len(steps) == 0:
            names = ", ".join(f"`{other.name}`" for other in others)
            raise TrajectoryError(
                f"`velocities`, `forces`: expected steps of `{positions.name}`, got others in {names}"
            )
        if len(steps) < len(positions):
            self.notes += (
                f"{len(steps)} of {len(positions)} frames are used: those with positions, velocities and forces.",
            )
        self.steps = steps
        self._indices: list[Indices] = [np.searchsorted(_steps_of(source), steps) for source in self._sources]

    def __len__(self) -> int:
        """Return the number of frames."""
        return len(self._indices[0])

    @override
    def read(self, index: int) -> Frame:
        frame, *others = (
            source.read(int(indices[index])) for source, indices in zip(self._sources, self._indices, strict=True)
        )
        for source, other in zip(self._sources[1:], others, strict=True):
            setattr(frame, source.quantity, getattr(other, source.quantity))
        return frame

    @override
    def close(self) -> None:
        for source in self._sources:
            source.close()


def _check_companion(positions: FrameSource, other: FrameSource) -> None:
    """Raise a TrajectoryError unless both sources have the same atoms and bead."""
    if other.n_atoms != positions.n_atoms or other.labels != positions.labels:
        raise TrajectoryError(
            f"`{other.quantity}`: expected the {positions.n_atoms} atoms of `{positions.name}`, got others in "
            f"`{other.name}`"
        )
    if other.centroid != positions.centroid or other.bead != positions.bead:
        kinds = [f"{'the centroid' if each.centroid else f'bead {each.bead}'}" for each in (positions, other)]
        raise TrajectoryError(
            f"`{other.quantity}`: expected files of {kinds[0]} as in `{positions.name}`, got {kinds[1]} in "
            f"`{other.name}`"
        )


def _steps_of(source: FrameSource) -> Indices:
    if source.steps is None:
        raise TrajectoryError(
            f"`{source.quantity}`: expected numbers of steps, as i-PI writes them, in `{source.name}`"
        )
    return source.steps
