"""Orientation of molecules in the laboratory frame: where their axes point, and whether some directions are preferred.

For each axis (`tumble.analysis.orientations.molecular_axes`), over all molecules, beads and frames:

    density_X        g(u): density of directions relative to the isotropic one, which is 1 (`sphere_map`)
    free_energy_X    F(u) = -ln g(u), kT
    a_X              a_lm = <Y_lm(u)> of real orthonormal harmonics (`spherical_harmonics`), l = 1 to 8, at the place
                     l (l + 1) + m; the density per solid angle is g / 4 pi = sum_lm a_lm Y_lm
    power_X          W_l, what each degree l adds to the variance of g over the sphere, less noise (`isotropy`)
    bias_X           root mean square of F over the sphere, kT, from all W_l

and a test of isotropy for each in the metadata, `isotropy`. In a gas or a liquid an exactly invariant model gives
g = 1. The blocks for errors are long enough for that l of each axis that takes the longest to be forgotten: l = 1
decays slowest, and the molecules of a liquid turn together.

An axis without a sign, such as the normal of a plane, counts half in each of its directions; odd l then vanish and are
left out. For ring polymers each bead is a configuration of the quantum distribution, so the average over beads is the
estimator of the distribution of directions. That of the axes of the centroid, `..._centroid`, lacks what beads spread
about it, which blurs the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from tumble.analysis.dynamics.centroid import centroid_of
from tumble.analysis.molecular_observable import MolecularObservable
from tumble.analysis.observable import beads_of
from tumble.analysis.orientations.cell_frame import cell_rotation, cell_vectors
from tumble.analysis.orientations.isotropy import Isotropy, isotropy_of
from tumble.analysis.orientations.molecular_axes import AXES, MolecularAxes, MolecularAxis
from tumble.analysis.orientations.orientation_quantities import bias_of, free_energy_of, label_of, power_of
from tumble.analysis.orientations.sphere_map import SphereMap
from tumble.analysis.orientations.spherical_harmonics import HarmonicMeans, degrees
from tumble.analysis.result import Axis, Quantity, Result, averaged
from tumble.analysis.statistics.blocking import Blocks, choose_blocks
from tumble.analysis.statistics.cells import Array, Cells
from tumble.analysis.trajectory_error import TrajectoryError

FRAMES = ("lab", "cell")
_HIGHEST = 20  # degree; beyond it harmonics lose digits, and molecules have nothing there


class Orientation(MolecularObservable):
    """Distribution of the axes of molecules over the sphere.

    Args:
        universe: A `MDAnalysis.Universe`; of water, with elements, unless all axes are given as `MolecularAxis`.
        axes: Names of axes of water, or others.
        degree: Highest degree l of spherical harmonics.
        bins: Number of bins along cos(theta) and phi.
        frame: `lab`, or `cell` for directions relative to the axes of the box as it changes its shape.
        isotropic: Whether the system itself prefers no direction, as a gas or liquid, so that g = 1. If not given, that
            is taken for granted in the lab frame, and not in that of the cell. A crystal is not isotropic.
        centroid: Whether the axes of the centroid of ring polymers are analysed as well.
        blocks: Number of blocks for the errors; chosen if not given.
        verbose: Whether to show a progress bar.

    Raises:
        TrajectoryError: If this isn't water, or an argument is out of range.
    """

    observable = "orientation"

    def __init__(
        self,
        universe: Any,
        *,
        axes: Sequence[str | MolecularAxis] = AXES,
        degree: int = 8,
        bins: tuple[int, int] = (12, 24),
        frame: str = "lab",
        isotropic: bool | None = None,
        centroid: bool = True,
        blocks: int | None = None,
        verbose: bool = False,
    ) -> None:
        """See the class."""
        super().__init__(universe, blocks=blocks, verbose=verbose)
        if frame not in FRAMES:
            raise TrajectoryError(f"`frame`: expected one of {', '.join(FRAMES)}, got `{frame}`")
        self._axes = MolecularAxes(universe, axes)
        lowest = 2 if any(self._axes.lines) else 1
        if not lowest <= degree <= _HIGHEST:
            raise TrajectoryError(f"`degree`: expected from {lowest} to {_HIGHEST}, got {degree}")
        self._means = HarmonicMeans(degree)
        self._degrees = degrees(degree)
        self._map = SphereMap(bins)
        self._frame = frame
        self._isotropic = frame == "lab" if isotropic is None else isotropic
        self._centroid = centroid
        self._reference = cell_vectors(universe.trajectory[0].dimensions) if frame == "cell" else np.eye(3)

    def _estimators(self, ts: Any) -> dict[str, Array]:
        """Positions [P,N,3] that are analysed, by the ending of the names of their quantities."""
        with_centroid = self._centroid and "beads" in ts.data
        return {"": beads_of(ts), **({"_centroid": centroid_of(ts)[None]} if with_centroid else {})}

    def _sample(self) -> Array:
        """For each estimator and axis the density and the coefficients, one after the other."""
        ts = self._ts
        self._axes.count_broken(self.results.broken, centroid_of(ts), ts.dimensions, ts.frame)
        turned = np.eye(3)
        if self._frame == "cell":
            turned = cell_rotation(cell_vectors(ts.dimensions), self._reference).T
        parts = []
        for positions in self._estimators(ts).values():
            for vectors, line in zip(self._axes.vectors(positions, ts.dimensions), self._axes.lines, strict=True):
                flat = vectors.reshape(-1, 3) @ turned
                parts += [self._map.density(flat, line=line).ravel(), self._means(flat)]
        return np.concatenate(parts)

    def _evaluate(self, cells: Cells) -> Result:
        quantities: list[Quantity] = []
        tests: dict[str, Any] = {}
        size = int(np.prod(self._map.bins)) + len(self._degrees)
        place = 0
        for ending in self._estimators(self._trajectory.ts):
            for name, line in zip(self._axes.names, self._axes.lines, strict=True):
                mine, found = self._of_axis(f"{name}{ending}", cells[place : place + size], line)
                quantities += mine
                if self._isotropic:
                    tests[f"{name}{ending}"] = found.to_dict()
                place += size
        water = self._axes.water
        return self._result(
            quantities,
            notes=self._notes(),
            molecules=None if water is None else len(water),
            frame=self._frame,
            isotropy=tests,
        )

    def _of_axis(self, name: str, cells: Cells, line: bool) -> tuple[list[Quantity], Isotropy]:
        """Quantities of one axis, and what the coefficients say."""
        bins = int(np.prod(self._map.bins))
        used = np.flatnonzero((self._degrees > 0) & ((self._degrees % 2 == 0) | (not line)))
        degree = self._degrees[used]
        coefficients = cells[bins + used]
        slowest = self._slowest([coefficients[degree == one] for one in np.unique(degree)])
        density = self._averaged(
            f"density_{name}",
            cells[:bins].reshape(*self._map.bins),
            slowest,
            label=f"g, {label_of(name)}",
            axes=self._map.axes,
            expected=1.0,
        )
        means = self._averaged(
            f"a_{name}",
            coefficients,
            slowest,
            label=f"⟨Y_lm⟩, {label_of(name)}",
            axes=(Axis("l(l+1) + m", "1", used.astype(np.float64)),),
            expected=0.0,
        )
        assert means.blocks is not None  # of an average
        found = isotropy_of(means.blocks, degree)
        # Runs are compared by the coefficients, which say the same with fewer numbers.
        density = replace(density, blocks=None)
        others = [free_energy_of(name, density), power_of(name, means, found)]
        if self._isotropic:
            others.append(bias_of(name, means, found))
        return [density, means, *others], found

    def _slowest(self, cells: Sequence[Cells]) -> Blocks:
        """The blocks of that degree which needs the longest."""
        choices = [choose_blocks(each, self.blocks) for each in cells]
        return min(choices, key=lambda choice: (len(choice), choice.resolved))

    def _averaged(
        self, name: str, cells: Cells, slowest: Blocks, *, label: str, axes: tuple[Axis, ...], expected: float
    ) -> Quantity:
        """An average over as many blocks as the slowest degree has."""
        found = averaged(
            name,
            cells,
            label=label,
            unit="1",
            axes=axes,
            frame_time=self._frame_time(),
            blocks=len(slowest),
            expected=expected if self._isotropic else None,
        )
        time = slowest.correlation_time * self._frame_time()
        return replace(found, resolved=slowest.resolved, correlation_time=time)

    def _notes(self) -> tuple[str, ...]:
        notes: list[str] = []
        water = self._axes.water
        if water is not None:
            notes += self.results.broken.notes(water, len(self.frames))
            if len(water) == 1 and self._isotropic:
                notes.append(
                    "A molecule alone keeps its angular momentum unless a thermostat changes it, and then doesn't take "
                    "all orientations, even with an exactly invariant model."
                )
        return tuple(notes)
