"""Statistics of the frame torque in the logs of engines.

The frame torque τ = sum_e v_e x dE/dv_e is the derivative of the energy with respect to a rotation of the whole system,
including its cell. It is zero for an exactly invariant model (docs/symmetrization.md). The torques of molecules with
independent orientations add up at random, so τ grows with the square root of the number of molecules. It is also given
divided by this root.
"""

from __future__ import annotations

import numpy as np

from tumble.observables.base.series import COMPONENTS, time_curve
from tumble.observables.quantities.estimates import averaged, derived
from tumble.observables.quantities.log_rows import LogRows, root_mean_square
from tumble.observables.quantities.quantity import Axis, Quantity
from tumble.statistics.cells import Cells, cell_length, cells_of
from tumble.statistics.correlation import Correlator
from tumble.types import Array

#: Frame torque of an exactly invariant model from rounding in float32, per root of the number of molecules, eV/rad
#: (benchmarks/torque_noise.py).
NOISE = 1e-7
_LAGS = 1000
_BINS, _RANGE = 50, 5.0  # of the distribution; the range is in units of the root mean square


def frame_torque_quantities(log: LogRows, torque: Array) -> list[Quantity]:
    """Return the quantities of a frame torque [T,P,3] in meV/rad."""
    squares = np.mean(np.sum(torque**2, axis=2), axis=1)
    quantities = []
    for name, label, scale in (
        ("frame_torque_rms", "frame torque, rms", 1.0),
        (
            "frame_torque_per_molecule",
            "frame torque, rms, over the root of the number of molecules",
            log.molecules**-0.5,
        ),
    ):
        quantities.append(root_mean_square(log, name, scale**2 * squares, label, "meV/rad"))
    quantities.append(
        averaged(
            "frame_torque_mean",
            cells_of(torque.mean(axis=1)),
            label="mean frame torque",
            unit="meV/rad",
            axes=(COMPONENTS,),
            frame_time=log.step,
            blocks=log.blocks,
            expected=0.0,
            diagnostic=True,
        )
    )
    quantities.append(
        time_curve(
            "frame_torque",
            log.times,
            np.sqrt(squares),
            label="frame torque",
            unit="meV/rad",
            expected=0.0,
            diagnostic=True,
        )
    )
    scale = float(np.sqrt(np.mean(torque**2)))
    if scale > 0:
        quantities.append(_distribution(log, torque / scale))
        quantities += _correlation(log, torque)
    return quantities


def _distribution(log: LogRows, scaled: Array) -> Quantity:
    """Return the distribution of the components of the torque in units of their root mean square."""
    length = cell_length(len(scaled))
    edges = np.linspace(-_RANGE, _RANGE, _BINS + 1)
    pieces = [scaled[start : start + length] for start in range(0, len(scaled), length)]
    sums = np.array([np.histogram(piece, edges)[0] for piece in pieces], dtype=np.float64)
    counts = np.array([piece.size for piece in pieces], dtype=np.float64)
    return averaged(
        "frame_torque_distribution",
        Cells(sums, counts, length),
        label="density of the components of the frame torque",
        unit="1",
        axes=(Axis("component / rms", "1", np.asarray(0.5 * (edges[:-1] + edges[1:]), dtype=np.float64)),),
        frame_time=log.step,
        blocks=log.blocks,
        diagnostic=True,
        scale=1.0 / (edges[1] - edges[0]),
    )


def _correlation(log: LogRows, torque: Array) -> list[Quantity]:
    """Return <τ(0) τ(t)> / <τ^2>, and the time in which it falls to 1/e, if the log resolves that."""
    lags = min(_LAGS, len(torque) // 4)
    if lags < 2:
        return []
    correlator = Correlator(len(torque), lags)
    for row in torque.reshape(len(torque), 1, -1):
        correlator.add(row)
    cells = correlator.cells()[0]
    times = np.asarray(np.arange(lags + 1) * log.step, dtype=np.float64)

    def decay(mean: Array) -> float:
        curve = mean / mean[0]
        below = np.flatnonzero(curve < np.exp(-1))
        if len(below) == 0 or below[0] == 1:
            return float("nan")  # slower than the longest lag, or faster than the time between samples
        last = int(below[0]) - 1
        return float(times[last] + log.step * (curve[last] - np.exp(-1)) / (curve[last] - curve[last + 1]))

    curve = derived(
        "frame_torque_correlation",
        cells,
        lambda mean: mean / mean[0],
        label="autocorrelation of the frame torque",
        unit="1",
        axes=(Axis("t", "ps", times),),
        frame_time=log.step,
        blocks=log.blocks,
        diagnostic=True,
    )
    if np.isnan(decay(cells.mean)):
        return [curve]
    time = derived(
        "frame_torque_time",
        cells,
        decay,
        label="time in which the autocorrelation of the frame torque falls to 1/e",
        unit="ps",
        frame_time=log.step,
        blocks=log.blocks,
        diagnostic=True,
    )
    return [curve, time]
