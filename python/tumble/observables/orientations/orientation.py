"""Orientation of molecules in the laboratory frame: the directions of their axes, and whether some are preferred.

For each axis (`tumble.observables.frames.molecular_axes`), averaged over all molecules, beads and frames:

    density_X        g(u): density of directions relative to the isotropic density, which is 1 (`sphere_map`)
    free_energy_X    F(u) = -ln g(u), kT
    a_X              a_lm = <Y_lm(u)> of real orthonormal harmonics (`spherical_harmonics`), l = 1 to 8, at the index
                     l (l + 1) + m; the density per solid angle is g / 4 pi = sum_lm a_lm Y_lm
    power_X          W_l, the contribution of degree l to the variance of g over the sphere, minus noise (`isotropy`)
    bias_X           root mean square of F over the sphere, kT, from all W_l

The metadata has a test of isotropy for each axis, `isotropy`. In a gas or a liquid an exactly invariant model gives
g = 1, unless the box prefers directions: in a periodic box that isn't cubic, there is no expected value. A cubic box
allows l = 4, 6 and 8, but in a box of several molecular diameters the effect of the periodic images of a liquid is far
below the noise, so these degrees are tested, too. The blocks for errors are long enough for the degree of each axis
with the longest correlation time: l = 1 decays slowest, and the molecules of a liquid turn together. Blocks in time
can't see molecules that keep their orientations (free rotors, a frozen crystal). If the averages of l = 1 or 2 differ
too much between molecules (`tumble.observables.quantities.exchange`), errors are lower bounds, and there is no verdict.

An axis without a sign, such as the normal of a plane, counts half in each of its two directions; odd l then vanish and
are omitted. Each bead of a ring polymer samples the quantum distribution, so the average over beads estimates the
distribution of directions. The distribution of the axes of the centroid, `..._centroid`, isn't blurred by the spread of
the beads.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from tumble.errors import ConfigurationError, SettingError
from tumble.observables.base.kind import Bias
from tumble.observables.base.molecular_observable import MolecularObservable
from tumble.observables.base.opened_run import OpenedRun
from tumble.observables.base.plan import Plan
from tumble.observables.frames.isolation import Isolation
from tumble.observables.frames.molecular_axes import AXES, MolecularAxes, MolecularAxis
from tumble.observables.frames.snapshot import Snapshot
from tumble.observables.orientations.cell_frame import cell_rotation, cell_vectors
from tumble.observables.orientations.isotropy import Isotropy, isotropy_of
from tumble.observables.orientations.orientation_quantities import (
    axis_of,
    bias_of,
    free_energy_of,
    label_of,
    power_of,
)
from tumble.observables.orientations.sphere_map import SphereMap
from tumble.observables.orientations.spherical_harmonics import HarmonicMeans, degrees
from tumble.observables.quantities.anisotropy import allows_isotropy, elements_of
from tumble.observables.quantities.estimates import averaged
from tumble.observables.quantities.exchange import OwnAverages, note
from tumble.observables.quantities.quantity import Axis, Quantity
from tumble.observables.quantities.result import Result
from tumble.statistics.blocking import Blocks, choose_blocks
from tumble.statistics.cells import Cells
from tumble.types import Array

FRAMES = ("lab", "cell")
# The values of l = 1 and of l = 2 among the values of a molecule.
_LOW_DEGREES = (slice(0, 3), slice(3, 8))
_HIGHEST = 20  # highest degree; beyond, harmonics lose digits and molecules have no anisotropy


class Orientation(MolecularObservable):
    """Distribution of the axes of molecules over the sphere.

    Args:
        universe: A `MDAnalysis.Universe` of water, with elements; any system if all axes are a `MolecularAxis`.
        axes: Names of axes of water, or axes of other molecules.
        degree: Highest degree l of spherical harmonics.
        bins: Number of bins along cos(theta) and phi.
        frame: `lab`, or `cell` for directions relative to the axes of a box that changes its shape.
        isotropic: Whether the system itself prefers no direction, as in a gas or liquid, so that g = 1 is expected (not
            in a box that isn't cubic). The default is True in the lab frame and False in the frame of the cell. A
            crystal isn't isotropic.
        centroid: Whether to analyze the axes of the centroid of ring polymers as well.
        blocks: Number of blocks for the errors; chosen if not given.
        verbose: Whether to show a progress bar.

    Raises:
        ConfigurationError: If an argument is out of range.
        NotApplicableError: If this isn't water.
    """

    observable = "orientation"
    title = "Orientation of molecules in space"
    meaning = (
        "The distribution of the directions of molecular axes in the laboratory frame: as a density, as a free energy "
        "−ln P, and as coefficients of spherical harmonics."
    )
    symptom = (
        "In a liquid or a gas no direction is special: the density is uniform and all coefficients are zero. A model "
        "that isn't invariant prefers some directions, which is seen most directly here. Short runs also show "
        "preferred directions, since molecules had no time to turn; the test of isotropy counts only independent "
        "samples."
    )
    settings = ("frame", "isotropic")

    @classmethod
    @override
    def from_run(cls, run: OpenedRun) -> Plan:
        settings = run.settings
        return Plan.of(cls(run.universe, frame=settings.frame, isotropic=run.isotropic, blocks=settings.blocks))

    @classmethod
    def bias(cls, quantity: Quantity, reference: Quantity | None) -> Bias | None:
        """Return the bias of the free energy of directions, from the coefficients ⟨Y_lm⟩; see `Kind.bias`."""
        if len(quantity.axes) != 1:
            return None  # of the curves, only the coefficients have samples; maps are compared point by point
        degree = np.sqrt(quantity.axes[0].values).astype(np.intp)
        found = isotropy_of(
            np.asarray(quantity.blocks), degree, None if reference is None else np.asarray(reference.blocks)
        )
        axis = axis_of(quantity)
        return Bias(
            name=f"bias_{axis}",
            label=f"bias of the orientation, {axis}",
            unit="kT",
            value=found.bias,
            error=found.bias_error,
            test=found.test,
            detectable=found.detectable,
        )

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
        super().__init__(universe, blocks=blocks, verbose=verbose)
        if frame not in FRAMES:
            raise SettingError("frame", f"expected one of {', '.join(FRAMES)}, got `{frame}`")
        self._axes = MolecularAxes(universe, axes)
        lowest = 2 if any(self._axes.lines) else 1
        if not lowest <= degree <= _HIGHEST:
            raise ConfigurationError(f"`degree`: expected from {lowest} to {_HIGHEST}, got {degree}")
        self._means = HarmonicMeans(degree)
        self._degrees = degrees(degree)
        self._map = SphereMap(bins)
        self._frame = frame
        self._isotropic = frame == "lab" if isotropic is None else isotropic
        self._centroid = centroid
        self._alone = Isolation(universe).known
        self._reference = cell_vectors(universe.trajectory[0].dimensions) if frame == "cell" else np.eye(3)

    def _prepare(self) -> None:
        super()._prepare()
        self.results.own = [OwnAverages(len(self._used)) for _ in self._axes.names]
        self.results.cubic = True

    def _aggregators(self) -> dict[str, Any]:
        return {**super()._aggregators(), "own": _joined, "cubic": all}

    def _estimators(self, ts: Any) -> dict[str, Callable[[Snapshot], list[Array]]]:
        """Return functions that give the axes [P,V,3] to analyze, by the suffix of the names of their quantities."""
        with_centroid = self._centroid and "beads" in ts.data
        return {"": self._axes.of_beads, **({"_centroid": self._axes.of_centroid} if with_centroid else {})}

    def _sample(self) -> Array:
        """Return the density and the coefficients of each estimator and axis, one after the other."""
        ts = self._ts
        self._axes.count_broken(self.results.broken, self._snapshot)
        self.results.cubic &= allows_isotropy(ts.dimensions)
        turned = None
        if self._frame == "cell":
            turned = cell_rotation(cell_vectors(ts.dimensions), self._reference).T
        sets: list[Array] = []
        for ending, axes_of in self._estimators(ts).items():
            axes = [vectors if turned is None else vectors @ turned for vectors in axes_of(self._snapshot)]
            sets += [vectors.reshape(-1, 3) for vectors in axes]
            if ending == "":
                place = self._place
                for own, vectors in zip(self.results.own, axes, strict=True):
                    own.add(place, _low_harmonics(vectors))
        # All sets at once, since many short arrays take longer.
        together, sizes = np.concatenate(sets), [len(each) for each in sets]
        lines = self._axes.lines * (len(sets) // len(self._axes.lines))
        densities = self._map.of_sets(together, list(zip(sizes, lines, strict=True)))
        means = self._means.of_sets(together, sizes)
        return np.concatenate([part.ravel() for both in zip(densities, means, strict=True) for part in both])

    def _evaluate(self, cells: Cells) -> Result:
        isotropic = self._isotropic and (self._alone or self.results.cubic)
        quantities: list[Quantity] = []
        kept: dict[str, None] = {}
        tests: dict[str, Any] = {}
        size = int(np.prod(self._map.bins)) + len(self._degrees)
        place = 0
        for ending in self._estimators(self._trajectory.ts):
            for name, line, own in zip(self._axes.names, self._axes.lines, self.results.own, strict=True):
                key, part = f"{name}{ending}", cells[place : place + size]
                place += size
                slowest = self._slowest(part, line)
                exchanged = not (self._isotropic and slowest.resolved and _differ(own, len(slowest), line))
                if not exchanged:
                    slowest = replace(slowest, resolved=False)
                    kept[label_of(name)] = None
                mine, found = self._axis_quantities(key, part, slowest, line, isotropic)
                quantities += mine
                if isotropic:
                    tests[key] = found.to_dict() | ({} if exchanged else {"p_value": None, "sigma": None})
        water = self._axes.water
        return self._result(
            quantities,
            notes=(*self._notes(isotropic), *([note(f"the {', '.join(kept)}")] if kept else [])),
            molecules=None if water is None else len(water),
            frame=self._frame,
            isotropy=tests,
        )

    def _harmonics(self, line: bool) -> NDArray[np.intp]:
        """Return the indices l (l + 1) + m of the coefficients that don't vanish by symmetry of the axis."""
        return np.flatnonzero((self._degrees > 0) & ((self._degrees % 2 == 0) | (not line)))

    def _axis_quantities(
        self, name: str, cells: Cells, slowest: Blocks, line: bool, isotropic: bool
    ) -> tuple[list[Quantity], Isotropy]:
        """Return the quantities of one axis, and its isotropy."""
        bins, used = int(np.prod(self._map.bins)), self._harmonics(line)
        density = self._averaged(
            f"density_{name}",
            cells[:bins].reshape(*self._map.bins),
            slowest,
            label=f"g, {label_of(name)}",
            axes=self._map.axes,
            expected=1.0 if isotropic else None,
        )
        means = self._averaged(
            f"a_{name}",
            cells[bins + used],
            slowest,
            label=f"⟨Y_lm⟩, {label_of(name)}",
            axes=(Axis("l(l+1) + m", "1", used.astype(np.float64)),),
            expected=0.0 if isotropic else None,
        )
        assert means.blocks is not None  # of an average
        found = isotropy_of(means.blocks, self._degrees[used])
        # Runs are compared by the coefficients, which contain the same information in fewer numbers.
        density = replace(density, blocks=None)
        others = [free_energy_of(name, density), power_of(name, means, found)]
        if isotropic:
            others.append(bias_of(name, means, found))
        return [density, means, *others], found

    def _slowest(self, cells: Cells, line: bool) -> Blocks:
        """Return the blocks of the degree that needs the longest blocks."""
        bins, used = int(np.prod(self._map.bins)), self._harmonics(line)
        degree = self._degrees[used]
        choices = [choose_blocks(cells[bins + used[degree == one]], self.blocks) for one in np.unique(degree)]
        return min(choices, key=lambda choice: (len(choice), choice.resolved))

    def _averaged(
        self, name: str, cells: Cells, slowest: Blocks, *, label: str, axes: tuple[Axis, ...], expected: float | None
    ) -> Quantity:
        """Return an average over as many blocks as the slowest degree has."""
        found = averaged(
            name,
            cells,
            label=label,
            unit="1",
            axes=axes,
            frame_time=self._frame_time(),
            blocks=len(slowest),
            expected=expected,
        )
        time = slowest.correlation_time * self._frame_time()
        return replace(found, resolved=slowest.resolved, correlation_time=time)

    def _notes(self, isotropic: bool) -> tuple[str, ...]:
        notes: list[str] = []
        if self._isotropic and not isotropic:
            notes.append("The box isn't cubic, so it prefers directions by itself: there is no verdict on isotropy.")
        water = self._axes.water
        if water is not None:
            notes += self.results.broken.notes(water, len(self.frames))
            if len(water) == 1 and isotropic:
                notes.append(
                    "A single molecule keeps its angular momentum unless a thermostat changes it, so it doesn't sample "
                    "all orientations, even with an exactly invariant model."
                )
        return tuple(notes)


def _low_harmonics(vectors: Array) -> Array:
    """Return sqrt(4 pi) times the real harmonics of l = 1 and 2 of vectors [P,V,3], averaged over beads, [V,8]."""
    squares = np.einsum("pva,pvb->abv", vectors, vectors) / len(vectors)
    second = elements_of(np.moveaxis(squares, -1, 0))
    return np.concatenate([np.sqrt(3) * vectors.mean(axis=0), np.sqrt(7.5) * second], axis=-1)


def _differ(own: OwnAverages, blocks: int, line: bool) -> bool:
    """Return whether molecules differ in their averages of l = 1 (not defined for a line) or of l = 2."""
    return any(own.differ(blocks, components) for components in _LOW_DEGREES[int(line) :])


def _joined(parts: Sequence[list[OwnAverages]]) -> list[OwnAverages]:
    """Return the averages of each axis, combined from several processes."""
    return [OwnAverages.joined(each) for each in zip(*parts, strict=True)]
