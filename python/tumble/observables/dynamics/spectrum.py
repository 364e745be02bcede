"""Vibrational density of states of each element, from the velocity autocorrelation.

    C(t)  = < sum_i m_i v_i(0) . v_i(t) >,        over atoms i of the element and all time origins
    S(ν)  = 2 int_{-T}^{T} C(|t|) w(t) cos(2 pi ν t) dt,        w(t) = cos^2(pi t / 2T)
    D(ν)  = 3 S(ν) / int_0^inf S(ν) dν

D integrates to 3, the degrees of freedom of an atom, over wavenumbers. (Dickey and Paskin, Phys. Rev. 188, 1407
(1969).) D(0) of a liquid isn't zero: the diffusion constant is k T D(0) / (12 m), with D over frequency.

int S dν = C(0) gives the kinetic temperature T_X of each element. For classical nuclei in equilibrium all T_X are
equal, for any potential. The velocity V of the center of mass is subtracted, because most runs conserve it, but not
all. With the mass M of the system, and the mass M_X and mean velocity U of the element,

    < sum_i m_i |v_i - V|^2 >  =  C(0) - M_X <U^2> + M_X <(U - V)^2>  =  3 k T_X (N_X - M_X / M)

since the velocity of an atom relative to the center of mass has the variance kT (1/m - 1/M) along an axis. This removes
3 % of the degrees of freedom from the oxygens of 27 water molecules, and 89 % from the oxygen of a single molecule.

The Hann window w broadens a sharp line to a full width at half maximum of 1 / (c T), the resolution, with side lobes of
-2.7 %. Frequencies above the Nyquist frequency of the frames are aliased.

Without velocities, displacements between frames are divided by the time h between them. This multiplies S by
(sin(pi ν h) / (pi ν h))^2, which is at least 0.41 and is corrected for; aliased frequencies lose more than that.

For ring polymers, the centroid is used. Its spectrum approximates the Kubo-transformed one in RPMD, TRPMD and CMD (with
spurious resonances of the internal modes, broadened lines, and red-shifted lines, respectively), and its temperature is
that of the system. With `beads`, all beads are used. Their velocities belong to fictitious momenta and aren't an
observable, but show the frequencies of the ring polymer and its thermostat. Their temperature in i-PI is P times that
of the system, and the center of mass is that of all beads, with P M instead of M.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import fft
from typing_extensions import override

from tumble.errors import ConfigurationError, NotApplicableError
from tumble.observables.base.observable import TimeCorrelation
from tumble.observables.base.opened_run import OpenedRun
from tumble.observables.base.plan import Plan, joined
from tumble.observables.dynamics.power_spectrum import power_spectrum
from tumble.observables.dynamics.unwrap import Unwrapper
from tumble.observables.dynamics.wavenumbers import (
    CM_PER_PS,
    FASTEST,
    highest_wavenumber,
    window_lags,
)
from tumble.observables.frames.molecules import Molecules
from tumble.observables.frames.neighbors import velocities_of
from tumble.observables.frames.rigid_motion import BOLTZMANN_AMU_A2_PS2
from tumble.observables.motion.constraints import Constraints, constraints_of
from tumble.observables.quantities.estimates import derived
from tumble.observables.quantities.quantity import Axis, Quantity
from tumble.observables.quantities.result import Result
from tumble.statistics.cells import Cells
from tumble.statistics.correlation import Correlator
from tumble.trajectories.centroid import beads_of, dynamics_notes
from tumble.trajectories.element_groups import atoms_by_element
from tumble.trajectories.masses import masses_of
from tumble.types import Array


class VibrationalSpectrum(TimeCorrelation):
    """Vibrational density of states, and kinetic temperature, of each element.

    Quantities: `dos_X` and `temperature_X`. There is no temperature if velocities are missing and frames don't resolve
    the vibrations of water, and none for elements with constrained atoms, since constraints remove degrees of freedom.

    Args:
        universe: A `MDAnalysis.Universe` with elements; its velocities are used if it has any.
        resolution: Full width at half maximum of a sharp line, cm⁻¹.
        highest: Upper end of the spectrum, cm⁻¹.
        from_positions: Whether to ignore the velocities in the trajectory.
        beads: Whether to follow all beads of a ring polymer instead of the centroid.
        masses: [N] in amu; the default is the masses of the Universe, or else of the elements.
        constraints: Function that returns the constraints; by default they are searched for.
        blocks: See `TimeCorrelation`.
        verbose: See `TimeCorrelation`.

    Raises:
        ConfigurationError: If an argument is out of range.
        NotApplicableError: If elements or masses aren't known.
    """

    observable = "spectrum"
    title = "Vibrational density of states"
    meaning = "The frequencies at which the atoms of each element move."
    symptom = (
        "Spurious torques act on librations first, in water at about 400 to 800 cm⁻¹; bond stretches are stiff and "
        "change little."
    )
    settings = ("resolution",)

    @classmethod
    @override
    def from_run(cls, run: OpenedRun) -> Plan:
        settings, potential = run.settings, run.logged("potential")
        analyses = []
        if run.has_trajectory or potential is None:
            analyses.append(
                cls(
                    run.universe,
                    resolution=settings.resolution,
                    constraints=lambda: constraints_of(run),
                    blocks=settings.blocks,
                )
            )

        def conclude() -> Result:
            results = [each.result for each in analyses]
            logged, notes = _logged(run)
            results += logged
            if not results:
                raise NotApplicableError(" ".join(notes))
            found = joined(cls.observable, results)
            return replace(found, notes=(*found.notes, *notes))

        return Plan(tuple(analyses), conclude)

    def __init__(
        self,
        universe: Any,
        *,
        resolution: float = 20.0,
        highest: float = FASTEST,
        from_positions: bool = False,
        beads: bool = False,
        masses: Any = None,
        constraints: Callable[[], Constraints] | None = None,
        blocks: int | None = None,
        verbose: bool = False,
    ) -> None:
        super().__init__(universe, blocks=blocks, verbose=verbose)
        if not 0 < highest < np.inf:
            raise ConfigurationError(f"`highest`: expected a positive number of cm⁻¹, got {highest:g}")
        self.resolution = resolution
        self.highest = highest
        self.beads = beads
        self.follows_centroid = not beads
        self._masses = masses_of(universe, masses)
        self._roots = np.sqrt(self._masses)
        self._groups = atoms_by_element(universe)
        self._positions = from_positions or velocities_of(universe.trajectory.ts) is None
        bound = _constrained(constraints or (lambda: Constraints(universe, Molecules(universe, masses=masses))))
        self._constrained = [name for name, members in self._groups.items() if np.isin(members, bound).any()]

    def _prepare(self) -> None:
        self._require_correlation()
        self._check_motion()
        step = self._time_step()
        samples = len(self._used) - int(self._positions)
        self._correlator = Correlator(samples, window_lags(self.resolution, step, samples))
        self._unwrapper = Unwrapper()
        self._started = False

    def _see(self) -> None:
        values = self._displacements() if self._positions else self._velocities()
        if self._started or not self._positions:
            # So that the sum over beads becomes an average.
            values *= self._roots[:, None] / np.sqrt(len(values))
            elements = [values[:, members] for members in self._groups.values()]
            self._correlator.add([*elements, *self._common(values)])
        self._started = True

    def _common(self, values: Array) -> list[Array]:
        """Return sqrt(M_X) U and sqrt(M_X) (U - V) of each element from mass-weighted values of all atoms, [P,N,3]."""
        momenta = self._roots[:, None] * values.sum(axis=0) / np.sqrt(len(values))
        whole = momenta.sum(axis=0) / self._masses.sum()
        found = []
        for members in self._groups.values():
            mass = self._masses[members].sum()
            mean = momenta[members].sum(axis=0) / mass
            found += [np.sqrt(mass) * mean, np.sqrt(mass) * (mean - whole)]
        return found

    def _velocities(self) -> Array:
        """Return velocities, [P,N,3] in Å/ps, with P = 1 for the centroid."""
        velocities = velocities_of(self._ts)
        if velocities is None:
            raise NotApplicableError(
                f"`frames`: expected velocities in each frame, got none in frame {self._ts.frame}; give "
                "`from_positions`"
            )
        return np.array(velocities if self.beads else velocities.mean(axis=0, keepdims=True))

    def _displacements(self) -> Array:
        """Return displacements since the previous frame, [P,N,3] in Å."""
        positions = beads_of(self._ts)
        positions = positions if self.beads else positions.mean(axis=0, keepdims=True)
        moved = self._unwrapper.displacements(positions.reshape(-1, 3), self._ts.dimensions, self._ts.frame)
        return moved.reshape(positions.shape)

    def _evaluate(self, cells: Cells, lags: Array) -> Result:
        step = self._frame_time()
        wavenumbers = np.arange(0.0, min(self.highest, highest_wavenumber(step)), self.resolution / 2)
        transform, total = _transforms(lags, step, wavenumbers, self.resolution, from_positions=self._positions)
        folded = highest_wavenumber(step) < FASTEST
        axis = Axis("ν̃", "cm⁻¹", wavenumbers)
        quantities: list[Quantity] = []
        elements = len(self._groups)
        for place, (symbol, members) in enumerate(self._groups.items()):
            if not total @ cells[place].mean > 0:
                raise NotApplicableError(f"`universe`: expected atoms that move, got {symbol} at rest")
            own, common = cells[place], cells[elements + 2 * place : elements + 2 * place + 2]
            density, temperature = self._element_quantities(symbol, members, own, common, axis, transform, total)
            # The correction factor for differences is unknown for aliased frequencies.
            unknown = (self._positions and folded) or symbol in self._constrained
            quantities += [density] if unknown else [density, temperature]
        return self._result(
            quantities,
            notes=(*dynamics_notes(self._ts), *self._notes(step)),
            resolution=self.resolution,
            window="Hann",
            from_positions=self._positions,
            estimator="beads" if self.beads else "centroid",
        )

    def _element_quantities(
        self,
        symbol: str,
        members: NDArray[np.intp],
        cells: Cells,
        common: Cells,
        axis: Axis,
        transform: Array,
        total: Array,
    ) -> list[Quantity]:
        """Return the density of states and temperature from the linear forms of `_transforms` and of `_common`."""
        options: dict[str, Any] = {"frame_time": self._frame_time(), "blocks": self.blocks}
        share, relative = 0.0, cells
        if len(self._masses) > 1:  # a single atom is the whole system
            share = float(self._masses[members].sum() / self._masses.sum())
            relative = Cells(cells.sums - common.sums[:, 0] + common.sums[:, 1], cells.counts, cells.length)
        copies = len(beads_of(self._ts)) if self.beads else 1
        degrees_of_freedom = 3 * (len(members) - share / copies)

        def density(mean: Array) -> Array:
            return np.asarray(3 * (transform @ mean) / (total @ mean))

        def temperature(mean: Array) -> Array:
            return np.asarray((total @ mean) / (degrees_of_freedom * BOLTZMANN_AMU_A2_PS2))

        return [
            derived(f"dos_{symbol}", cells, density, label=f"D(ν̃), {symbol}", unit="cm", axes=(axis,), **options),
            derived(
                f"temperature_{symbol}",
                relative,
                temperature,
                label=f"kinetic temperature, {symbol}",
                unit="K",
                **options,
            ),
        ]

    def _notes(self, step: float) -> tuple[str, ...]:
        notes = []
        if highest_wavenumber(step) < FASTEST:
            without = "; therefore no kinetic temperatures are given" if self._positions else ""
            notes.append(
                f"Frames are {step:.4g} ps apart, which resolves wavenumbers up to {highest_wavenumber(step):.0f} "
                f"cm⁻¹; faster vibrations are aliased into this spectrum{without}."
            )
        if self._constrained:
            notes.append(
                "Distances within molecules are constrained, which removes degrees of freedom from "
                f"{', '.join(self._constrained)}: no kinetic temperature is given for these elements; see `drift`."
            )
        if self._positions:
            notes.append("Velocities are differences of positions; the spectrum is corrected for the differences.")
        if self.beads and len(beads_of(self._ts)) > 1:
            notes.append(
                "This is the spectrum of beads, whose momenta are fictitious: it is a diagnostic, not an observable."
            )
        return tuple(notes)


def _logged(run: OpenedRun) -> tuple[list[Result], list[str]]:
    """Return the power spectra of logged energies, and notes on logs that allow none."""
    found: list[Result] = []
    notes: list[str] = []
    for name, label, series in (
        ("V", "potential energy", run.logged("potential")),
        ("error", "symmetry error V_avg − V", run.logged_symmetry("energy_shift")),
    ):
        if series is None:
            continue
        # A short or irregular log must not prevent the analysis of the trajectory.
        try:
            diagnostic = name == "error"
            blocks = run.settings.blocks
            found.append(power_spectrum(*series, name=name, label=label, blocks=blocks, diagnostic=diagnostic))
        except NotApplicableError as error:
            notes.append(f"No power spectrum of the {label}: {error}.")
    return found, notes


def _constrained(constraints: Callable[[], Constraints]) -> NDArray[np.intp]:
    """Return the indices of atoms with constraints; empty if the molecules are unknown."""
    try:
        return constraints().atoms
    except NotApplicableError:
        return np.empty(0, dtype=np.intp)


def _transforms(
    lags: Array, step: float, wavenumbers: Array, resolution: float, *, from_positions: bool
) -> tuple[Array, Array]:
    """Return the linear forms that turn C, or the correlation of displacements, into S and its integral.

    Returns:
        The matrix [K,L+1] to S at K wavenumbers, per cm⁻¹, and the vector [L+1] to the integral of S over all of them.
    """
    weights = 2 * np.cos(0.5 * np.pi * lags * CM_PER_PS * resolution) ** 2
    weights[0] *= 0.5  # each other lag also counts for its negative
    frequencies = CM_PER_PS * wavenumbers
    matrix = 2 * step * CM_PER_PS * np.cos(2 * np.pi * np.outer(frequencies, lags)) * weights
    if not from_positions:
        return matrix, np.where(np.arange(len(lags)) == 0, 1.0, 0.0)
    # np.sinc(x) is sin(pi x) / (pi x).
    matrix /= (step * np.sinc(frequencies * step))[:, None] ** 2
    size = 8 * len(lags)
    correction = (step * np.sinc(fft.rfftfreq(size))) ** -2
    return matrix, np.asarray(fft.irfft(correction, size)[: len(lags)] * weights)
