"""Infrared spectrum from the fluctuation of the total dipole moment.

    n(w) alpha(w) = 1 / (3 eps_0 c V k T)  int_0^inf < J(0) · J(t) > cos(w t) dt,        J = dM/dt

This equals w^2 / (6 eps_0 c V k T) times the Fourier transform of < M(0) · M(t) > over all times. It is written with
the current J, whose spectrum has no large peak at w = 0 that the window could smear over other frequencies. (Habershon,
Fanourgakis, Manolopoulos, J. Chem. Phys. 129, 074501 (2008), for the Kubo-transformed correlation, which path integral
dynamics approximates.) With classical nuclei, the classical correlation is used for the Kubo-transformed one: this is
the harmonic quantum correction, which satisfies the fluctuation-dissipation theorem (Ramírez, López-Ciudad, Kumar,
Marx, J. Chem. Phys. 121, 3973 (2004)).

J is the difference of M between two frames, divided by the time h between them. This multiplies the spectrum by
(sin(w h/2) / (w h/2))^2, which is corrected for. The correlation is multiplied by a Hann window, cos^2(pi t / 2 T),
which broadens a sharp line to a full width at half maximum of 1 / (c T), the resolution.

M is the bead average of the sum over whole molecules; for point charges this is the dipole of the centroid. On the
meaning of its motion see `tumble.trajectories.centroid`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from typing_extensions import override

from tumble.errors import ConfigurationError
from tumble.observables.base.observable import TimeCorrelation
from tumble.observables.base.opened_run import OpenedRun
from tumble.observables.base.plan import Plan
from tumble.observables.base.temperature import checked_temperature
from tumble.observables.dipoles.dipole_moments import MolecularSource
from tumble.observables.dipoles.dipole_source import dipole_source
from tumble.observables.dipoles.system_dipole import SystemDipole, TotalDipoles
from tumble.observables.dynamics.wavenumbers import (
    CM_PER_PS,
    FASTEST,
    highest_wavenumber,
    window_lags,
)
from tumble.observables.frames.water import BrokenMolecules
from tumble.observables.quantities.estimates import derived
from tumble.observables.quantities.quantity import Axis
from tumble.observables.quantities.result import Result
from tumble.statistics.cells import Cells
from tumble.statistics.correlation import Correlator
from tumble.trajectories.centroid import dynamics_notes
from tumble.types import Array
from tumble.units.constants import (
    SI_ANGSTROM,
    SI_BOLTZMANN,
    SI_CHARGE,
    SI_ELECTRIC,
    SI_LIGHT,
    SI_PICOSECOND,
)


class Infrared(TimeCorrelation):
    """Infrared absorption of water, or of any system with given total dipoles.

    Quantity: `ir_spectrum`, the absorption coefficient (to base e) times the refractive index, cm⁻¹;
    without a box, the absorption cross section of the whole system, Å².

    Args:
        universe: A `MDAnalysis.Universe` of water, with elements; any system if `dipoles` are total dipoles.
        temperature: K.
        dipoles: Source of the dipoles; the default is the point charges of q-SPC/Fw.
        resolution: Full width at half maximum of a sharp line, cm⁻¹.
        highest: Upper end of the spectrum, cm⁻¹.
        blocks: Number of blocks for the errors; chosen if not given.
        verbose: Whether to show a progress bar.

    Raises:
        ConfigurationError: If an argument isn't positive, or the run is too short for the resolution.
        NotApplicableError: If this isn't water.
    """

    observable = "infrared"
    title = "Infrared spectrum"
    meaning = "Infrared absorption, from the motion of the total dipole moment."
    symptom = "Spurious torques act on librations first, in water at about 400 to 800 cm⁻¹."
    settings = ("charges", "dipole_model", "resolution")

    @classmethod
    @override
    def from_run(cls, run: OpenedRun) -> Plan:
        return Plan.of(
            cls(
                run.universe,
                temperature=run.centroid_temperature,
                dipoles=dipole_source(run),
                resolution=run.settings.resolution,
                blocks=run.settings.blocks,
            )
        )

    def __init__(
        self,
        universe: Any,
        *,
        temperature: float,
        dipoles: MolecularSource | TotalDipoles | None = None,
        resolution: float = 20.0,
        highest: float = FASTEST,
        blocks: int | None = None,
        verbose: bool = False,
    ) -> None:
        super().__init__(universe, blocks=blocks, verbose=verbose)
        self.temperature = checked_temperature(temperature)
        if not 0 < highest < np.inf:
            raise ConfigurationError(f"`highest`: expected a positive number of cm⁻¹, got {highest:g}")
        self.resolution = resolution
        self.highest = highest
        self._dipole = SystemDipole(universe, dipoles)

    def _prepare(self) -> None:
        self._require_correlation()
        currents = len(self._used) - 1
        self._check_motion()
        self._correlator = Correlator(currents, window_lags(self.resolution, self._time_step(), currents))
        self._before: Array | None = None
        self._volumes = 0.0
        self.results.broken = BrokenMolecules()

    def _see(self) -> None:
        total = self._dipole.bead_average(self._snapshot, self.results.broken)
        if self._before is not None:
            self._correlator.add((total - self._before)[None])
        self._before = total
        self._volumes += self._ts.volume if self._ts.dimensions is not None else np.nan

    def _evaluate(self, cells: Cells, lags: Array) -> Result:
        step = self._frame_time()
        nyquist = highest_wavenumber(step)
        notes = (*self._dipole.notes(self.results.broken, len(self.frames)), *dynamics_notes(self._ts))
        if nyquist < FASTEST:
            notes = (
                *notes,
                f"Frames are {step:.4g} ps apart, which resolves wavenumbers up to {nyquist:.0f} cm⁻¹; the faster "
                "vibrations are aliased into this spectrum.",
            )
        wavenumbers = np.arange(0.0, min(self.highest, nyquist), self.resolution / 2)
        volume = self._volumes / len(self.frames)
        boxed = bool(np.isfinite(volume))
        transform = self._transform(wavenumbers, lags, step, volume if boxed else None)
        spectrum = derived(
            "ir_spectrum",
            cells[0],
            lambda mean: transform @ mean,
            label="n(ν̃) α(ν̃)" if boxed else "n(ν̃) σ(ν̃)",
            unit="cm⁻¹" if boxed else "Å²",
            axes=(Axis("ν̃", "cm⁻¹", wavenumbers),),
            frame_time=step,
            blocks=self.blocks,
        )
        return self._result(
            [spectrum],
            notes=notes,
            temperature=self.temperature,
            resolution=self.resolution,
            window="Hann",
            volume=volume if boxed else None,
            dipoles=self._dipole.description,
        )

    def _transform(self, wavenumbers: Array, lags: Array, step: float, volume: float | None) -> Array:
        """Return the matrix [K,L+1] from the correlation of differences of M, (e·Å)², to the spectrum."""
        angular = 2 * np.pi * CM_PER_PS * wavenumbers  # rad/ps
        window = np.cos(0.5 * np.pi * lags * CM_PER_PS * self.resolution) ** 2
        weights = np.full(len(lags), step)
        weights[0] *= 0.5  # trapezoidal rule; the window ends at zero
        cosines = np.cos(np.outer(angular, lags)) * window * weights
        # From differences to the derivative: np.sinc(x) is sin(pi x) / (pi x).
        derivative = (step * np.sinc(angular * step / (2 * np.pi))) ** -2
        # (e·Å)²/ps over 3 eps_0 c k T in SI is an area, m²; over a volume it is an inverse length, 1/m.
        factor = (SI_CHARGE * SI_ANGSTROM) ** 2 / SI_PICOSECOND
        factor /= 3 * SI_ELECTRIC * SI_LIGHT * SI_BOLTZMANN * self.temperature
        factor *= SI_ANGSTROM**-2 if volume is None else 0.01 / (volume * SI_ANGSTROM**3)
        return np.asarray(factor * derivative[:, None] * cosines)
