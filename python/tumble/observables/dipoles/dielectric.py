"""Static dielectric constant from the fluctuation of the total dipole moment.

    eps_ab = delta_ab + ( <M_a M_b> - <M_a><M_b> ) / ( eps_0 <V> k T ),        eps = tr eps_ab / 3

(Neumann, Mol. Phys. 50, 841 (1983), for conducting boundary conditions; in Gaussian units the prefactor of the trace is
4 pi / 3 V k T.) M is the sum over whole molecules, so it is independent of wrapping.

Ring polymers: the response of a quantum system to a static field is the Kubo-transformed correlation (Kubo, J. Phys.
Soc. Jpn. 12, 570 (1957)). A field adds -E · (1/P) sum_p M(x_p) to the energy of the ring polymer, so the second
derivative of its partition function is the fluctuation of the bead average M = (1/P) sum_p M(x_p). The mean over beads
of M(x_p)^2 would be too large.

In a short-range model there is no depolarizing field, so the formula for the conducting boundary applies. Such a model
doesn't reproduce the long-wavelength fluctuations, whose longitudinal part long-range electrostatics suppresses (Cox,
Proc. Natl. Acad. Sci. 117, 19746 (2020)). Fluctuations of the nuclei don't contain the electronic response: with point
charges, the result is eps for eps_infinity = 1.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from typing_extensions import override

from tumble.errors import NotApplicableError
from tumble.observables.base.molecular_observable import MolecularObservable
from tumble.observables.base.opened_run import OpenedRun
from tumble.observables.base.plan import Plan
from tumble.observables.base.temperature import checked_temperature
from tumble.observables.dipoles.dipole_moments import MolecularSource
from tumble.observables.dipoles.dipole_source import dipole_source
from tumble.observables.dipoles.system_dipole import SystemDipole, TotalDipoles
from tumble.observables.frames.isolation import GAP, Isolation
from tumble.observables.quantities.anisotropy import allows_isotropy, elements_of
from tumble.observables.quantities.estimates import averaged, derived
from tumble.observables.quantities.quantity import Axis
from tumble.observables.quantities.result import Result
from tumble.statistics.cells import Cells
from tumble.types import Array
from tumble.units.constants import BOLTZMANN, SI_ANGSTROM, SI_CHARGE, SI_ELECTRIC

#: e² / eps_0 in eV·Å.
COUPLING = SI_CHARGE / SI_ELECTRIC / SI_ANGSTROM

#: Number of independent values of M below which a note warns; at this number the variance of 3 components has an error
#: of 8 %.
ENOUGH = 100

_PAIRS = np.triu_indices(3)


class Dielectric(MolecularObservable):
    """The static dielectric constant and the anisotropy of its tensor.

    Quantities: `epsilon`, and `epsilon_anisotropy`, the five components of the traceless part t_m, m = -2 ... 2:

        sqrt(2) eps_xy,    sqrt(2) eps_yz,    (2 eps_zz - eps_xx - eps_yy) / sqrt(6),
        sqrt(2) eps_xz,    (eps_xx - eps_yy) / sqrt(2)

    whose squares sum to the squared norm of the traceless tensor. By symmetry, they vanish in an isotropic liquid in a
    cubic box.

    Args:
        universe: A `MDAnalysis.Universe` of water, with elements; any system if `dipoles` are total dipoles.
        temperature: K.
        dipoles: Source of the dipoles; the default is the point charges of q-SPC/Fw.
        isotropic: Whether the system itself prefers no direction; False for a crystal.
        blocks: Number of blocks for the errors; chosen if not given.
        verbose: Whether to show a progress bar.

    Raises:
        ConfigurationError: If the temperature isn't positive.
        NotApplicableError: If there is no box, or this isn't water.
    """

    observable = "dielectric"
    title = "Dielectric constant"
    meaning = "The static dielectric constant, from the fluctuation of the total dipole moment."
    symptom = (
        "In a liquid in a cubic box the three axes are equivalent, so the anisotropy must vanish. The constant "
        "converges slowly, in nanoseconds for water: check the errors before the differences."
    )
    settings = ("charges", "dipole_model", "isotropic")

    @classmethod
    @override
    def from_run(cls, run: OpenedRun) -> Plan:
        return Plan.of(
            cls(
                run.universe,
                temperature=run.centroid_temperature,
                dipoles=dipole_source(run),
                isotropic=run.isotropic is not False,
                blocks=run.settings.blocks,
            )
        )

    def __init__(
        self,
        universe: Any,
        *,
        temperature: float,
        dipoles: MolecularSource | TotalDipoles | None = None,
        isotropic: bool = True,
        blocks: int | None = None,
        verbose: bool = False,
    ) -> None:
        super().__init__(universe, blocks=blocks, verbose=verbose)
        self.temperature = checked_temperature(temperature)
        self._dipole = SystemDipole(universe, dipoles)
        self._isotropic = isotropic
        self._empty = Isolation(universe).widest

    def _prepare(self) -> None:
        super()._prepare()
        self.results.cubic = True

    def _aggregators(self) -> dict[str, Any]:
        return {**super()._aggregators(), "cubic": all}

    def _sample(self) -> Array:
        """Return M (e·Å), M_a M_b in the order xx, xy, xz, yy, yz, zz, and V (Å³): [10]."""
        dimensions = self._ts.dimensions
        if dimensions is None:
            raise NotApplicableError(
                "`universe`: expected a periodic box, whose volume enters the dielectric constant, got none in frame "
                f"{self._ts.frame}"
            )
        self.results.cubic &= allows_isotropy(dimensions)
        total = self._dipole.bead_average(self._snapshot, self.results.broken)
        return np.concatenate([total, np.outer(total, total)[_PAIRS], [self._ts.volume]])

    def _evaluate(self, cells: Cells) -> Result:
        moment = averaged("M", cells[:3], label="", unit="", axes=(Axis("", "", np.arange(3.0)),), blocks=self.blocks)
        independent = len(self.frames) / (2 * moment.correlation_time)
        notes = self._dipole.notes(self.results.broken, len(self.frames))
        if independent < ENOUGH:
            notes = (
                *notes,
                f"The run has about {independent:.0f} independent values of the total dipole. The dielectric constant "
                f"needs more than {ENOUGH}; with fewer it is underestimated.",
            )
        if self._empty >= GAP:
            notes = (
                *notes,
                f"The cell has an empty slab of {self._empty:.1f} Å: the result is the dielectric constant of the cell "
                "including the vacuum, with conducting boundary conditions, not that of the liquid.",
            )
        symmetric = self._isotropic and self.results.cubic
        quantities = [
            derived(
                "epsilon",
                cells,
                lambda mean: np.trace(self._tensor(mean)) / 3,
                label="ε",
                unit="1",
                frame_time=self._frame_time(),
                blocks=self.blocks,
            ),
            derived(
                "epsilon_anisotropy",
                cells,
                lambda mean: elements_of(self._tensor(mean)),
                label="anisotropy of ε",
                unit="1",
                axes=(Axis("m", "1", np.arange(-2.0, 3.0)),),
                frame_time=self._frame_time(),
                blocks=self.blocks,
                expected=0.0 if symmetric else None,
            ),
        ]
        return self._result(
            quantities,
            notes=notes,
            temperature=self.temperature,
            volume=float(cells.mean[9]),
            dipoles=self._dipole.description,
            boundary="conducting",
        )

    def _tensor(self, mean: Array) -> Array:
        """Return the dielectric tensor [3,3] of the means of a sample."""
        products = np.empty((3, 3))
        products[_PAIRS] = mean[3:9]
        products.T[_PAIRS] = mean[3:9]
        covariance = products - np.outer(mean[:3], mean[:3])
        return np.asarray(np.eye(3) + COUPLING * covariance / (mean[9] * BOLTZMANN * self.temperature))
