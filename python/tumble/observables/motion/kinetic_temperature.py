"""Kinetic temperatures of the translation, rotation and vibration of molecules, for classical nuclei.

The velocities of the atoms of a molecule are divided into the velocity V of its center of mass, a rotation ω = I^-1 L
about it, and the rest; the kinetic energy is the sum of the three parts (Eckart, Phys. Rev. 47, 552 (1935)):

    2 K_trans = sum M V^2        2 K_rot = sum ω I ω        2 K_vib = sum m |v - V - ω x s|^2        T = <2 K> / (k <f>)

Degrees of freedom f: 3 for the translation and 3 for the rotation of each molecule (2 for the rotation of a linear one,
none for an atom); the vibration has the rest, minus those of constraints (`tumble.observables.motion.constraints`).
Motions that a run may conserve are subtracted first, so that T is correct whether or not they are conserved: the
velocity of the whole system (3 translational degrees of freedom), and for clusters in free space the rotation Ω of the
whole. This rotation consists of translations and rotations of the molecules. It removes tr(J^-1 J_trans) degrees of
freedom from the former and tr(J^-1 J_rot) from the latter, together 3, where J is the tensor of inertia of the whole,
J_trans that of point masses at the centers of the molecules, and J_rot the sum of the tensors of the molecules.

Maxwell's distribution holds for any potential, so in equilibrium all temperatures agree for any model, invariant or
not, except for the error of the time step: the Verlet velocities of a vibration with angular frequency w are too cold
by (w h)^2 / 4, 3 % for an O-H stretch at 0.5 fs. So compare vibrations only between runs with the same time step. The
temperatures of an isolated system at constant energy follow from its initial energy and L. So for isolated systems they
have errors, but no samples (`blocks`) to compare runs with.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from tumble.errors import NotApplicableError
from tumble.observables.base.series import SeriesObservable, time_curve
from tumble.observables.frames.isolation import Isolation
from tumble.observables.frames.molecules import Molecules
from tumble.observables.frames.neighbors import velocities_of
from tumble.observables.frames.rigid_motion import BOLTZMANN_AMU_A2_PS2, LINEAR, inertia_tensor, rotational_freedoms
from tumble.observables.motion.constraints import Constraints
from tumble.observables.quantities.estimates import derived
from tumble.observables.quantities.quantity import Quantity
from tumble.observables.quantities.result import Result
from tumble.statistics.cells import Cells
from tumble.trajectories.centroid import beads_of
from tumble.types import Array

KINDS = ("translation", "rotation", "vibration", "whole")


class KineticTemperature(SeriesObservable):
    """Temperatures of translation, rotation and vibration.

    Args:
        universe: A `MDAnalysis.Universe` with velocities.
        molecules: Indices of the atoms of each molecule; by default from bonds, or from distances in water.
        isolated: Whether nothing interacts through the boundaries of the cell; by default the first frame decides.
        masses: [N] in amu; the default is the masses of the Universe, or else of the elements.
        constraints: Function that returns the constraints; by default they are searched for.
        blocks: See `FrameObservable`.
        verbose: See `FrameObservable`.

    Raises:
        NotApplicableError: If there are no velocities, frames contain ring polymers, or the molecules are unknown.
    """

    observable = "kinetic_temperature"
    title = "Temperatures of translation, rotation and vibration"
    meaning = "The kinetic energy per degree of freedom of translation, rotation and vibration of molecules."
    symptom = (
        "In equilibrium all temperatures agree for any model, invariant or not. If rotations are too hot, energy flows "
        "into them faster than it is removed: the run isn't in equilibrium."
    )

    def __init__(
        self,
        universe: Any,
        *,
        molecules: Sequence[Sequence[int]] | None = None,
        isolated: bool | None = None,
        masses: Any = None,
        constraints: Callable[[], Constraints] | None = None,
        blocks: int | None = None,
        verbose: bool = False,
    ) -> None:
        super().__init__(universe, blocks=blocks, verbose=verbose)
        ts = universe.trajectory[0]
        if len(beads_of(ts)) > 1:
            raise NotApplicableError(
                f"`universe`: expected classical nuclei, got ring polymers of {len(beads_of(ts))} beads, whose "
                "velocities have P times the temperature and aren't those of the nuclei; see `kinetic`"
            )
        if velocities_of(ts) is None:
            raise NotApplicableError("`universe`: expected velocities, got only positions; write velocities, too")
        self._isolation = Isolation(universe, isolated)
        self._molecules = Molecules(universe, molecules, masses)
        self._constraints = Constraints(universe, self._molecules) if constraints is None else constraints()

    def _values(self) -> Array:
        """Return twice the kinetic energies, then the degrees of freedom, of each of `KINDS`, [8] (amu Å²/ps²)."""
        ts, molecules = self._ts, self._molecules
        velocities = velocities_of(ts)
        if velocities is None:
            raise NotApplicableError(f"`universe`: expected velocities in each frame, got none in frame {ts.frame}")
        beads = self._isolation.beads(beads_of(ts), ts.dimensions, ts.frame)
        whole = molecules.whole(beads[0], None if self._isolation.known else ts.dimensions)
        centers = molecules.centers(whole)
        arms = whole - molecules.spread(centers)
        speeds = velocities[0][molecules.atoms]
        total = molecules.masses @ speeds / molecules.masses.sum()
        speeds = speeds - total
        own = _inertias(arms, molecules)
        freedom = np.array([3.0 * len(molecules) - 3.0, float(np.sum(rotational_freedoms(own))), 0.0, 0.0])
        overall = 0.0
        if self._isolation.known and len(molecules) > 1:
            speeds, taken, overall = _without_rotation(whole, speeds, centers, own, molecules)
            freedom[:2] -= taken
            freedom[3] = taken.sum()
        freedom[2] = 3.0 * len(molecules.atoms) - 3.0 - freedom.sum() - self._constraints.freedoms
        return np.array([*_energies(arms, speeds, own, molecules), overall, *freedom])

    def _evaluate(self, cells: Cells) -> Result:
        freedom = cells.mean[4:]
        shown = [kind for kind in range(4) if freedom[kind] > 0.5]
        notes = [*self._isolation.notes]
        if self._constraints.freedoms > 0:
            notes.append(
                f"{self._constraints.distances} distances within molecules are constant and treated as constraints, "
                f"which remove {self._constraints.freedoms} degrees of freedom from the vibration."
            )
        if self._isolation.known and len(self._molecules) == 1:
            notes.append(
                "At constant energy the rotation of a single molecule follows from its L: a temperature needs a "
                "thermostat."
            )
        quantities = [self._temperature(cells, kind) for kind in shown]
        if 0 in shown and 1 in shown:
            quantities.append(self._difference(cells, 1, 0))
        if 0 in shown and 2 in shown:
            quantities.append(self._difference(cells, 2, 0))
        if self._isolation.known:
            quantities = [replace(quantity, blocks=None) for quantity in quantities]
        return self._result(
            [*quantities, *self._curves(shown)],
            notes=tuple(notes),
            molecules=len(self._molecules),
            degrees_of_freedom={KINDS[kind]: float(freedom[kind]) for kind in shown},
        )

    def _temperature(self, cells: Cells, kind: int) -> Quantity:
        return derived(
            f"temperature_{KINDS[kind]}",
            cells[[kind, kind + 4]],
            lambda mean: mean[0] / mean[1] / BOLTZMANN_AMU_A2_PS2,
            label=f"temperature of {_word(kind)}",
            unit="K",
            frame_time=self._frame_time(),
            blocks=self.blocks,
            diagnostic=True,  # In equilibrium, temperatures are the same for any model: they describe the run.
        )

    def _difference(self, cells: Cells, one: int, other: int) -> Quantity:
        return derived(
            f"{KINDS[one]}_less_{KINDS[other]}",
            cells[[one, one + 4, other, other + 4]],
            lambda mean: (mean[0] / mean[1] - mean[2] / mean[3]) / BOLTZMANN_AMU_A2_PS2,
            label=f"temperature of {_word(one)} minus {_word(other)}",
            unit="K",
            frame_time=self._frame_time(),
            blocks=self.blocks,
            diagnostic=True,  # In equilibrium, temperatures are the same for any model: they describe the run.
        )

    def _curves(self, shown: list[int]) -> list[Quantity]:
        times, points = self._point_times(), self.results.points
        return [
            time_curve(
                f"temperature_{KINDS[kind]}_of_time",
                times,
                points[:, kind] / points[:, kind + 4] / BOLTZMANN_AMU_A2_PS2,
                label=f"temperature of {_word(kind)}",
                unit="K",
            )
            for kind in shown
        ]


def _word(kind: int) -> str:
    return "the rotation of the whole" if KINDS[kind] == "whole" else KINDS[kind]


def _inertias(arms: Array, molecules: Molecules) -> Array:
    """Return the tensors of inertia of the molecules about their centers, [M,3,3] in amu Å²."""
    second = molecules.sums(np.einsum("i,ia,ib->iab", molecules.masses, arms, arms))
    return np.asarray(np.trace(second, axis1=1, axis2=2)[:, None, None] * np.eye(3) - second)


def _energies(arms: Array, speeds: Array, own: Array, molecules: Molecules) -> Array:
    """Return twice the kinetic energies of translation, rotation and vibration, [3]."""
    centers = molecules.centers(speeds)
    internal = speeds - molecules.spread(centers)
    momenta = molecules.sums(molecules.masses[:, None] * np.cross(arms, internal))
    turning = np.einsum("mab,mb->ma", np.linalg.pinv(own, rcond=LINEAR, hermitian=True), momenta)
    rest = internal - np.cross(molecules.spread(turning), arms)
    return np.array(
        [
            np.sum(molecules.molecular_masses[:, None] * centers**2),
            np.sum(turning * momenta),
            np.sum(molecules.masses[:, None] * rest**2),
        ]
    )


def _without_rotation(
    whole: Array, speeds: Array, centers: Array, own: Array, molecules: Molecules
) -> tuple[Array, Array, float]:
    """Return velocities without overall rotation, the degrees of freedom of that, and twice its energy."""
    middle = molecules.masses @ whole / molecules.masses.sum()
    arms = whole - middle
    points = inertia_tensor(centers - middle, molecules.molecular_masses)
    inverse = np.linalg.pinv(points + own.sum(axis=0), rcond=LINEAR, hermitian=True)
    momentum = molecules.masses @ np.cross(arms, speeds)
    turning = inverse @ momentum
    taken = np.array([np.trace(inverse @ points), np.trace(inverse @ own.sum(axis=0))])
    return speeds - np.cross(turning, arms), taken, float(turning @ momentum)
