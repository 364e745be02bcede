"""Velocities and forces of a frame: as they were written, or from the positions in the frames beside it.

    v(t) = (x(t + h) - x(t - h)) / 2h

with the time h between two frames of the trajectory, whatever stride an analysis has. The error goes with h^2: of a
vibration of angular frequency w, v is too small by (w h)^2 / 6. With one frame for each step these are the velocities
of the Verlet integrator. (Allen and Tildesley, Computer Simulation of Liquids, 2nd edition, section 3.2.)
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from tumble.errors import TrajectoryError
from tumble.observables.frames.isolation import Isolation
from tumble.observables.frames.rigid_motion import about_center
from tumble.trajectories.centroid import beads_of
from tumble.types import Array

REACH = 3  # frames on either side that differences of differences over every second one need
FEWEST = 2 * REACH + 1


def velocities_of(ts: Any) -> Array | None:
    """Return the velocities of all beads of a frame, [P,N,3] in Å/ps; None if they weren't written."""
    return _vectors(ts, "velocities")


def forces_of(ts: Any) -> Array | None:
    """Return the forces on all beads, [P,N,3] in kJ/(mol Å) as in MDAnalysis; None if they weren't written."""
    return _vectors(ts, "forces")


def _vectors(ts: Any, what: str) -> Array | None:
    beads = ts.data.get(f"bead_{what}")
    if beads is not None:
        return np.asarray(beads, dtype=np.float64)
    if not getattr(ts, f"has_{what}") or len(beads_of(ts)) > 1:
        return None
    return np.asarray(getattr(ts, what)[None], dtype=np.float64)


class _Moment(NamedTuple):
    """What is kept of a frame: its time, and positions and velocities of all beads, [P*N,3]."""

    time: float
    positions: Array
    velocities: Array | None


class Neighbors:
    """Derivatives in time at a frame, from a reader of its own.

    So processes that each have a part of a trajectory see over its edges. Positions are about the center of mass.

    Args:
        trajectory: A reader of MDAnalysis.
        isolation: Puts positions into one piece.
        masses: Of all beads, [P*N] in amu.

    Raises:
        TrajectoryError: If there are too few frames.
    """

    def __init__(self, trajectory: Any, isolation: Isolation, masses: Array) -> None:
        self._count = len(trajectory)
        if self._count < FEWEST:
            raise TrajectoryError(
                f"`universe`: expected at least {FEWEST} frames for differences in time, got {self._count}; write "
                "velocities and forces to do without"
            )
        self._reader = trajectory.copy()
        self._isolation = isolation
        self._masses = masses
        self._kept: dict[int, _Moment] = {}

    def inside(self, frame: int) -> int:
        """Return the frame nearest to this one that has enough others on either side."""
        return min(max(frame, REACH), self._count - 1 - REACH)

    def time(self, frame: int) -> float:
        """In ps."""
        return self._moment(frame).time

    def positions(self, frame: int) -> Array:
        """About the center of mass, [P*N,3] in Å."""
        return self._moment(frame).positions

    def velocities(self, frame: int, step: int = 1) -> Array:
        """From the positions, [P*N,3] in Å/ps.

        Args:
            frame: One that has others on either side.
            step: 2 to take every second frame, with four times the error.
        """
        before, after = self._moment(frame - step), self._moment(frame + step)
        return (after.positions - before.positions) / (after.time - before.time)

    def written_velocities(self, frame: int) -> Array:
        """As the trajectory has them, [P*N,3] in Å/ps.

        Raises:
            TrajectoryError: If it has none there.
        """
        velocities = self._moment(frame).velocities
        if velocities is None:
            raise TrajectoryError(f"`universe`: expected velocities in each frame, got none in frame {frame}")
        return velocities

    def _moment(self, frame: int) -> _Moment:
        if frame not in self._kept:
            ts = self._reader[frame]
            beads = self._isolation.beads(beads_of(ts), ts.dimensions, frame)
            velocities = velocities_of(ts)
            self._kept[frame] = _Moment(
                float(ts.time),
                about_center(beads.reshape(-1, 3), self._masses),
                None if velocities is None else velocities.reshape(-1, 3),
            )
            for old in [each for each in self._kept if abs(each - frame) > 2 * REACH]:
                del self._kept[old]
        return self._kept[frame]
