"""Correlation of the directions of dipoles in space.

    c_L(r) = < (u_i · r̂)(u_j · r̂) >_r,        c_T(r) = < u_i · u_j >_r - c_L(r)

for pairs of molecules whose oxygens are at a distance r (nearest images), u = mu / |mu| and r̂ the direction from one
oxygen to the other. The longitudinal and the transverse part add up to the mean cosine of the angle between the
dipoles; the transverse part is the sum over both directions across r̂, not their mean. These are the functions c_uu(r)
of Langer, Pozdnyakov, Ceriotti, Mach. Learn.: Sci. Technol. 5, 04LT01 (2024), as in the scripts of its archive
(doi:10.24435/materialscloud:kz-3b), which multiply them with g(r) in files and divide by it in figures.

The average over pairs is a ratio of means, sum over pairs and number of pairs n. Its error is that of the linear
expansion, (s - c n) / <n>. All are functions of positions at one imaginary time, so beads are averaged over.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
from MDAnalysis.lib.distances import self_capped_distance
from numpy.typing import NDArray
from typing_extensions import override

from tumble.errors import ConfigurationError, NotApplicableError
from tumble.observables.base.molecular_observable import MolecularObservable
from tumble.observables.base.opened_run import OpenedRun
from tumble.observables.base.plan import Plan
from tumble.observables.dipoles.dipole_moments import MolecularSource
from tumble.observables.dipoles.dipole_source import dipole_source
from tumble.observables.dipoles.system_dipole import WaterDipoles
from tumble.observables.frames.nearest_images import nearest_images
from tumble.observables.quantities.estimates import averaged
from tumble.observables.quantities.quantity import Axis, Quantity
from tumble.observables.quantities.result import Result
from tumble.statistics.cells import Cells
from tumble.trajectories.boxes import ROUNDING, half_box
from tumble.types import Array

_FEW = 1000  # points up to which all pairs are examined
FARTHEST = 10.0  # Å, unless a distance is given or the box is smaller

#: Bins in which pairs are less dense than this share of their mean density up to the cutoff are too few to average.
FEWEST = 24  # cells in time with a pair in the bin
RARE = 0.1


class DipoleCorrelation(MolecularObservable):
    """Longitudinal and transverse correlation of dipoles as functions of the distance.

    Quantities: `c_uu_L` and `c_uu_T`. They are NaN where hardly any pairs are (pairs less dense than a tenth of the
    mean density up to the cutoff). Molecules that don't know of each other have 0.

    Args:
        universe: A `MDAnalysis.Universe` of water, with elements.
        dipoles: Source of the dipoles; the default is the point charges of q-SPC/Fw.
        cutoff: Longest distance, Å; the default is half the smallest width of the box in all frames, at most 10 Å.
        bin_width: Width of a bin, Å.
        blocks: Number of blocks for the errors; chosen if not given.
        verbose: Whether to show a progress bar.

    Raises:
        ConfigurationError: If the cutoff is too long, or the bins don't fit it.
        NotApplicableError: If this isn't water, or there is just one molecule.
    """

    observable = "dipole-correlation"
    title = "Correlation of dipoles in space"
    meaning = (
        "How the dipoles of two molecules at a distance r are aligned: the part along the line between them "
        "(longitudinal) and the part across it (transverse)."
    )
    symptom = "A direction that all molecules prefer adds a correlation that doesn't fade with distance."
    settings = ("charges", "dipole_model")

    @classmethod
    @override
    def from_run(cls, run: OpenedRun) -> Plan:
        return Plan.of(cls(run.universe, dipoles=dipole_source(run), blocks=run.settings.blocks))

    def __init__(
        self,
        universe: Any,
        *,
        dipoles: MolecularSource | None = None,
        cutoff: float | None = None,
        bin_width: float = 0.1,
        blocks: int | None = None,
        verbose: bool = False,
    ) -> None:
        super().__init__(universe, blocks=blocks, verbose=verbose)
        self._dipoles = WaterDipoles(universe, dipoles)
        if len(self._dipoles.water) < 2:
            raise NotApplicableError("`universe`: expected at least 2 molecules for a correlation of pairs, got 1")
        reach = half_box(universe.trajectory[0].dimensions)
        self._fixed = cutoff is not None
        cutoff = min(FARTHEST, reach) if cutoff is None else cutoff
        if not 0 < bin_width <= cutoff < np.inf:
            raise ConfigurationError(
                f"`bin_width`: expected from above 0 to the range, {cutoff:.4g} Å, got {bin_width:g} Å"
            )
        # Whole bins, so that runs with different ranges share them.
        self._edges = bin_width * np.arange(int(cutoff / bin_width * (1 + ROUNDING)) + 1)
        self._bins_within(universe.trajectory[0])

    def _bins_within(self, ts: Any) -> int:
        """Return the number of bins that fit into half the box of a frame."""
        reach = half_box(ts.dimensions)
        if self._fixed and self._edges[-1] > reach:
            raise ConfigurationError(
                f"`cutoff`: expected at most {reach:.4g} Å, half the distance between opposite faces of the box in "
                f"frame {ts.frame}, got {self._edges[-1]:.4g} Å; beyond it nearest images lack pairs in some directions"
            )
        return int(np.sum(self._edges[1:] <= reach))

    def _sample(self) -> Array:
        """Number of pairs, sums over them of the longitudinal and of the whole product, whether the box holds the bin.

        [4,K], averaged over beads.
        """
        within = np.arange(len(self._edges) - 1) < self._bins_within(self._ts)
        moments = self._dipoles.molecular(self._snapshot, self.results.broken)
        directions = self._dipoles.directions(self._snapshot, moments)
        oxygens = self._snapshot.beads[:, self._dipoles.water.atoms[:, 0]]
        return np.concatenate([self._sums(oxygens, directions, self._ts.dimensions), within[None]])

    def _sums(self, positions: Array, directions: Array, dimensions: Any) -> Array:
        """Return the first three rows of a sample from positions and directions [P,M,3]."""
        centroids = positions.mean(axis=0)
        # Pairs that are near enough in some bead are so in the centroid within this margin, and that of rounding.
        margin = 2 * np.sqrt(np.sum((positions - centroids) ** 2, axis=-1).max()) + 1e-3
        first, second = _near_pairs(centroids, self._edges[-1] + margin, dimensions).T
        # By components, [3,P,K]: long arrays are fast, and rows of three numbers aren't.
        places, units = (np.ascontiguousarray(np.moveaxis(each, -1, 0)) for each in (positions, directions))
        between = nearest_images(places.take(second, axis=-1) - places.take(first, axis=-1), dimensions)
        x, y, z = between**2
        distances = np.sqrt(x + y + z)
        between /= distances
        one, two = units.take(first, axis=-1), units.take(second, axis=-1)
        longitudinal, whole = _dot(one, between) * _dot(two, between), _dot(one, two)
        count = len(self._edges) - 1
        # The bin behind the last one is dropped.
        bins = np.where(distances < self._edges[-1], distances / self._edges[1], count).astype(np.intp)
        rows = [
            np.bincount(bins.ravel(), weights, count)[:count] for weights in (None, longitudinal.ravel(), whole.ravel())
        ]
        return np.array(rows, dtype=np.float64) / len(positions)

    def _evaluate(self, cells: Cells) -> Result:
        bins = int(np.sum(cells.sums[:, 3].sum(axis=0) == len(self.frames)))
        notes = self._dipoles.notes(self.results.broken, len(self.frames))
        if bins < len(self._edges) - 1:
            notes = (*notes, f"The range ends at {self._edges[bins]:.4g} Å, where that of the smallest box does.")
        longitudinal, whole = cells.sums[:, 1, :bins], cells.sums[:, 2, :bins]
        return self._result(
            [
                self._curve("c_uu_L", "c_uu(r), longitudinal", cells, longitudinal),
                self._curve("c_uu_T", "c_uu(r), transverse", cells, whole - longitudinal),
            ],
            notes=notes,
            molecules=len(self._dipoles.water),
            dipoles=self._dipoles.description,
            cutoff=float(self._edges[bins]),
        )

    def _curve(self, name: str, label: str, cells: Cells, sums: Array) -> Quantity:
        """Return the mean over pairs of a product with the sums [C,K]."""
        edges = self._edges[: sums.shape[1] + 1]
        numbers = cells.sums[:, 0, : sums.shape[1]]
        pairs = numbers.sum(axis=0)
        shells = np.diff(edges**3)
        # An error that rests on a few encounters isn't one.
        seldom = np.count_nonzero(numbers, axis=0) < min(FEWEST, len(numbers))
        rare = seldom | (pairs / shells < RARE * pairs.sum() / shells.sum())
        per_pair = np.divide(1.0, pairs, out=np.zeros_like(pairs), where=pairs > 0)
        ratio = sums.sum(axis=0) * per_pair
        # c + (s - c n) / <n>, whose mean over frames is the ratio of means.
        frames = cells.counts[:, None]
        linear = frames * ratio + (sums - ratio * numbers) * (per_pair * frames.sum())
        found = averaged(
            name,
            Cells(linear, cells.counts, cells.length),
            label=label,
            unit="1",
            axes=(Axis("r", "Å", 0.5 * (edges[1:] + edges[:-1])),),
            frame_time=self._frame_time(),
            blocks=self.blocks,
        )
        return replace(
            found,
            values=np.where(rare, np.nan, found.values),
            errors=np.where(rare, np.nan, found.errors),
            blocks=None if found.blocks is None else np.where(rare, np.nan, found.blocks),
        )


def _dot(one: Array, two: Array) -> Array:
    """Inner products of vectors [3,...], summed in the order of `einsum`, whose results these were before."""
    x, y, z = one * two
    return np.asarray(x + z + y)


@lru_cache(maxsize=1)
def _all_pairs(count: int) -> NDArray[np.intp]:
    return np.column_stack(np.triu_indices(count, 1))


def _near_pairs(points: Array, reach: float, dimensions: Any) -> NDArray[np.intp]:
    """Return all pairs of points [M,3] up to some distance apart, and maybe more of them, [K,2].

    The grid of MDAnalysis refuses distances beyond half the box, and is as large as the space between points without
    one.
    """
    if len(points) <= _FEW or reach >= 0.9 * half_box(dimensions):
        pairs = _all_pairs(len(points))
        between = nearest_images(np.subtract(*points[pairs.T]).T.copy(), dimensions)
        near = ~(np.sum(between**2, axis=0) > reach**2)
        return np.asarray(pairs[near], dtype=np.intp)
    method = "nsgrid" if dimensions is not None else "pkdtree"
    pairs = self_capped_distance(points, reach, box=dimensions, return_distances=False, method=method)
    return np.asarray(pairs, dtype=np.intp)
