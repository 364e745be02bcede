"""Statistics of logged frame torques, of processes with known answers."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy import stats
from scipy.signal import lfilter

from tumble.observables.quantities.result import Result
from tumble.observables.symmetry.symmetry_series import symmetry_from_series

STEP, TIME = 0.002, 20.0  # ps, rows


def torques(rows: int, beads: int, size: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Torques of beads, each component of standard deviation `size` (eV/rad), with an exponential memory."""
    memory = np.exp(-1 / TIME)
    noise = np.random.default_rng(seed).normal(size=(rows, beads, 3)) * np.sqrt(1 - memory**2)
    noise[0] /= np.sqrt(1 - memory**2)
    return STEP * np.arange(rows), size * lfilter([1.0], [1.0, -memory], noise, axis=0)


def test_frame_torque_of_known_process() -> None:
    times, torque = torques(40_000, 4, 2e-3, seed=1)
    result = symmetry_from_series(times, torque, molecules=16)
    rms = result["frame_torque_rms"]
    assert rms.unit == "meV/rad"
    assert rms.values == pytest.approx(2 * np.sqrt(3), rel=0.02)
    assert abs(rms.values - 2 * np.sqrt(3)) < 3 * rms.errors
    assert result["frame_torque_per_molecule"].values == pytest.approx(rms.values / 4)
    mean = result["frame_torque_mean"]
    assert np.all(np.abs(mean.values) < 3.5 * mean.errors)
    memory = np.exp(-1 / TIME)
    assert mean.errors == pytest.approx(np.sqrt((1 + memory) / (1 - memory) / 40_000 / 4) * 2, rel=0.4)
    assert result["frame_torque_time"].values == pytest.approx(TIME * STEP, rel=0.1)
    correlation = result["frame_torque_correlation"]
    assert correlation.values[0] == 1
    assert correlation.values[20] == pytest.approx(np.exp(-1), abs=0.03)
    assert len(correlation.values) == 1001
    assert all(quantity.diagnostic for quantity in result.quantities)
    assert result.metadata["beads"] == 4
    assert Result.from_dict(json.loads(result.to_json())).to_json() == result.to_json()


def test_distribution_of_gaussian_torques() -> None:
    times, torque = torques(40_000, 8, 1e-3, seed=2)
    found = symmetry_from_series(times, torque)["frame_torque_distribution"]
    places = found.axes[0].values
    assert found.values == pytest.approx(stats.norm.pdf(places), abs=0.01)
    assert np.sum(found.values) * (places[1] - places[0]) == pytest.approx(1, abs=1e-3)


def test_curve_is_bounded_and_without_beads() -> None:
    times, torque = torques(4100, 1, 1e-3, seed=3)
    curve = symmetry_from_series(times, torque[:, 0])["frame_torque"]
    assert len(curve.values) <= 2000
    assert curve.values[1] == pytest.approx(1000 * np.linalg.norm(torque[3, 0]))
    assert curve.axes[0].values[1] == pytest.approx(times[3])


def test_noise_floor_of_float32() -> None:
    times, torque = torques(500, 1, 1e-7, seed=4)
    assert "noise floor of float32" in symmetry_from_series(times, torque).notes[0]
    assert "noise floor" not in " ".join(symmetry_from_series(times, 100 * torque).notes)
    assert symmetry_from_series(times, torque, molecules=64).metadata[
        "noise_floor_float32_meV_per_rad"
    ] == pytest.approx(8e-4)


def test_exactly_no_torque() -> None:
    result = symmetry_from_series(STEP * np.arange(50), np.zeros((50, 1, 3)))
    assert result["frame_torque_rms"].values == 0
    assert result["frame_torque_rms"].errors == pytest.approx(0, abs=1e-12)
