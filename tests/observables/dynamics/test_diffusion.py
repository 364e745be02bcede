"""Slopes of known lines, and the finite-size correction against the lattice sum and units of ASE."""

from __future__ import annotations

import itertools

import ase.units
import numpy as np
import pytest
from scipy.special import erfc

from tumble.observables.dynamics.diffusion import XI, diffusion_constants, finite_size_correction
from tumble.statistics.blocking import bootstrap, choose_blocks
from tumble.statistics.correlation import Correlator


def test_slope_of_lines() -> None:
    lags = np.array([1.0, 2.0, 3.0, 5.0])
    lines = np.array([4.0, 6.0, 0.0])[:, None] * lags + np.array([0.3, -1.0, 2.0])[:, None]
    assert diffusion_constants(lags, lines) == pytest.approx([2.0, 3.0, 0.0])


@pytest.mark.parametrize(
    ("walks", "least", "most"), [(25, 0.45, 0.90), pytest.param(100, 0.57, 0.79, marks=pytest.mark.extended)]
)
def test_errors_of_random_walks_cover(walks: int, least: float, most: float) -> None:
    # Displacements over times that aren't short beside a block overlap, so that this is at the lower end.
    generator = np.random.default_rng(1)
    frames, lags = 600, np.arange(3.0, 16.0)
    covered = 0
    for _ in range(walks):
        correlator = Correlator(frames, 15, displacements=True)
        for frame in np.cumsum(generator.normal(size=(frames, 1, 12)), axis=0):
            correlator.add(frame)
        blocks = choose_blocks(correlator.cells()[0, 3:])
        value, error = bootstrap(blocks, lambda mean: diffusion_constants(lags, mean) / 12, repetitions=100)
        covered += int(abs(value - 0.5) < error)
    assert least <= covered / walks <= most


def test_constant_is_that_of_the_cubic_lattice() -> None:
    # The potential at a point charge due to its images and a background, by Ewald's sums with the splitting a.
    a, reach = 2.0, range(-4, 5)
    lengths = np.array([np.hypot(np.hypot(i, j), k) for i, j, k in itertools.product(reach, repeat=3) if i or j or k])
    real = np.sum(erfc(a * lengths) / lengths)
    reciprocal = np.sum(np.exp(-((np.pi * lengths / a) ** 2)) / (np.pi * lengths**2))
    assert -(real + reciprocal - np.pi / a**2 - 2 * a / np.sqrt(np.pi)) == pytest.approx(XI, abs=1e-6)


def test_correction_in_units_of_ase() -> None:
    # Water at 300 K in a box of 64 molecules.
    viscosity = 0.85e-3 * ase.units.Pascal * ase.units.second
    velocity_square = 300 * ase.units.kB / (6 * np.pi * viscosity * 12.42)  # Å²/time of ASE
    expected = XI * velocity_square * (1000 * ase.units.fs)
    assert finite_size_correction(12.42, 300.0, 0.85) == pytest.approx(expected, rel=1e-6)
    assert expected == pytest.approx(0.059, abs=0.001)
