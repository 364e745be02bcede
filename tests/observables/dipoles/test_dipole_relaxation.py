"""Autocorrelation of dipoles in time: rotors with known angles."""

from __future__ import annotations

import numpy as np
import pytest
from support.rotors import BISECTOR, Array, atoms, directions, universe

from tumble.errors import NotApplicableError, SettingError
from tumble.observables.dipoles.dipole_relaxation import DipoleRelaxation

BOX = [24.0, 24.0, 24.0, 90.0, 90.0, 90.0]
MOLECULES = 8
OXYGENS = 8.0 * np.stack(np.unravel_index(np.arange(MOLECULES), (2, 2, 2)), axis=-1)
STEP = 0.01  # ps


def turning(frames: int, rate: float) -> Array:
    """Directions [T,M,3] of rotors about z, each from an angle of its own."""
    angles = rate * STEP * np.arange(frames)[:, None] + np.arange(MOLECULES)
    return np.stack([np.cos(angles), np.sin(angles), np.zeros_like(angles)], axis=-1)


def test_uniform_rotation() -> None:
    rate = 7.0  # rad/ps
    sums = BISECTOR * turning(200, rate)
    made = universe(atoms(np.broadcast_to(OXYGENS, sums.shape), sums), BOX, dt=STEP)
    result = DipoleRelaxation(made, longest=0.5).run().result
    lags = STEP * np.arange(51)
    for name in ("c_uu_t", "C_MM_t"):
        assert result[name].axes[0].values == pytest.approx(lags)
        assert result[name].values == pytest.approx(np.cos(rate * lags), abs=1e-5)


def test_independent_directions() -> None:
    sums = BISECTOR * directions(np.random.default_rng(1), 2000, MOLECULES)
    made = universe(atoms(np.broadcast_to(OXYGENS, sums.shape), sums), BOX, dt=STEP)
    result = DipoleRelaxation(made, longest=0.3).run().result
    for name in ("c_uu_t", "C_MM_t"):
        quantity = result[name]
        assert quantity.values[0] == pytest.approx(1.0)
        sigma = quantity.values[1:] / quantity.errors[1:]
        assert np.sqrt(np.mean(sigma**2)) < 1.7
    assert result.metadata["molecules"] == MOLECULES


def test_sizes_count_in_the_total_alone() -> None:
    # One dipole is twice as large, and turns the other way.
    around = turning(200, 7.0)
    around[:, 0] = turning(200, -7.0)[:, 0]
    lengths = np.full((MOLECULES, 1), 0.6)
    lengths[0] = 1.2
    sums = lengths * around
    made = universe(atoms(np.broadcast_to(OXYGENS, sums.shape), sums), BOX, dt=STEP)
    result = DipoleRelaxation(made, longest=0.5).run().result
    assert result["c_uu_t"].values == pytest.approx(np.cos(7.0 * STEP * np.arange(51)), abs=1e-5)
    total = sums.sum(axis=1)
    direct = [np.mean(np.sum(total[: 200 - k] * total[k:], axis=1)) for k in range(51)]
    assert result["C_MM_t"].values == pytest.approx(np.array(direct) / direct[0], abs=1e-5)


def test_bead_averages_are_correlated() -> None:
    # Two beads at +-60° about the direction that turns: their average is half as long.
    tilt = np.pi / 3
    angles = 7.0 * STEP * np.arange(200)[:, None, None] + np.array([-tilt, tilt])[:, None] + np.arange(MOLECULES)
    sums = BISECTOR * np.stack([np.cos(angles), np.sin(angles), np.zeros_like(angles)], axis=-1)
    made = universe(atoms(np.broadcast_to(OXYGENS, sums.shape), sums), BOX, dt=STEP)
    result = DipoleRelaxation(made, longest=0.5).run().result
    lags = STEP * np.arange(51)
    assert result["c_uu_t"].values == pytest.approx(0.25 * np.cos(7.0 * lags), abs=1e-5)
    assert result["C_MM_t"].values == pytest.approx(np.cos(7.0 * lags), abs=1e-5)


def test_bad_input() -> None:
    sums = BISECTOR * turning(20, 7.0)
    made = universe(atoms(np.broadcast_to(OXYGENS, sums.shape), sums), BOX, dt=STEP)
    with pytest.raises(SettingError, match=r"`longest`: .* 0.01 ps.* 0.19 ps"):
        DipoleRelaxation(made, longest=0.5).run()
    with pytest.raises(NotApplicableError, match=r"4 frames.*got 3"):
        DipoleRelaxation(made).run(stop=3)
