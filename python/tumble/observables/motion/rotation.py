"""Rotation of a whole body against its shape in the first frame: of a molecule or cluster, or of a crystal's lattice.

R(t) is the proper rotation with the least sum_i m_i |x_i(t) - R(t) x_i(0)|^2, positions about the center of mass
(Kabsch, Acta Cryst. A 34, 827 (1978)). Its angle is between 0 and 180 degrees. Turns are counted by the rotation from
frame to frame,

    R(t + h) R(t)^T = exp(dθ),        θ(t) = sum of dθ,        <ω> = θ(T) / T,

vectors in the lab frame: for a fixed axis, θ is the angle about it, however many turns that are. Ring polymers are
represented by their centroid.

A body that turns isn't a symptom by itself: one with angular momentum has to, and a thermostat makes it turn at
random. In a thermostatted run the mean of ω is zero by time reversal, whatever the model; what a model that isn't
invariant changes is how long a body stays in which orientation.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from MDAnalysis.lib.distances import minimize_vectors
from scipy.spatial.transform import Rotation

from tumble.errors import TrajectoryError
from tumble.observables.base.series import COMPONENTS, SequentialObservable, time_curve
from tumble.observables.frames.isolation import Isolation
from tumble.observables.frames.rigid_motion import about_center, best_rotations
from tumble.observables.quantities.estimates import averaged
from tumble.observables.quantities.quantity import Quantity
from tumble.observables.quantities.result import Result
from tumble.statistics.cells import Cells
from tumble.trajectories.centroid import beads_of
from tumble.trajectories.masses import masses_of
from tumble.types import Array

LARGEST = 90.0  # degrees between frames, beyond which turns can't be counted
MELTED = 1.0  # Å, root mean square distance of atoms from where the turned reference has them

# Places in what is kept of a frame.
_ANGLE, _TURNED = 0, slice(1, 4)


class _WholeRotation(SequentialObservable):
    """What rotations of bodies and lattices share: a subclass gives the positions in one piece."""

    _label: str

    def __init__(self, universe: Any, *, masses: Any = None, blocks: int | None = None, verbose: bool = False) -> None:
        super().__init__(universe, blocks=blocks, verbose=verbose)
        self._masses = masses_of(universe, masses)

    def _positions(self) -> Array:
        raise NotImplementedError

    def _prepare(self) -> None:
        super()._prepare()
        self._reference: Array | None = None
        self._turned = np.zeros(3)
        self._largest = 0.0

    def _values(self) -> Array:
        """Return the rotation since the last frame (vector, degrees) and the mean squared distance to the reference."""
        shape = about_center(self._positions(), self._masses)
        if self._reference is None:
            self._reference, self._rotation = shape, np.eye(3)
            self._check(shape)
        rotation = best_rotations((self._masses[:, None] * shape).T @ self._reference)
        step = Rotation.from_matrix(rotation @ self._rotation.T).as_rotvec(degrees=True)
        self._rotation = rotation
        self._turned = self._turned + step
        self._largest = max(self._largest, float(np.linalg.norm(step)))
        left = shape - self._reference @ rotation.T
        return np.array([*step, self._masses @ np.sum(left**2, axis=1) / self._masses.sum()])

    def _point(self, values: Array) -> Array:
        return np.array([np.degrees(Rotation.from_matrix(self._rotation).magnitude()), *self._turned])

    def _evaluate(self, cells: Cells) -> Result:
        times, points = self._point_times(), self.results.points
        angle = time_curve(
            "rotation_angle", times, points[:, _ANGLE], label=f"rotation of the {self._label}", unit="degrees"
        )
        followed = self._largest <= LARGEST
        notes = [] if followed else [_too_far(self._largest)]
        distance = float(np.sqrt(cells.mean[3]))
        return self._result(
            [angle, *(self._turns(cells, times, points) if followed else [])],
            notes=(*self._notes(distance), *notes),
            largest_rotation_between_frames_deg=self._largest,
            distance_from_reference_A=distance,
        )

    def _notes(self, distance: float) -> tuple[str, ...]:
        return ()

    def _turns(self, cells: Cells, times: Array, points: Array) -> list[Quantity]:
        """Return the curves of θ, and the mean of ω."""
        time = self._frame_time()
        count = len(self._used)
        # The first frame has no step, but counts.
        rate = averaged(
            "angular_velocity",
            cells[0:3],
            label=f"mean angular velocity of the {self._label}",
            unit=self._rate_unit,
            axes=(COMPONENTS,),
            frame_time=time,
            blocks=self.blocks,
            scale=count / (count - 1) / time,
        )
        return [rate, *turn_curves("rotation", times, points[:, _TURNED], self._label, rate)]

    def _check(self, shape: Array) -> None:
        """Raise a TrajectoryError if the rotation of this shape isn't defined."""
        if len(shape) < 3 or np.linalg.svd(shape, compute_uv=False)[1] < 1e-3:
            raise TrajectoryError(
                "`universe`: expected atoms that aren't on a line, about which no rotation is seen, got a line"
            )


class BodyRotation(_WholeRotation):
    """Rotation of an isolated molecule or cluster as a whole.

    Its mean angular velocity follows from the angular momentum that the run starts with, or that a thermostat gives it,
    so it has an error, but no samples by which runs are compared.

    Args:
        universe: A `MDAnalysis.Universe` of an isolated system.
        isolated: Whether nothing interacts through the boundaries of the cell; found out if not given.
        masses: [N] in amu; those of the Universe, or of the elements, if not given.
        blocks: See `FrameObservable`.
        verbose: See `FrameObservable`.

    Raises:
        TrajectoryError: If the system is periodic, or all atoms lie on a line.
    """

    observable = "body_rotation"
    title = "Rotation of the whole"
    meaning = "How far a molecule or cluster has turned since the first frame."
    symptom = (
        "It stays longer in some orientations than in others. That it turns is no symptom: a body with angular "
        "momentum has to, and a thermostat makes it turn at random."
    )
    _label = "body"

    def __init__(
        self,
        universe: Any,
        *,
        isolated: bool | None = None,
        masses: Any = None,
        blocks: int | None = None,
        verbose: bool = False,
    ) -> None:
        super().__init__(universe, masses=masses, blocks=blocks, verbose=verbose)
        self._isolation = Isolation(universe, isolated)
        self._isolation.require("the rotation of the whole")

    def _positions(self) -> Array:
        ts = self._ts
        return np.asarray(self._isolation.beads(beads_of(ts), ts.dimensions, ts.frame).mean(axis=0))

    def _turns(self, cells: Cells, times: Array, points: Array) -> list[Quantity]:
        rate, *curves = super()._turns(cells, times, points)
        return [replace(rate, blocks=None), *curves]

    def _notes(self, distance: float) -> tuple[str, ...]:
        return self._isolation.notes


class LatticeRotation(_WholeRotation):
    """Rotation of the lattice of a crystal in a periodic cell.

    Atoms are followed from frame to frame through the boundaries; none may move by half the cell between frames. The
    cells of LAMMPS and i-PI can't turn (a lies along x, b in the xy plane), but what is in them can.

    Args:
        universe: A `MDAnalysis.Universe`.
        masses: [N] in amu; those of the Universe, or of the elements, if not given.
        blocks: See `FrameObservable`.
        verbose: See `FrameObservable`.

    Raises:
        TrajectoryError: If all atoms lie on a line.
    """

    observable = "lattice_rotation"
    title = "Rotation of the lattice"
    meaning = "How far a crystal has turned since the first frame."
    symptom = "It turns towards the orientation that the model prefers, against its box."
    _label = "lattice"

    def _prepare(self) -> None:
        super()._prepare()
        self._last: Array | None = None

    def _positions(self) -> Array:
        ts = self._ts
        positions = self._snapshot.centroid
        if self._last is not None:
            moved = positions - self._last
            if ts.dimensions is not None:
                moved = minimize_vectors(moved, ts.dimensions)
            positions = self._last + moved
        self._last = positions
        return np.asarray(positions, dtype=np.float64)

    def _notes(self, distance: float) -> tuple[str, ...]:
        if distance <= MELTED:
            return ()
        return (f"Atoms are {distance:.2g} Å (rms) from the turned reference: this isn't a lattice any more.",)


def turn_curves(name: str, times: Array, turned: Array, label: str, rate: Quantity) -> list[Quantity]:
    """Return the rotation since the start, [T,3] in degrees, one curve `NAME_x` ... for each component.

    The errors are how far it goes by chance, sqrt(t T) times the error of the mean rate over all of the time T.
    """
    passed = times - times[0]
    spread = np.sqrt(passed * passed[-1])
    return [
        time_curve(
            f"{name}_{component}",
            times,
            turned[:, axis],
            label=f"rotation of the {label}, {component}",
            unit="degrees",
            errors=rate.errors[axis] * spread,
        )
        for axis, component in enumerate("xyz")
    ]


def _too_far(largest: float) -> str:
    return f"The largest rotation between two frames is {largest:.0f}°: frames are too far apart to count turns."
