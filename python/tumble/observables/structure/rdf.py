"""Radial distribution functions.

    g_AB(r) = V / N_pairs * <number of pairs with a distance in the shell> / (volume of the shell)

over ordered pairs of different atoms: N_pairs is N_A N_B for two elements and N_A (N_A - 1) for A = B, so that an ideal
gas has g = 1 for any number of atoms. V is the volume of each frame. (Hansen and McDonald, Theory of Simple
Liquids, 4th edition, section 2.5.)

Each bead samples the quantum distribution, so the average of g(r) over beads is the path-integral estimator (Tuckerman,
Statistical Mechanics, 2010, section 12.3). The g(r) of the centroid has sharper peaks and isn't an observable.

Distances beyond half the smallest distance between opposite faces of the box are refused: there, shells lie partly
outside the box, and an atom sees several images of another atom, which move together.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np
from MDAnalysis.lib.mdamath import triclinic_vectors
from typing_extensions import override

from tumble.errors import ConfigurationError, NotApplicableError, SettingError, TrajectoryError
from tumble.observables.base.molecular_observable import MolecularObservable
from tumble.observables.base.opened_run import OpenedRun
from tumble.observables.base.plan import Plan
from tumble.observables.frames.water import Water
from tumble.observables.quantities.estimates import averaged, derived
from tumble.observables.quantities.quantity import Axis, Quantity
from tumble.observables.quantities.result import Result
from tumble.observables.structure.rdf_extrema import first_peak, minimum_after
from tumble.observables.structure.rdf_groups import (
    Group,
    Pair,
    are_elements,
    classes_of,
    molecular_pairs,
    pairs_of,
)
from tumble.observables.structure.rdf_pairs import Counts, Indices, PairCounter
from tumble.statistics.cells import Cells
from tumble.trajectories.boxes import ROUNDING, half_box
from tumble.trajectories.centroid import beads_of
from tumble.trajectories.nuclei import Nuclei
from tumble.types import Array

FARTHEST = 12.0  # Å, default of the range
WATER = (("O", "O"), ("O", "H"), ("H", "H"))
MOST_BINS = 100_000  # in half the box, so that the counts of all bins fit into memory
MOST_ELEMENTS = 4  # up to which all pairs of elements are analyzed by default


class Rdf(MolecularObservable):
    """Radial distribution functions of pairs of elements or groups of atoms.

    Quantities of a pair with the name OH: `g_OH`, the curve; `r_OH_peak` (Å) and `g_OH_peak`, the position and height
    of the first peak, if there is one; `n_OH`, the mean number of H around an O up to the minimum after the first peak,
    if there is one. If molecules are counted apart: `g_OH_inter` (and `r_OH_inter_peak` ...) for pairs of different
    molecules, which is 1 for independent molecules, and `p_OH_intra`, the distribution of distances within molecules
    (Å⁻¹; its integral is 1).

    Args:
        universe: A `MDAnalysis.Universe` in a periodic box.
        pairs: Pairs of elements, selections in the language of MDAnalysis or, with a name for each pair, of
            `MDAnalysis.AtomGroup`: `{"surface": (first, second)}`.
        cutoff: Upper end of the last bin, Å; the default is 12 Å, or less if the box of a frame is too small.
        bin_width: Width of a bin, Å; it is reduced so that it divides `cutoff`.
        centroid: Whether to use the centroid instead of the beads.
        intramolecular: `together`: all pairs in one curve. `apart`: pairs within a molecule have a curve of their own;
            molecules are defined by the bonds of the topology, or for water by distances in the first frame.
        blocks: See `Observable`.
        verbose: See `Observable`.

    Raises:
        ConfigurationError: If `intramolecular` is another word.
        SettingError: If there is no such pair, or the range goes beyond half the box.
        NotApplicableError: If there is no box, or molecules aren't known.
    """

    observable = "rdf"
    title = "Radial distribution functions"
    meaning = "How often atoms of two elements are at a distance r, relative to an ideal gas of the same density."
    symptom = (
        "As an average over all directions, it is insensitive to broken symmetry. A difference means that the "
        "structure itself has changed."
    )
    settings = ("pairs", "cutoff", "bin_width", "centroid")

    @classmethod
    @override
    def from_run(cls, run: OpenedRun) -> Plan:
        settings = run.settings
        pairs = _all_pairs(run) if settings.pairs is None else settings.pairs
        apart = any({"O", "H"} & set(pair) for pair in pairs) and run.molecules_known
        rdf = cls(
            run.universe,
            pairs,
            cutoff=settings.cutoff,
            bin_width=settings.bin_width,
            centroid=settings.centroid,
            intramolecular="apart" if apart else "together",
            blocks=settings.blocks,
        )
        if apart or not any("H" in pair for pair in pairs):
            return Plan.of(rdf)
        note = (
            "The molecules are unknown, since this isn't water and no bonds are given: pairs within molecules are "
            "counted together with the others."
        )
        return Plan((rdf,), lambda: replace(rdf.result, notes=(*rdf.result.notes, note)))

    def __init__(
        self,
        universe: Any,
        pairs: Sequence[tuple[Group, Group]] | Mapping[str, tuple[Group, Group]] = WATER,
        *,
        cutoff: float | None = None,
        bin_width: float = 0.05,
        centroid: bool = False,
        intramolecular: Literal["together", "apart"] = "together",
        blocks: int | None = None,
        verbose: bool = False,
    ) -> None:
        super().__init__(universe, blocks=blocks, verbose=verbose)
        if intramolecular not in ("together", "apart"):
            raise ConfigurationError(f"`intramolecular`: expected `together` or `apart`, got `{intramolecular}`")
        self.pairs = pairs_of(universe, pairs)
        self.centroid = centroid
        self._of_elements = are_elements(pairs) and intramolecular == "together"
        self._fixed = cutoff is not None
        self.bins, self.bin_width = _bins(_reach(universe.trajectory[0]), cutoff, bin_width)
        classes, first, second = classes_of(self.pairs)
        self._ends = [np.ix_(one, other) for one, other in zip(first, second, strict=True)]
        self._counter = PairCounter(classes, self.bin_width)
        listed: Indices = np.empty((0, 2), dtype=np.intp)
        self._water: Water | None = None
        if intramolecular == "apart":
            listed, self._water = molecular_pairs(universe)
            listed = listed[np.all(classes[listed] >= 0, axis=1)]
        self._listed = self._counter.listed(listed)
        self._inside = [pair.number_of(listed) for pair in self.pairs]
        for pair, inside in zip(self.pairs, self._inside, strict=True):
            if pair.number == inside:
                raise SettingError("pairs", f"expected pairs of different molecules, got `{pair.name}` without any")
        # Pairs that also occur within molecules; their rows in a sample follow those of all pairs.
        self._apart = [index for index, inside in enumerate(self._inside) if inside > 0]

    @property
    def kinds_may_change(self) -> bool:
        """Whether all groups are elements, so that the order of atoms may change between frames."""
        return self._of_elements

    def _sample(self) -> Array:
        """Return rows of [B]: pair counts times V, pair counts within molecules, whether a bin is in range, and 1/V."""
        ts = self._ts
        beads = beads_of(ts)
        if "like_first" in ts.data:
            beads = beads[:, ts.data["like_first"]]
        beads = beads.mean(axis=0, keepdims=True) if self.centroid else beads
        if not np.all(np.isfinite(beads)):
            raise TrajectoryError("`universe`: expected finite positions, got a NaN or infinity")
        bins = self._bins_within(ts)
        rows = triclinic_vectors(ts.dimensions, dtype=np.float64)
        places = self._counter.places(beads, rows)
        inside = self._counter.count_listed(places, rows, bins, self._listed)
        outside = self._counter.count(places, rows, bins) - inside
        volume = float(np.linalg.det(rows))
        sample = np.zeros((len(self.pairs) + len(self._apart) + 2, self.bins))
        for index in range(len(self.pairs)):
            sample[index, :bins] = self._pair_counts(outside, index) * volume
        for row, index in enumerate(self._apart, start=len(self.pairs)):
            sample[row, :bins] = self._pair_counts(inside, index)
        sample /= len(beads)
        sample[-2, :bins] = 1.0
        sample[-1] = 1 / volume
        if self._water is not None:
            self.results.broken.count(self._water, self._water.bonds_of_centroid(self._snapshot), ts.frame)
        return sample

    def _pair_counts(self, counts: Counts, index: int) -> Array:
        """Return the number of ordered pairs of one kind, [B], from the numbers of all classes [C,C,B]."""
        chosen = counts[self._ends[index]]
        return np.asarray(chosen.sum(axis=(0, 1)), dtype=np.float64)

    def _bins_within(self, ts: Any) -> int:
        """Return the number of bins that fit into half the box of a frame."""
        reach = _reach(ts)
        bins = min(self.bins, int(reach / self.bin_width))
        if self._fixed and bins < self.bins:
            raise SettingError("cutoff", _too_far(self.bins * self.bin_width, reach, ts.frame))
        if bins == 0:
            raise SettingError("bin_width", _too_wide(self.bin_width, reach, ts.frame))
        return bins

    def _evaluate(self, cells: Cells) -> Result:
        bins = int(np.sum(cells.sums[:, -2].sum(axis=0) == len(self.frames)))
        notes = self.results.broken.notes(self._water, len(self.frames)) if self._water is not None else ()
        if bins < self.bins:
            notes = (*notes, f"The range ends at {bins * self.bin_width:.2f} Å, half the width of the smallest box.")
        edges = np.arange(bins + 1) * self.bin_width
        axis = Axis("r", "Å", 0.5 * (edges[:-1] + edges[1:]))
        shells = 4 / 3 * np.pi * np.diff(edges**3)
        common: dict[str, Any] = {"frame_time": self._frame_time(), "blocks": self.blocks}
        quantities: list[Quantity] = []
        uncounted: list[str] = []
        for index, pair in enumerate(self.pairs):
            own = cells[[index, -1], :bins]
            found, counted = self._curve(own, pair, self._inside[index], axis, shells, common)
            if not counted:
                uncounted.append(found[0].label)
            quantities += found
        if uncounted:
            notes = (*notes, _no_number(uncounted))
        for row, index in enumerate(self._apart, start=len(self.pairs)):
            pair = self.pairs[index]
            quantities.append(
                averaged(
                    f"p_{pair.name}_intra",
                    cells[row, :bins],
                    label=f"p(r), {pair.label} intra",
                    unit="Å⁻¹",
                    axes=(axis,),
                    scale=1 / (self._inside[index] * self.bin_width),
                    **common,
                )
            )
        curves_first = sorted(quantities, key=lambda quantity: len(quantity.axes) == 0)
        return self._result(
            curves_first,
            notes=notes,
            cutoff=float(edges[-1]),
            bin_width=self.bin_width,
            positions="centroid" if self.centroid else "beads",
            pairs={pair.name: pair.number - inside for pair, inside in zip(self.pairs, self._inside, strict=True)},
            mean_volume=float(1 / cells.mean[-1, 0]),
        )

    def _nuclei(self) -> Nuclei | None:
        shown = super()._nuclei()
        return Nuclei.CENTROID if self.centroid and shown is Nuclei.BEADS else shown

    def _curve(
        self, cells: Cells, pair: Pair, inside: int, axis: Axis, shells: Array, common: dict[str, Any]
    ) -> tuple[list[Quantity], bool]:
        """Return g(r) and the numbers derived from it, and whether the number of neighbors is among them.

        Args:
            cells: Pair counts times V, and 1/V, [2,B].
            pair: The pair.
            inside: Number of its pairs within molecules.
            axis: The distances.
            shells: Volumes of the shells, [B] in Å³.
            common: Arguments of all estimates.
        """
        name, label = (f"{pair.name}_inter", f"{pair.label} inter") if inside else (pair.name, pair.label)
        scale = 1 / ((pair.number - inside) * shells)
        g = averaged(f"g_{name}", cells[0], label=f"g(r), {label}", unit="1", axes=(axis,), scale=scale, **common)
        peak = first_peak(axis.values, g.values, g.errors)
        if peak is None:
            return [g], False
        found = [
            g,
            derived(
                f"r_{name}_peak",
                cells[0],
                lambda mean: peak.find(mean * scale)[0],
                label=f"first peak, {label}",
                unit="Å",
                **common,
            ),
            derived(
                f"g_{name}_peak",
                cells[0],
                lambda mean: peak.find(mean * scale)[1],
                label=f"peak height, {label}",
                unit="1",
                **common,
            ),
        ]
        minimum = minimum_after(peak, axis.values, g.values, g.errors)
        if minimum is None:
            return found, False
        edges = np.arange(len(shells) + 1) * self.bin_width
        centers = int(pair.first.sum())

        def neighbors(mean: Array) -> float:
            within = np.concatenate([[0.0], np.cumsum(mean[0])]) * mean[1, 0] / centers
            return float(np.interp(minimum.find(mean[0] * scale)[0], edges, within))

        number = derived(f"n_{name}", cells, neighbors, label=f"neighbors, {label}", unit="1", **common)
        return [*found, number], True


def _all_pairs(run: OpenedRun) -> tuple[tuple[str, str], ...]:
    """Return all pairs of elements of a run; for water O–O, O–H and H–H."""
    atoms = run.universe.atoms
    if not hasattr(atoms, "elements"):
        raise NotApplicableError("`universe`: expected elements, got none; give `--topology`")
    counts = Counter(atoms.elements.tolist())
    elements = sorted(counts, key=lambda symbol: (symbol == "H", symbol))
    if len(elements) > MOST_ELEMENTS:
        raise SettingError("pairs", f"expected chosen pairs for the {len(elements)} elements of this run, got none")
    pairs = itertools.combinations_with_replacement(elements, 2)
    return tuple(pair for pair in pairs if pair[0] != pair[1] or counts[pair[0]] > 1)


def _no_number(labels: list[str]) -> str:
    return (
        f"No number of neighbors from {'; '.join(labels)}: the curve has no first peak followed by a minimum that "
        "stands out from the noise."
    )


def _reach(ts: Any) -> float:
    """Return half the smallest distance between opposite faces of the box of a frame, Å."""
    if ts.dimensions is None or not np.all(np.asarray(ts.dimensions[:3]) > 0):
        raise NotApplicableError(f"`universe`: expected a periodic box in each frame, got none in frame {ts.frame}")
    return half_box(ts.dimensions)


def _bins(reach: float, cutoff: float | None, bin_width: float) -> tuple[int, float]:
    """Return the number of bins and their width, Å."""
    if not bin_width > 0:
        raise SettingError("bin_width", f"expected a positive number of Å, got {bin_width:g}")
    finest = reach / MOST_BINS
    if bin_width < finest:
        raise SettingError("bin_width", f"expected at least {finest:.1g} Å, got {bin_width:g} Å")
    if cutoff is None:
        if bin_width > reach:
            raise SettingError("bin_width", _too_wide(bin_width, reach, 0))
        return max(1, int(min(FARTHEST, reach) / bin_width * (1 + ROUNDING))), bin_width
    if not cutoff > 0:
        raise SettingError("cutoff", f"expected a positive number of Å, got {cutoff:g}")
    if cutoff > reach:
        raise SettingError("cutoff", _too_far(cutoff, reach, 0))
    if cutoff < finest:
        raise SettingError("cutoff", f"expected at least {finest:.1g} Å, got {cutoff:g} Å")
    bins = int(np.ceil(cutoff / bin_width * (1 - ROUNDING)))
    return bins, cutoff / bins


def _too_wide(bin_width: float, reach: float, frame: int) -> str:
    return f"expected at most half the box, {reach:.3f} Å in frame {frame}, got {bin_width:.3f} Å"


def _too_far(cutoff: float, reach: float, frame: int) -> str:
    return (
        f"expected at most half the distance between opposite faces of the box, {reach:.3f} Å in frame "
        f"{frame}, got {cutoff:.3f} Å; larger shells lie partly outside the box"
    )
