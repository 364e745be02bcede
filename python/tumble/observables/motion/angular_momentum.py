"""Angular momentum of an isolated system about its center of mass, and the torque that changes it.

    L = sum_bi m_i (r_bi - R) x (v_bi - V)        dL/dt = sum_bi (r_bi - R) x f_bi

over atoms i and the beads b of a ring polymer. The ring-polymer Hamiltonian with an invariant potential conserves this
sum, since the springs have no torque. (Goldstein, Poole and Safko, Classical Mechanics, section 1.2.) A model without
exact invariance exerts the negative of its frame torque. L isn't conserved in a periodic box or with a thermostat that
acts on single atoms, for any model; a thermostat that scales all velocities changes |L| but not its direction.

Velocities and forces are read from the trajectory. Without velocities, L is computed from the positions in neighboring
frames (`tumble.observables.frames.neighbors`). Without forces, the torque is the change of L between the previous and
the next frame, divided by the time between them. The error of L from finite differences is estimated with differences
over every second frame, (L_2h - L_h) / 3. In the torque, the forces of vibrations have to cancel, so it needs a much
shorter time between frames than L: its error is taken as the full difference, and the torque is omitted unless it is
well above this error. At both ends of the trajectory, finite differences are taken at the closest possible frame.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tumble.errors import ConfigurationError, NotApplicableError
from tumble.observables.base.series import COMPONENTS, SeriesObservable, time_curve
from tumble.observables.frames.isolation import Isolation
from tumble.observables.frames.neighbors import Neighbors, forces_of, velocities_of
from tumble.observables.frames.rigid_motion import (
    EV_PER_HBAR_PS,
    EV_PER_KJ_MOL,
    about_center,
    angular_momentum,
)
from tumble.observables.quantities.estimates import averaged, derived
from tumble.observables.quantities.quantity import Quantity
from tumble.observables.quantities.result import Result
from tumble.observables.quantities.trend import trend
from tumble.statistics.cells import Cells
from tumble.trajectories.centroid import beads_of
from tumble.trajectories.masses import masses_of
from tumble.types import Array

THERMOSTATS = ("none", "global", "local")
WORST = 0.25  # largest relative error from differences at which L is given
LOST = 10.0  # degrees by which L turns before its direction counts as lost

# Places in a sample: L, |L|, the torque, its square, and the squared errors of L and of the torque from differences.
_L, _SIZE, _TORQUE, _TORQUE_SQUARE, _L_ERROR, _TORQUE_ERROR = slice(0, 3), 3, slice(4, 7), 7, 8, 9


class AngularMomentum(SeriesObservable):
    """Angular momentum L(t) and torque.

    Args:
        universe: A `MDAnalysis.Universe` of an isolated system.
        thermostat: `none` for constant energy, `global` if it scales all velocities, `local` if it acts on each atom
            (or on each mode of a ring polymer); None if unknown.
        isolated: Whether nothing interacts through the boundaries of the cell; by default the first frame decides.
        masses: [N] in amu; the default is the masses of the Universe, or else of the elements.
        blocks: See `FrameObservable`.
        verbose: See `FrameObservable`.

    Raises:
        ConfigurationError: If there is no such kind of thermostat.
        NotApplicableError: If the system is periodic, the thermostat local, or there are too few frames.
    """

    observable = "angular_momentum"
    title = "Angular momentum and torque"
    meaning = (
        "Angular momentum and torque of an isolated system about its center of mass; ring polymers: sum over beads."
    )
    symptom = (
        "The angular momentum isn't conserved: the model exerts a torque on the whole system. In a periodic box, or "
        "with a thermostat that acts on each atom, it also changes with an exactly invariant model."
    )

    def __init__(
        self,
        universe: Any,
        *,
        thermostat: str | None = None,
        isolated: bool | None = None,
        masses: Any = None,
        blocks: int | None = None,
        verbose: bool = False,
    ) -> None:
        super().__init__(universe, blocks=blocks, verbose=verbose)
        if thermostat is not None and thermostat not in THERMOSTATS:
            raise ConfigurationError(f"`thermostat`: expected one of {', '.join(THERMOSTATS)}, got `{thermostat}`")
        if thermostat == "local":
            raise NotApplicableError(
                "`thermostat`: expected none or a global one, got a local one, with which even an exactly invariant "
                "model doesn't conserve the angular momentum; use the frame torque instead"
            )
        self.thermostat = thermostat
        self._isolation = Isolation(universe, isolated)
        self._isolation.require("angular momentum")
        ts = universe.trajectory[0]
        self._masses = np.tile(masses_of(universe, masses), len(beads_of(ts)))
        self._has_velocities, self._has_forces = velocities_of(ts) is not None, forces_of(ts) is not None
        self._require_times("an angular momentum in time")
        self._neighbors: Neighbors | None = None
        if not (self._has_velocities and self._has_forces):
            self._neighbors = Neighbors(universe.trajectory, self._isolation, self._masses)

    def _values(self) -> Array:
        momentum, momentum_error = self._momentum()
        torque, torque_error = self._torque()
        values = np.empty(10)
        values[_L], values[_SIZE], values[_L_ERROR] = momentum, np.linalg.norm(momentum), momentum_error
        values[_TORQUE], values[_TORQUE_SQUARE], values[_TORQUE_ERROR] = torque, torque @ torque, torque_error
        return values

    def _momentum(self) -> tuple[Array, float]:
        """Return the angular momentum about the center of mass, [3] in ħ, and the square of its error."""
        velocities = velocities_of(self._ts)
        if velocities is not None:
            return angular_momentum(self._arms(), velocities.reshape(-1, 3), self._masses), 0.0
        frame = self._near.inside(self._ts.frame)
        fine, coarse = (self._momentum_at(frame, step) for step in (1, 2))
        return fine, float(np.sum((coarse - fine) ** 2)) / 9

    def _torque(self) -> tuple[Array, float]:
        """Return the torque about the center of mass, [3] in eV/rad, and the square of its error."""
        forces = forces_of(self._ts)
        if forces is not None:
            return EV_PER_KJ_MOL * np.cross(self._arms(), forces.reshape(-1, 3)).sum(axis=0), 0.0
        fine = self._change_of_momentum(1)
        if self._has_velocities:
            return fine, 0.0
        return fine, float(np.sum((self._change_of_momentum(2) - fine) ** 2))

    def _arms(self) -> Array:
        """Return the positions of all beads relative to the center of mass, [P*N,3]."""
        ts = self._ts
        beads = self._isolation.beads(beads_of(ts), ts.dimensions, ts.frame)
        return about_center(beads.reshape(-1, 3), self._masses)

    def _momentum_at(self, frame: int, step: int) -> Array:
        """Return the angular momentum in a frame near the current one, [3] in ħ."""
        near = self._near
        velocities = near.written_velocities(frame) if self._has_velocities else near.velocities(frame, step)
        return angular_momentum(near.positions(frame), velocities, self._masses)

    def _change_of_momentum(self, step: int) -> Array:
        """Return the rate of change of L between the previous and the next frame, [3] in eV/rad."""
        frame = self._near.inside(self._ts.frame)
        change = self._momentum_at(frame + 1, step) - self._momentum_at(frame - 1, step)
        time = self._near.time(frame + 1) - self._near.time(frame - 1)
        return np.asarray(EV_PER_HBAR_PS * change / time)

    @property
    def _near(self) -> Neighbors:
        if self._neighbors is None:
            raise NotApplicableError(
                "`universe`: expected velocities and forces in each frame, got a frame without them"
            )
        return self._neighbors

    def _evaluate(self, cells: Cells) -> Result:
        error, torque_error = self._errors(cells)
        times, points = self._point_times(), self.results.points
        angles = _angles(points[:, _L])
        late = np.flatnonzero(angles > LOST)
        quantities = [*self._curves(times, points, angles), *self._drifts(cells)]
        seen = bool(torque_error <= WORST * np.sqrt(cells.mean[_TORQUE_SQUARE]))
        if seen:
            quantities += self._torques(cells, times, points)
        return self._result(
            quantities,
            notes=(*self._isolation.notes, *self._notes(error, None if seen else torque_error)),
            thermostat=self.thermostat,
            velocities_from="velocities" if self._has_velocities else "positions",
            torque_from="forces" if self._has_forces else "velocities" if self._has_velocities else "positions",
            relative_error=error,
            error_of_torque_eV_per_rad=torque_error,
            largest_direction_change_deg=None if np.isnan(angles).all() else float(np.nanmax(angles)),
            direction_lost_after_ps=float(times[late[0]] - times[0]) if len(late) > 0 else None,
        )

    def _curves(self, times: Array, points: Array, angles: Array) -> list[Quantity]:
        size = points[:, _SIZE]
        constant = self.thermostat == "none"
        curves = [
            time_curve("angular_momentum", times, size, label="|L|", unit="ħ", expected=size[0] if constant else None),
            time_curve(
                "direction_change",
                times,
                angles,
                label="angle between L(t) and L(0)",
                unit="degrees",
                expected=None if self.thermostat is None else 0.0,
            ),
        ]
        for axis, name in enumerate("xyz"):
            values = points[:, axis]
            curves.append(
                time_curve(
                    f"angular_momentum_{name}",
                    times,
                    values,
                    label=f"L, {name}",
                    unit="ħ",
                    expected=values[0] if constant else None,
                )
            )
        return curves

    def _drifts(self, cells: Cells) -> list[Quantity]:
        expected = 0.0 if self.thermostat == "none" else None
        time, blocks = self._frame_time(), self.blocks
        return [
            trend(
                "angular_momentum_drift",
                cells[_SIZE],
                label="drift of |L|",
                unit="ħ/ps",
                frame_time=time,
                blocks=blocks,
                expected=expected,
            ),
            trend(
                "angular_momentum_vector_drift",
                cells[_L],
                label="drift of L",
                unit="ħ/ps",
                axes=(COMPONENTS,),
                frame_time=time,
                blocks=blocks,
                expected=expected,
            ),
        ]

    def _torques(self, cells: Cells, times: Array, points: Array) -> list[Quantity]:
        time, blocks = self._frame_time(), self.blocks
        size = np.sqrt(points[:, _TORQUE_SQUARE])
        return [
            derived(
                "torque_rms",
                cells[_TORQUE_SQUARE],
                np.sqrt,
                label="torque, rms",
                unit="eV/rad",
                frame_time=time,
                blocks=blocks,
                expected=0.0 if self.thermostat == "none" else None,
                diagnostic=True,
            ),
            averaged(
                "mean_torque",
                cells[_TORQUE],
                label="mean torque",
                unit="eV/rad",
                axes=(COMPONENTS,),
                frame_time=time,
                blocks=blocks,
                diagnostic=True,
            ),
            time_curve("torque", times, size, label="|torque|", unit="eV/rad", diagnostic=True),
        ]

    def _errors(self, cells: Cells) -> tuple[float, float]:
        """Return the errors from finite differences: of L relative to |L|, and of the torque in eV/rad.

        Raises:
            NotApplicableError: If the error of L is large.
        """
        mean = cells.mean
        # Relative to at least 1 ħ: a smaller classical L is negligible.
        error = float(np.sqrt(mean[_L_ERROR]) / max(mean[_SIZE], 1.0))
        if error > WORST:
            raise NotApplicableError(
                f"`universe`: expected a short time between frames, got {self._trajectory.dt:.4g} ps, which gives L an "
                f"error of {100 * error:.0f} %; write velocities, or frames more often"
            )
        return error, float(np.sqrt(mean[_TORQUE_ERROR]))

    def _notes(self, error: float, unseen: float | None) -> tuple[str, ...]:
        notes = []
        if self.thermostat is None:
            notes.append("L is conserved at constant energy only; it is unknown whether there was a thermostat.")
        if self.thermostat == "global":
            notes.append("The thermostat scales velocities: only the direction of L is conserved.")
        if not self._has_velocities:
            notes.append(f"Velocities are differences of positions: L has an error of {100 * error:.2g} %.")
        if unseen is not None:
            notes.append(
                f"The torque from positions is below the error of their differences, {unseen:.2g} eV/rad; write "
                "velocities or forces to resolve a smaller torque."
            )
        elif not self._has_forces:
            notes.append("The torque is an average over the time between frames; faster changes aren't resolved.")
        if len(self._masses) > len(self.universe.atoms):
            notes.append("L and torque are sums over beads, with the physical mass for each bead.")
        return tuple(notes)


def _angles(momenta: Array) -> Array:
    """Return the angles between vectors [T,3] and the first of them, degrees; NaN if either is zero."""
    lengths = np.linalg.norm(momenta, axis=1)
    # From the tangent, since the cosine is inaccurate for small angles.
    across = np.linalg.norm(np.cross(momenta, momenta[0]), axis=1)
    angles = np.degrees(np.arctan2(across, momenta @ momenta[0]))
    return np.where(lengths * lengths[0] > 0, angles, np.nan)
