"""Radii of gyration of ring polymers: the spread of a quantum nucleus around its centroid.

    r_i^2 = 1/P sum_k |q_ik - q_i|^2,      q_i = 1/P sum_k q_ik

for the P beads k of an atom i. Two averages over the atoms of an element and over frames are given: that of r_i, which
is the `r_gyration` of i-PI, and that of r_i^2, which is known analytically for a particle of mass m with frequency w in
each direction, at beta = 1/kT,

    < r^2 > = sum_(k=1..P-1) 3 / (beta m (w_k^2 + w^2)),      w_k = 2 P / (beta hbar) sin(k pi / P)

and for a free one (w = 0) 3 beta hbar^2 / (12 m) (1 - 1/P^2). (Tuckerman, Statistical Mechanics, 2010, section 12.6;
Ceriotti, Parrinello, Markland and Manolopoulos, J. Chem. Phys. 133, 124104 (2010).)

In an isotropic system with an invariant model, the gyration tensor in the laboratory frame,
1/P sum_k (q_ik - q_i)_a (q_ik - q_i)_b, has no preferred direction.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from typing_extensions import override

from tumble.observables.base.opened_run import OpenedRun
from tumble.observables.base.plan import Plan
from tumble.observables.path_integral.bead_tensors import BeadTensors
from tumble.observables.quantities.anisotropy import ELEMENTS, allows_isotropy, anisotropy_of_mean
from tumble.observables.quantities.estimates import averaged, derived
from tumble.observables.quantities.quantity import Quantity
from tumble.observables.quantities.result import Result
from tumble.statistics.cells import Cells
from tumble.types import Array


class Gyration(BeadTensors):
    """Radius of gyration of the ring polymers of each element, and the anisotropy of their gyration tensor.

    Quantities for an element X: `r_gyration_X`, the mean of r_i as in i-PI, and `r_gyration_rms_X`, the root mean
    square of r_i, both in Å; `gyration_anisotropy_X`, see `tumble.observables.quantities.anisotropy`.

    Args:
        universe: A `MDAnalysis.Universe` with elements, whose frames hold ring polymers.
        isotropic: Whether the system itself prefers no direction, as in a gas or liquid, so that the anisotropy must
            vanish (not in a box that isn't cubic). False for a crystal.
        blocks: See `Observable`.
        verbose: See `Observable`.

    Raises:
        NotApplicableError: If frames contain a single bead, or elements are unknown.
    """

    observable = "gyration"
    title = "Size of ring polymers"
    meaning = "The radius of gyration of the beads of an atom: its quantum delocalization."
    symptom = "It measures zero-point motion, mostly along stiff bonds, and is insensitive to broken symmetry."
    settings = ("isotropic",)
    tensor = "the gyration tensor"
    single_bead = "which has no extent"

    @classmethod
    @override
    def from_run(cls, run: OpenedRun) -> Plan:
        run.require_all_beads()
        return Plan.of(cls(run.universe, isotropic=run.isotropic is not False, blocks=run.settings.blocks))

    def __init__(
        self, universe: Any, *, isotropic: bool = True, blocks: int | None = None, verbose: bool = False
    ) -> None:
        super().__init__(universe, isotropic=isotropic, blocks=blocks, verbose=verbose)

    def _sample(self) -> Array:
        """Return for each element the means of r, r^2 and the six tensor elements; last, whether the box is cubic."""
        beads = self._snapshot.beads
        offsets = beads - self._snapshot.centroid
        sample = []
        for symbol, atoms in self._elements.items():
            tensors = np.einsum("kia,kib->iab", offsets[:, atoms], offsets[:, atoms]) / len(beads)
            self._add_own(symbol, tensors)
            squares = np.trace(tensors, axis1=1, axis2=2)
            tensor = tensors.mean(axis=0)
            sample += [np.sqrt(squares).mean(), squares.mean(), *(tensor[pair] for pair in ELEMENTS)]
        return np.array([*sample, float(allows_isotropy(self._ts.dimensions))])

    def _evaluate(self, cells: Cells) -> Result:
        common: dict[str, Any] = {"frame_time": self._frame_time(), "blocks": self.blocks}
        expected = 0.0 if self._isotropic and cells.mean[-1] == 1 else None
        quantities: list[Quantity] = []
        notes: tuple[str, ...] = ()
        for index, symbol in enumerate(self._elements):
            own = cells[8 * index : 8 * (index + 1)]
            anisotropy, more = self._exchanged(
                symbol,
                anisotropy_of_mean(
                    f"gyration_anisotropy_{symbol}",
                    own[2:],
                    label=f"anisotropy of the gyration tensor, {symbol}",
                    expected=expected,
                    **common,
                ),
            )
            notes += more
            radius = f"radius of gyration, {symbol}"
            quantities += [
                averaged(f"r_gyration_{symbol}", own[0], label=radius, unit="Å", **common),
                derived(f"r_gyration_rms_{symbol}", own[1], np.sqrt, label=f"{radius}, rms", unit="Å", **common),
                anisotropy,
            ]
        return self._result(quantities, notes=notes, elements=self._counts)
