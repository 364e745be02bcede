"""Dipole moments: the size in a molecule, and the mean of the sum over molecules.

    p(mu) = < delta(mu - |mu_i|) >         density of the sizes, over molecules, beads and frames
    P     = < sum_i mu_i / V >             mean polarization; without a box < sum_i mu_i >

The size is a function of the positions at one imaginary time, so its average over beads is the quantum average. The
size of the dipole of the centroid, |1/P sum_p mu_ip|, is a different quantity and is given in addition. Its
distribution is narrower, because it excludes the spread of the ring polymer. The sum is linear in the dipoles, so for
it the two choices agree.

In an isotropic system P = 0 for an exactly invariant model, by inversion also in a box of any shape; a nonzero mean is
a preferred direction. If each molecule keeps a mean dipole of its own (a frozen crystal, free rotors), blocks in time
underestimate the error of P (`tumble.observables.quantities.exchange`): it is a lower bound, and there is no verdict.
For sources of dipoles see `tumble.observables.dipoles.dipole_moments`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from typing_extensions import override

from tumble.errors import ConfigurationError
from tumble.observables.base.molecular_observable import MolecularObservable
from tumble.observables.base.opened_run import OpenedRun
from tumble.observables.base.plan import Plan
from tumble.observables.dipoles.dipole_moments import DEBYE_PER_E_ANGSTROM, MolecularSource
from tumble.observables.dipoles.dipole_source import dipole_source
from tumble.observables.dipoles.system_dipole import WaterDipoles
from tumble.observables.quantities.estimates import averaged
from tumble.observables.quantities.exchange import OwnAverages, exchanged
from tumble.observables.quantities.quantity import Axis, Quantity
from tumble.observables.quantities.result import Result
from tumble.statistics.cells import Cells
from tumble.types import Array


class Dipole(MolecularObservable):
    """Sizes of molecular dipoles and their mean sum, in a gas or a liquid.

    Quantities: `mu_distribution` (1/D), `mu_mean` (D), for ring polymers also `mu_distribution_centroid` and
    `mu_mean_centroid`, and `M` (three components, e/Å²; e·Å without a box).

    Args:
        universe: A `MDAnalysis.Universe` of water, with elements.
        dipoles: Source of the dipoles; the default is the point charges of q-SPC/Fw.
        largest: Upper end of the distribution, D.
        bins: Number of bins from 0 to `largest`.
        isotropic: Whether the system itself prefers no direction, as in a gas or liquid, so that `M` must vanish. A
            crystal whose protons don't rearrange during the run isn't isotropic.
        blocks: Number of blocks for the errors; chosen if not given.
        verbose: Whether to show a progress bar.

    Raises:
        ConfigurationError: If an argument is out of range.
        NotApplicableError: If this isn't water.
    """

    observable = "dipole"
    title = "Dipole moments"
    meaning = "The magnitudes of molecular dipole moments, and the mean of their vector sum."
    symptom = (
        "The mean vector isn't zero in a liquid or a gas. The same is seen if the run is too short for the sum to "
        "turn. The magnitudes depend on the molecular geometry and change little."
    )
    settings = ("charges", "dipole_model", "isotropic")

    @classmethod
    @override
    def from_run(cls, run: OpenedRun) -> Plan:
        isotropic = run.isotropic is not False
        return Plan.of(cls(run.universe, dipoles=dipole_source(run), isotropic=isotropic, blocks=run.settings.blocks))

    def __init__(
        self,
        universe: Any,
        *,
        dipoles: MolecularSource | None = None,
        largest: float = 5.0,
        bins: int = 100,
        isotropic: bool = True,
        blocks: int | None = None,
        verbose: bool = False,
    ) -> None:
        super().__init__(universe, blocks=blocks, verbose=verbose)
        if not (np.isfinite(largest) and largest > 0):
            raise ConfigurationError(f"`largest`: expected a positive number of D, got {largest:g}")
        if bins < 1:
            raise ConfigurationError(f"`bins`: expected at least 1, got {bins}")
        self._dipoles = WaterDipoles(universe, dipoles)
        self._edges = np.linspace(0.0, largest, bins + 1)
        self._isotropic = isotropic

    def _prepare(self) -> None:
        super()._prepare()
        self.results.own = OwnAverages(len(self._used))

    def _aggregators(self) -> dict[str, Any]:
        return {**super()._aggregators(), "own": OwnAverages.joined}

    def _sample(self) -> Array:
        """Return, for beads and centroid, the density of sizes, the share above its end and the mean; then the sum."""
        moments = self._dipoles.molecular(self._snapshot, self.results.broken)
        centroid = moments.mean(axis=0)
        self.results.own.add(self._place, centroid)
        volume = 1.0 if self._ts.dimensions is None else self._ts.volume
        return np.concatenate([self._sizes(moments), self._sizes(centroid), centroid.sum(axis=0) / volume])

    def _sizes(self, moments: Array) -> Array:
        sizes = np.linalg.norm(moments, axis=-1).ravel() * DEBYE_PER_E_ANGSTROM
        counts = np.histogram(sizes, self._edges)[0]
        density = counts / (len(sizes) * np.diff(self._edges))
        return np.concatenate([density, [1 - counts.sum() / len(sizes), sizes.mean()]])

    def _evaluate(self, cells: Cells) -> Result:
        row = len(self._edges) + 1
        quantities = self._of_sizes(cells[:row], "", "")
        notes = self._dipoles.notes(self.results.broken, len(self.frames))
        above = float(cells.mean[row - 2])
        if above > 0:
            notes = (*notes, f"{100 * above:.3g} % of the molecules have dipoles above {self._edges[-1]:g} D.")
        if "beads" in self._trajectory.ts.data:
            quantities += self._of_sizes(cells[row : 2 * row], "_centroid", ", centroid")
        total = self._of_sum(cells[2 * row :])
        if self._isotropic:
            total, more = exchanged(total, self.results.own, "the dipole")
            notes = (*notes, *more)
        quantities.append(total)
        return self._result(
            quantities, notes=notes, molecules=len(self._dipoles.water), dipoles=self._dipoles.description
        )

    def _of_sizes(self, cells: Cells, suffix: str, which: str) -> list[Quantity]:
        centers = 0.5 * (self._edges[1:] + self._edges[:-1])
        return [
            averaged(
                f"mu_distribution{suffix}",
                cells[: len(centers)],
                label=f"p(|μ|){which}",
                unit="1/D",
                axes=(Axis("|μ|", "D", centers),),
                frame_time=self._frame_time(),
                blocks=self.blocks,
            ),
            averaged(
                f"mu_mean{suffix}",
                cells[-1],
                label=f"⟨|μ|⟩{which}",
                unit="D",
                frame_time=self._frame_time(),
                blocks=self.blocks,
            ),
        ]

    def _of_sum(self, cells: Cells) -> Quantity:
        boxed = self._trajectory.ts.dimensions is not None
        return averaged(
            "M",
            cells,
            label="⟨M⟩/V" if boxed else "⟨M⟩",
            unit="e/Å²" if boxed else "e·Å",
            axes=(Axis("x, y, z", "1", np.arange(1.0, 4.0)),),
            frame_time=self._frame_time(),
            blocks=self.blocks,
            expected=0.0 if self._isotropic else None,
        )
