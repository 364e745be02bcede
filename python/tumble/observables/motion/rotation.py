"""Rotation of a molecule, a cluster or the lattice of a crystal as a whole, relative to the first frame.

The proper rotation R(t) minimizes sum_i m_i |x_i(t) - R(t) x_i(0)|^2, with positions relative to the center of mass
(Kabsch, Acta Cryst. A 34, 827 (1978)). Its angle is between 0 and 180 degrees. Full turns are counted by the rotations
between frames,

    R(t + h) R(t)^T = exp(dθ),        θ(t) = sum of dθ,        <ω> = θ(T) / T,

vectors in the lab frame: for a fixed axis, |θ| is the total angle, including full turns. Ring polymers are represented
by their centroid.

Rotation of a body isn't a symptom by itself: a body with angular momentum turns, and a thermostat makes it turn at
random. In a thermostatted run the mean of ω is zero by time reversal, for any model. A model without exact invariance
changes how long the body stays in each orientation.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from MDAnalysis.lib.distances import minimize_vectors
from scipy.spatial.transform import Rotation

from tumble.errors import NotApplicableError
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
MELTED = 1.0  # Å, root mean square distance of atoms from the rotated reference

# Positions in the values stored for a frame.
_ANGLE, _TURNED = 0, slice(1, 4)


class _WholeRotation(SequentialObservable):
    """The common part of rotations of bodies and lattices; a subclass gives the positions in one piece."""

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
        # The first frame counts in the average, but has no rotation.
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
        """Raise a NotApplicableError if the rotation of this shape isn't defined."""
        if len(shape) < 3 or np.linalg.svd(shape, compute_uv=False)[1] < 1e-3:
            raise NotApplicableError(
                "`universe`: expected a body that isn't linear, got a linear one, whose rotation isn't defined"
            )


class BodyRotation(_WholeRotation):
    """Rotation of an isolated molecule or cluster as a whole.

    The mean angular velocity follows from the initial angular momentum of the run, or from the thermostat. So it has an
    error, but no samples (`blocks`) to compare runs with.

    Args:
        universe: A `MDAnalysis.Universe` of an isolated system.
        isolated: Whether nothing interacts through the boundaries of the cell; by default the first frame decides.
        masses: [N] in amu; the default is the masses of the Universe, or else of the elements.
        blocks: See `FrameObservable`.
        verbose: See `FrameObservable`.

    Raises:
        NotApplicableError: If the system is periodic, or all atoms lie on a line.
    """

    observable = "body_rotation"
    title = "Rotation of the whole"
    meaning = "How far a molecule or cluster has turned since the first frame."
    symptom = (
        "The body stays longer in some orientations than in others. Rotation by itself is no symptom: a body with "
        "angular momentum turns, and a thermostat makes it turn at random."
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

    Atoms are followed through the boundaries of the cell; none may move by half the cell between frames. The cells of
    LAMMPS and i-PI can't turn (a is along x, b in the xy plane), but their contents can.

    Args:
        universe: A `MDAnalysis.Universe`.
        masses: [N] in amu; the default is the masses of the Universe, or else of the elements.
        blocks: See `FrameObservable`.
        verbose: See `FrameObservable`.

    Raises:
        NotApplicableError: If all atoms lie on a line.
    """

    observable = "lattice_rotation"
    title = "Rotation of the lattice"
    meaning = "How far a crystal has turned since the first frame."
    symptom = "The crystal turns relative to its box, towards the orientation that the model prefers."
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
        return (f"Atoms are {distance:.2g} Å (rms) from the rotated reference: this is no longer a lattice.",)


def turn_curves(name: str, times: Array, turned: Array, label: str, rate: Quantity) -> list[Quantity]:
    """Return the rotation since the start, [T,3] in degrees, one curve `NAME_x` ... for each component.

    The errors are the rotation by chance: sqrt(t T) times the error of the mean rate over the total time T.
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
    return (
        f"The largest rotation between two frames is {largest:.0f}°: frames are too far apart in time to count turns."
    )
