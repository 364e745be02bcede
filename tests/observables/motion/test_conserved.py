"""Drift of a conserved quantity with a known slope."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import lfilter

from tumble.errors import ConfigurationError, NotApplicableError
from tumble.observables.motion.conserved import conserved_drift


def logged(slope: float, generator: np.random.Generator, rows: int = 2000) -> tuple[np.ndarray, np.ndarray]:
    """Times (ps) and an energy (eV) that fluctuates by 1 meV, with memory, about a line."""
    noise = generator.normal(size=rows) * np.sqrt(1 - 0.8**2)
    times = 5.0 + 0.002 * np.arange(rows)
    return times, -30_000.0 + 1e-3 * lfilter([1.0], [1.0, -0.8], noise) + slope * times


def test_known_slope_is_covered() -> None:
    generator = np.random.default_rng(1)
    slope, covered = 2e-4, 0  # eV/ps
    for _ in range(100):
        drift = conserved_drift(*logged(slope, generator), molecules=4)["conserved_drift"]
        covered += int(abs(drift.values - 1000 * slope / 4) < drift.errors)
    assert 55 <= covered <= 80
    assert drift.unit == "meV/ps"
    assert drift.diagnostic


def test_fluctuation_and_curve() -> None:
    times, energy = logged(0.02, np.random.default_rng(2), rows=6001)
    result = conserved_drift(times, energy, 4)
    assert result["conserved_fluctuation"].values == pytest.approx(0.25, rel=0.05)
    curve = result["conserved_change"]
    assert len(curve.values) <= 2000
    assert curve.values[-1] == pytest.approx(1000 * 0.02 / 4 * (times[-1] - times[0]), abs=1.0)
    assert curve.axes[0].values[0] == 5.0
    assert result.metadata["molecules"] == 4


def test_random_walk_says_that_its_error_is_a_lower_bound() -> None:
    walk = 1e-3 * np.cumsum(np.random.default_rng(3).normal(size=1000))
    result = conserved_drift(0.01 * np.arange(1000), walk, 1)
    assert "a lower bound" in result.notes[0]


def test_bad_logs_are_refused() -> None:
    with pytest.raises(NotApplicableError, match="at least 3 rows"):
        conserved_drift([0.0, 1.0], [1.0, 1.0], 1)
    with pytest.raises(NotApplicableError, match=r"equal .*, got from 1 to 3 ps"):
        conserved_drift([0.0, 1.0, 4.0, 5.0], np.zeros(4), 1)
    with pytest.raises(NotApplicableError, match="got a NaN or infinity"):
        conserved_drift(np.arange(4.0), [0.0, np.nan, 0.0, 0.0], 1)
    with pytest.raises(ConfigurationError, match=r"each time, \(4,\), got \(3,\)"):
        conserved_drift(np.arange(4.0), np.zeros(3), 1)
    with pytest.raises(ConfigurationError, match=r"`molecules`: .* 1, got 0"):
        conserved_drift(np.arange(4.0), np.zeros(4), 0)
