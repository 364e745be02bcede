"""Statistics of logged symmetry errors with known answers."""

from __future__ import annotations

import numpy as np
import pytest

from tumble.errors import ConfigurationError, NotApplicableError
from tumble.observables.symmetry.symmetry_series import symmetry_from_series


def test_symmetry_error() -> None:
    generator = np.random.default_rng(5)
    times = 0.1 * np.arange(4000)
    columns = {
        "energy_std": np.abs(generator.normal(0.03, 0.004, size=4000)),
        "energy_shift": generator.normal(0.002, 0.02, size=(4000, 2)),
        "force_rms": np.full(4000, 0.05),
        "force_max": np.full(4000, 0.2),
    }
    result = symmetry_from_series(symmetry_times=times, symmetry=columns, molecules=64)
    assert result["energy_std_rms"].values == pytest.approx(1000 * np.sqrt(0.03**2 + 0.004**2), rel=0.01)
    assert result["energy_std_per_molecule"].values == pytest.approx(result["energy_std_rms"].values / 8)
    mean = result["energy_shift_mean"]
    assert abs(mean.values - 2.0) < 3.5 * mean.errors
    assert mean.errors == pytest.approx(20 / np.sqrt(8000), rel=0.3)
    assert result["energy_shift_rms"].values == pytest.approx(1000 * np.hypot(0.002, 0.02), rel=0.03)
    assert result["force_rms_rms"].values == pytest.approx(50)
    assert result["force_max_mean"].values == pytest.approx(200)
    assert len(result["energy_std"].values) == 2000
    assert "the logged set of rotations" in " ".join(result.notes)


def test_bad_series_are_refused() -> None:
    times, torque = 0.1 * np.arange(20), np.ones((20, 2, 3))
    with pytest.raises(ConfigurationError, match=r"frame torque.*symmetry error.*got neither"):
        symmetry_from_series()
    with pytest.raises(ConfigurationError, match=r"`torque`: .*times.*got none"):
        symmetry_from_series(None, torque)
    with pytest.raises(ConfigurationError, match=r"`torque`: .* 19 times, got shape \(20, 2, 3\)"):
        symmetry_from_series(times[:-1], torque)
    torque[3, 1, 2] = np.nan
    with pytest.raises(NotApplicableError, match=r"`torque`: .*finite values"):
        symmetry_from_series(times, torque)
    with pytest.raises(ConfigurationError, match=r"`symmetry`: .*energy_std, .*got spread"):
        symmetry_from_series(symmetry_times=times, symmetry={"spread": times})
    with pytest.raises(ConfigurationError, match=r"`molecules`: .* 1, got 0"):
        symmetry_from_series(times, np.zeros((20, 3)), molecules=0)
    with pytest.raises(NotApplicableError, match=r"rows .*equal"):
        symmetry_from_series(times**2, np.zeros((20, 3)))
