"""Velocities and forces of a frame: as written, or from the positions in the neighboring frames.

    v(t) = (x(t + h) - x(t - h)) / 2h

with the time h between two frames of the trajectory, regardless of the stride of an analysis. The error is of order
h^2: for a vibration of angular frequency w, v is too small by the relative amount (w h)^2 / 6. If each step is written,
these are the velocities of the Verlet integrator. (Allen and Tildesley, Computer Simulation of Liquids, 2nd edition,
section 3.2.)
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from tumble.errors import NotApplicableError
from tumble.observables.frames.isolation import Isolation
from tumble.observables.frames.rigid_motion import about_center
from tumble.trajectories.centroid import beads_of
from tumble.types import Array

REACH = 3  # frames needed on each side for second differences over every second frame
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
    """A stored frame: its time, and positions and velocities of all beads, [P*N,3]."""

    time: float
    positions: Array
    velocities: Array | None


class Neighbors:
    """Time derivatives at a frame.

    The class opens a reader of its own, so that a process with a part of a trajectory can read the frames next to that
    part. Positions are relative to the center of mass.

    Args:
        trajectory: A reader of MDAnalysis.
        isolation: Joins the positions of an isolated system into one piece.
        masses: Masses of all beads, [P*N] in amu.

    Raises:
        NotApplicableError: If there are too few frames.
    """

    def __init__(self, trajectory: Any, isolation: Isolation, masses: Array) -> None:
        self._count = len(trajectory)
        if self._count < FEWEST:
            raise NotApplicableError(
                f"`universe`: expected at least {FEWEST} frames for differences in time, got {self._count}; write "
                "velocities and forces to make differences unnecessary"
            )
        self._reader = trajectory.copy()
        self._isolation = isolation
        self._masses = masses
        self._kept: dict[int, _Moment] = {}

    def inside(self, frame: int) -> int:
        """Return the frame closest to this one that has enough frames on either side."""
        return min(max(frame, REACH), self._count - 1 - REACH)

    def time(self, frame: int) -> float:
        """Return the time of a frame, ps."""
        return self._moment(frame).time

    def positions(self, frame: int) -> Array:
        """Return positions relative to the center of mass, [P*N,3] in Å."""
        return self._moment(frame).positions

    def velocities(self, frame: int, step: int = 1) -> Array:
        """Return velocities from the positions in other frames, [P*N,3] in Å/ps.

        Args:
            frame: Index of a frame with others on either side.
            step: 2 to use every second frame, with four times the error.
        """
        before, after = self._moment(frame - step), self._moment(frame + step)
        return (after.positions - before.positions) / (after.time - before.time)

    def written_velocities(self, frame: int) -> Array:
        """Return the velocities in the trajectory, [P*N,3] in Å/ps.

        Raises:
            NotApplicableError: If the frame has none.
        """
        velocities = self._moment(frame).velocities
        if velocities is None:
            raise NotApplicableError(f"`universe`: expected velocities in each frame, got none in frame {frame}")
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
