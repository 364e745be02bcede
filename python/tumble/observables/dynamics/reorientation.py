"""Reorientation of water molecules: correlation functions of their axes and the times of their decay.

    C_l(t) = < P_l(u(0) . u(t)) >,        l = 1, 2

over molecules and all origins, with Legendre polynomials P_l and unit vectors u along the

    bisector    of the two O-H bonds: the direction of the dipole
    OH          bonds, both of each molecule
    normal      of the plane of the molecule

By the addition theorem P_l(u . u') is a sum of products of 2l + 1 real spherical harmonics of u and of u' (for l = 1
the components of u), so that fast Fourier transforms give all origins (`Correlator`).

Times, both in ps:

    tau_l             of A exp(-t / tau_l), fitted to C_l in a window that leaves out librations
    tau_l_integral    the integral of C_l / C_l(0): by the trapezoidal rule to the end of the window, then of the fit

(for l = 2, of the bond O-H, to be compared with NMR and infrared pump-probe experiments: the integral and the tail).
The fit is that of the straight line through ln C_l with weights C_l^2, which is least squares to first order.

For ring polymers u is that of the centroid unless `beads`: then the harmonics are averaged over beads, which is the
estimator of RPMD for a quantity that isn't linear in positions (`tumble.trajectories.centroid`); C_l(0) is below 1
by what beads spread. The two agree as far as a molecule's beads point the same way.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.integrate import trapezoid
from typing_extensions import override

from tumble.observables.base.observable import TimeCorrelation
from tumble.observables.base.opened_run import OpenedRun
from tumble.observables.base.plan import Plan
from tumble.observables.base.series import stride_of
from tumble.observables.dynamics.fit_window import fit_window
from tumble.observables.frames.molecular_axes import AXES, axes_of_beads, axes_of_centroid
from tumble.observables.frames.water import BrokenMolecules, Water
from tumble.observables.quantities.estimates import averaged, derived
from tumble.observables.quantities.quantity import Axis, Quantity
from tumble.observables.quantities.result import Result
from tumble.statistics.cells import Cells
from tumble.trajectories.centroid import dynamics_notes
from tumble.types import Array

# ps, when librations of liquid water at 300 K are over: Laage and Hynes, J. Phys. Chem. B 112, 14230 (2008).
EARLIEST = 2.0
LATEST = 10.0  # ps, after which little is left of C_2
LONGEST = 20.0  # ps
DEGREES = (1, 2)


class Reorientation(TimeCorrelation):
    """Correlation functions C_1 and C_2 of the axes of water molecules, and their times.

    Args:
        universe: A `MDAnalysis.Universe` with elements, of water alone.
        fit: First and last time of the window of the fit, ps; from 2 to 10 ps if not given, less in a short
            trajectory.
        longest: Longest time difference, ps; a quarter of the trajectory, but no more than 20 ps, if not given.
        beads: Whether harmonics are averaged over beads, instead of those of the centroid.
        blocks: See `Observable`.
        verbose: See `Observable`.

    Raises:
        TrajectoryError: If the first frame doesn't consist of whole water molecules, or an argument is out of range.
    """

    observable = "reorientation"
    title = "Reorientation of molecules"
    meaning = (
        "How long the axes of molecules remember their directions: correlations of first and second order, and the "
        "times of their decay."
    )
    symptom = (
        "A direction that molecules prefer is never forgotten: the curves don't decay to zero. Torques that depend "
        "on the direction also change how fast they decay."
    )
    settings = ("longest",)

    @classmethod
    @override
    def from_run(cls, run: OpenedRun) -> Plan:
        return Plan.of(cls(run.universe, longest=run.settings.longest, blocks=run.settings.blocks))

    def __init__(
        self,
        universe: Any,
        *,
        fit: tuple[float, float] | None = None,
        longest: float | None = None,
        beads: bool = False,
        blocks: int | None = None,
        verbose: bool = False,
    ) -> None:
        super().__init__(universe, longest=longest, blocks=blocks, verbose=verbose)
        self.fit = fit
        self.beads = beads
        self.follows_centroid = not beads
        self._water = Water(universe)

    def _default_lags(self, count: int, step: float) -> int:
        return max(1, min(count // 4, round(LONGEST / step)))

    def _prepare(self) -> None:
        super()._prepare()
        # Here, so that a window which can't be is refused before the trajectory is read.
        step = self._time_step()
        fit_window(step * np.arange(float(self._correlator.lags + 1)), self.fit, EARLIEST, LATEST)
        self._broken = BrokenMolecules()

    def _channels(self) -> list[Array]:
        water, snapshot = self._water, self._snapshot
        self._broken.count(water, water.bonds_of_centroid(snapshot), snapshot.frame)
        axes = axes_of_beads(water, snapshot) if self.beads else axes_of_centroid(water, snapshot)
        together = np.concatenate([axes[axis] for axis in AXES], axis=1)
        limits = np.cumsum([axes[axis].shape[1] for axis in AXES])[:-1]
        found = [np.split(harmonics(together, degree).mean(axis=0), limits) for degree in DEGREES]
        return [found[degree - 1][place] for place in range(len(AXES)) for degree in DEGREES]

    def _evaluate(self, cells: Cells, lags: Array) -> Result:
        window = fit_window(lags, self.fit, EARLIEST, LATEST)
        shown = slice(None, None, stride_of(len(lags)))
        quantities: list[Quantity] = []
        notes = [*dynamics_notes(self._ts), *self._broken.notes(self._water, len(self.frames))]
        for place, (axis, degree) in enumerate((axis, degree) for axis in AXES for degree in DEGREES):
            vectors = len(self._water) * (2 if axis == "OH" else 1)
            curve = averaged(
                f"C{degree}_{axis}",
                cells[place, shown],
                label=f"C{degree}(t), {axis}",
                unit="1",
                axes=(Axis("t", "ps", lags[shown]),),
                scale=1 / vectors,
                frame_time=self._frame_time(),
                blocks=self.blocks,
            )
            times = self._times(axis, degree, cells[place], lags, window)
            quantities += [curve, *times]
            if not times:
                notes.append(
                    f"C{degree} of the axis {axis} doesn't decay in the window of the fit, so it has no time that this "
                    "trajectory could tell."
                )
        return self._result(
            quantities,
            notes=tuple(notes),
            fit_ps=[float(lags[window][0]), float(lags[window][-1])],
            molecules=len(self._water),
            estimator="average over beads" if self.beads else "centroid",
        )

    def _times(self, axis: str, degree: int, cells: Cells, lags: Array, window: slice) -> list[Quantity]:
        """Return the fitted and the integrated time; none if there is no decay."""
        used = cells[: window.stop]
        used_lags = lags[: window.stop]
        longest = 10 * float(used_lags[-1])  # that a fit is believed

        def fitted(mean: Array) -> Array:
            return np.asarray(decay_time(used_lags[window], mean[window])[0])

        def integrated(mean: Array) -> Array:
            return np.asarray(integral_time(used_lags, mean, window))

        if not 0 < float(fitted(used.mean)) < longest:
            return []
        return [
            derived(
                name,
                used,
                function,
                label=label,
                unit="ps",
                frame_time=self._frame_time(),
                blocks=self.blocks,
            )
            for name, function, label in (
                (f"tau{degree}_{axis}", fitted, f"τ{degree} of the tail, {axis}"),
                (f"tau{degree}_integral_{axis}", integrated, f"∫C{degree}(t)dt, {axis}"),
            )
        ]


def harmonics(units: Array, degree: int) -> Array:
    """Return real spherical harmonics Y of unit vectors [...,3], so normalized that sum_m Y_m(u) Y_m(u') = P_l(u . u').

    Args:
        units: [...,3].
        degree: l, 1 or 2.

    Returns:
        [...,2l+1].
    """
    if degree == 1:
        return units
    found = np.empty((*units.shape[:-1], 5))
    squares = units**2
    found[..., :3] = np.sqrt(3.0) * units * units[..., [1, 2, 0]]  # xy, yz, zx
    found[..., 3] = np.sqrt(0.75) * (squares[..., 0] - squares[..., 1])
    found[..., 4] = 1.5 * squares[..., 2] - 0.5
    return found


def decay_time(lags: Array, values: Array) -> tuple[float, float]:
    """Return time tau and value at time 0 of the exponential through `values` [L]; NaN if they don't decay.

    The straight line through the logarithms, with the squares of the values as weights.
    """
    usable = np.maximum(values, 0.0)
    weights = usable**2
    if np.count_nonzero(weights) < 2:
        return np.nan, np.nan
    logarithms = np.log(np.where(usable > 0, usable, 1.0))
    weights /= weights.sum()
    time, level = float(weights @ lags), float(weights @ logarithms)
    centered = lags - time
    slope = float((weights * centered) @ logarithms / ((weights * centered) @ centered))
    return (-1 / slope, float(np.exp(level - slope * time))) if slope < 0 else (np.nan, np.nan)


def integral_time(lags: Array, values: Array, window: slice) -> float:
    """Return the integral of values / values[0], [L], up to the end of the window, and that of the fit beyond it."""
    time, amplitude = decay_time(lags[window], values[window])
    within = trapezoid(values, lags)
    beyond = amplitude * time * np.exp(-lags[-1] / time)
    return float((within + beyond) / values[0])
