"""Analyses of synthetic runs, in which what differs is known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from tumble.observables.quantities.estimates import averaged
from tumble.observables.quantities.quantity import Axis
from tumble.observables.quantities.result import Result
from tumble.statistics.cells import cells_of
from tumble.statistics.correlation import Correlator
from tumble.study.analysis_file import Analysis

POINTS = np.linspace(0.0, 6.0, 40)
AXIS = Axis("r", "Å", POINTS)


def samples(seed: int, frames: int = 4000, time: float = 10.0) -> NDArray[np.float64]:
    """A curve that fluctuates in modes, correlated in time and along the curve, [T,40]."""
    generator = np.random.default_rng(seed)
    memory = np.exp(-1 / time)
    modes = lfilter([1.0], [1.0, -memory], generator.normal(size=(frames, 8)), axis=0) * np.sqrt(1 - memory**2)
    shapes = np.array([np.cos(np.pi * order * POINTS / 6.0) / (1 + order) for order in range(8)])
    return np.asarray(modes @ shapes)


def analysis(
    name: str,
    seed: int,
    *,
    bias: float = 0.0,
    expected: float | None = None,
    diagnostic: bool = False,
    frames: int = 4000,
    time: float = 10.0,
    points: int = 40,
) -> Analysis:
    data = samples(seed, frames, time) + bias * np.exp(-((POINTS - 3.0) ** 2))
    axis = Axis("r", "Å", POINTS[:points])
    quantity = averaged(
        "g", cells_of(data[:, :points]), label="g(r)", unit="1", axes=(axis,), expected=expected, diagnostic=diagnostic
    )
    return Analysis(name, (Result("rdf", (quantity,)),))


def many(name: str, seed: int, bias: float = 0.0) -> Analysis:
    """Twenty curves, the first with a bias of this root mean square."""
    shape = np.exp(-((POINTS - 3.0) ** 2))
    shape /= np.sqrt(np.mean(shape**2))
    quantities = [
        averaged(
            f"g{index}",
            cells_of(samples(seed + 1000 * index, frames=2000) + (bias * shape if index == 0 else 0.0)),
            label="g(r)",
            unit="1",
            axes=(AXIS,),
        )
        for index in range(20)
    ]
    return Analysis(name, (Result("rdf", tuple(quantities)),))


def correlated(name: str, seed: int) -> Analysis:
    """An autocorrelation function, the blocks of which have different weights."""
    correlator = Correlator(1200, 40)
    for frame in samples(seed, frames=1200, time=3.0)[:, ::10]:
        correlator.add(frame[None])
    axis = Axis("t", "ps", np.arange(41.0))
    return Analysis(name, (Result("c", (averaged("c", correlator.cells()[0], label="c", unit="1", axes=(axis,)),)),))
