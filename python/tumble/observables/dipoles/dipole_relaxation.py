"""Autocorrelation of dipoles in time.

    c_uu(t) = < u_i(0) · u_i(t) >                     for the directions u = mu / |mu| of single molecules
    C_MM(t) = < M(0) · M(t) > / < M^2 >               for the total dipole

Ring polymers: the averages over beads are correlated. This approximates the Kubo-transformed correlation if the
dynamics of the beads is meaningful (`tumble.trajectories.centroid`). c_uu(0) is then below 1, because directions differ
between beads.

In a liquid c_uu(t) decays to 0, in a crystal with fixed protons to a plateau. No mean is subtracted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from typing_extensions import override

from tumble.observables.base.observable import TimeCorrelation
from tumble.observables.base.opened_run import OpenedRun
from tumble.observables.base.plan import Plan
from tumble.observables.dipoles.dipole_moments import MolecularSource
from tumble.observables.dipoles.dipole_source import dipole_source
from tumble.observables.dipoles.system_dipole import WaterDipoles
from tumble.observables.frames.water import BrokenMolecules
from tumble.observables.quantities.estimates import averaged, derived
from tumble.observables.quantities.quantity import Axis
from tumble.observables.quantities.result import Result
from tumble.statistics.cells import Cells
from tumble.trajectories.centroid import dynamics_notes
from tumble.types import Array


class DipoleRelaxation(TimeCorrelation):
    """Autocorrelation of the directions of molecular dipoles and of the total dipole.

    Quantities: `c_uu_t` and `C_MM_t`.

    Args:
        universe: A `MDAnalysis.Universe` of water, with elements.
        dipoles: Source of the dipoles; the default is the point charges of q-SPC/Fw.
        longest: Longest time difference, ps; the default is a tenth of the trajectory, at most 20 ps.
        blocks: Number of blocks for the errors; chosen if not given.
        verbose: Whether to show a progress bar.

    Raises:
        NotApplicableError: If this isn't water.
    """

    observable = "dipole-relaxation"
    title = "Correlation of dipoles in time"
    meaning = "How fast the dipoles of molecules, and their sum, lose the memory of their directions."
    symptom = (
        "If molecules prefer a direction, the curve doesn't decay to zero. Torques that depend on the direction also "
        "change the rate of the decay."
    )
    settings = ("charges", "dipole_model", "longest")

    @classmethod
    @override
    def from_run(cls, run: OpenedRun) -> Plan:
        settings = run.settings
        return Plan.of(cls(run.universe, dipoles=dipole_source(run), longest=settings.longest, blocks=settings.blocks))

    def __init__(
        self,
        universe: Any,
        *,
        dipoles: MolecularSource | None = None,
        longest: float | None = None,
        blocks: int | None = None,
        verbose: bool = False,
    ) -> None:
        super().__init__(universe, longest=longest, blocks=blocks, verbose=verbose)
        self._dipoles = WaterDipoles(universe, dipoles)

    def _prepare(self) -> None:
        super()._prepare()
        self.results.broken = BrokenMolecules()

    def _channels(self) -> Sequence[Array]:
        """Return the directions of the molecules [M,3], and the total dipole [3]."""
        moments = self._dipoles.molecular(self._snapshot, self.results.broken)
        directions = self._dipoles.directions(self._snapshot, moments)
        return directions.mean(axis=0), moments.mean(axis=0).sum(axis=0)

    def _evaluate(self, cells: Cells, lags: Array) -> Result:
        molecules = len(self._dipoles.water)
        quantities = [
            averaged(
                "c_uu_t",
                cells[0],
                label="c_uu(t)",
                unit="1",
                axes=(Axis("t", "ps", lags),),
                frame_time=self._frame_time(),
                blocks=self.blocks,
                scale=1.0 / molecules,
            ),
            derived(
                "C_MM_t",
                cells[1],
                lambda mean: mean / mean[0],
                label="C_MM(t)/C_MM(0)",
                unit="1",
                axes=(Axis("t", "ps", lags),),
                frame_time=self._frame_time(),
                blocks=self.blocks,
            ),
        ]
        notes = (*self._dipoles.notes(self.results.broken, len(self.frames)), *dynamics_notes(self._ts))
        return self._result(quantities, notes=notes, molecules=molecules, dipoles=self._dipoles.description)
