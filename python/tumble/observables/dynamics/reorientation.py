"""Reorientation of water molecules: correlation functions of their axes, and decay times.

    C_l(t) = < P_l(u(0) . u(t)) >,        l = 1, 2

averaged over molecules and time origins, with Legendre polynomials P_l and unit vectors u along the

    bisector    bisector of the two O-H bonds: the direction of the dipole
    OH          both O-H bonds of each molecule
    normal      normal of the molecular plane

By the addition theorem, P_l(u . u') is a sum of products of 2l + 1 real spherical harmonics of u and of u' (for l = 1
the components of u), so fast Fourier transforms evaluate all origins (`Correlator`).

Decay times, both in ps:

    tau_l             from A exp(-t / tau_l), fitted to C_l in a window that excludes librations
    tau_l_integral    integral of C_l / C_l(0): by the trapezoidal rule up to the end of the window, of the fit beyond

(For l = 2 and the O-H bond, the integral compares with NMR, the tail with infrared pump-probe experiments.) A straight
line is fitted to ln C_l with weights C_l^2, which equals a least-squares fit to C_l to first order.

For ring polymers u belongs to the centroid. With `beads`, the harmonics are averaged over beads instead, which is the
RPMD estimator for a quantity that isn't linear in positions (`tumble.trajectories.centroid`); C_l(0) is then below 1,
because directions differ between beads. The smaller this difference, the better both estimators agree.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.integrate import trapezoid
from typing_extensions import override

from tumble.observables.base.observable import LONGEST, TimeCorrelation
from tumble.observables.base.opened_run import OpenedRun
from tumble.observables.base.plan import Plan
from tumble.observables.base.series import stride_of
from tumble.observables.dynamics.fit_window import early_notes, fit_window
from tumble.observables.frames.molecular_axes import AXES, axes_of_beads, axes_of_centroid
from tumble.observables.frames.water import BrokenMolecules, Water
from tumble.observables.quantities.estimates import averaged, derived
from tumble.observables.quantities.quantity import Axis, Quantity
from tumble.observables.quantities.result import Result
from tumble.statistics.cells import Cells
from tumble.trajectories.centroid import dynamics_notes
from tumble.types import Array

# ps, after which librations of liquid water at 300 K have decayed: Laage and Hynes, J. Phys. Chem. B 112, 14230 (2008).
EARLIEST = 2.0
LATEST = 10.0  # ps, after which little is left of C_2
DEGREES = (1, 2)


class Reorientation(TimeCorrelation):
    """Correlation functions C_1 and C_2 of the axes of water molecules, and their decay times.

    Args:
        universe: A `MDAnalysis.Universe` of water, with elements.
        fit: First and last time of the window of the fit, ps; the default is 2 to 10 ps, or less in a short trajectory.
        longest: Longest time difference, ps; the default is a quarter of the trajectory, at most 20 ps.
        beads: Whether to average the harmonics over beads instead of using the centroid.
        blocks: See `Observable`.
        verbose: See `Observable`.

    Raises:
        ConfigurationError: If an argument is out of range.
        NotApplicableError: If the first frame doesn't consist of whole water molecules.
    """

    observable = "reorientation"
    title = "Reorientation of molecules"
    meaning = (
        "How fast the axes of molecules lose the memory of their directions: correlations of first and second order, "
        "and their decay times."
    )
    symptom = (
        "If molecules prefer a direction, the curves don't decay to zero. Torques that depend on the direction also "
        "change the rates of the decay."
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
        # Checked here, so that an impossible window is refused before the trajectory is read.
        step = self._time_step()
        self._window(step * np.arange(float(self._correlator.lags + 1)))
        self._broken = BrokenMolecules()

    def _window(self, lags: Array) -> slice:
        return fit_window(lags, self.fit, EARLIEST, LATEST, longest=self.longest)

    def _channels(self) -> list[Array]:
        water, snapshot = self._water, self._snapshot
        self._broken.count(water, water.bonds_of_centroid(snapshot), snapshot.frame)
        axes = axes_of_beads(water, snapshot) if self.beads else axes_of_centroid(water, snapshot)
        together = np.concatenate([axes[axis] for axis in AXES], axis=1)
        limits = np.cumsum([axes[axis].shape[1] for axis in AXES])[:-1]
        found = [np.split(harmonics(together, degree).mean(axis=0), limits) for degree in DEGREES]
        return [found[degree - 1][place] for place in range(len(AXES)) for degree in DEGREES]

    def _evaluate(self, cells: Cells, lags: Array) -> Result:
        window = self._window(lags)
        shown = slice(None, None, stride_of(len(lags)))
        quantities: list[Quantity] = []
        notes = [*dynamics_notes(self._ts), *self._broken.notes(self._water, len(self.frames))]
        decays = False
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
            decays = decays or bool(times)
            if not times:
                notes.append(
                    f"C{degree} of the axis {axis} doesn't decay in the window of the fit, so this trajectory gives no "
                    "decay time."
                )
        if decays:
            notes += early_notes(lags[window], self.fit, EARLIEST, "the librations of liquid water decay")
        return self._result(
            quantities,
            notes=tuple(notes),
            fit_ps=[float(lags[window][0]), float(lags[window][-1])],
            molecules=len(self._water),
            estimator="average over beads" if self.beads else "centroid",
        )

    def _times(self, axis: str, degree: int, cells: Cells, lags: Array, window: slice) -> list[Quantity]:
        """Return the fitted and the integrated decay time; empty if there is no decay."""
        used = cells[: window.stop]
        used_lags = lags[: window.stop]
        longest = 10 * float(used_lags[-1])  # longest decay time that the fit can determine

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
    """Return real spherical harmonics Y of unit vectors, normalized such that sum_m Y_m(u) Y_m(u') = P_l(u . u').

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
    """Return the decay time and the value at time 0 of an exponential through `values` [L]; NaN if they don't decay.

    A straight line is fitted to the logarithms, with the squares of the values as weights.
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
