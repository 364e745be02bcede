"""Power spectra of series with known spectra: noise without and with memory, and a line; and SciPy's Welch."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.integrate import trapezoid
from scipy.signal import lfilter, welch

from tumble.errors import ConfigurationError, NotApplicableError
from tumble.observables.dynamics.power_spectrum import power_spectrum
from tumble.observables.quantities.result import Result

Array = NDArray[np.float64]

STEP = 0.002  # ps
CM_PER_PS = 0.0299792458  # speed of light, exact
NYQUIST = 1 / (2 * CM_PER_PS * STEP)


def spectrum_of(samples: Array, **arguments: float) -> Result:
    times = 5.0 + STEP * np.arange(len(samples))
    return power_spectrum(times, samples, name="V", label="V", highest=1e6, **arguments)  # type: ignore[arg-type]


def test_white_noise_is_flat_with_the_variance_as_its_integral() -> None:
    samples = 0.03 * np.random.default_rng(1).normal(size=40000) - 1e4
    result = spectrum_of(samples, segment=0.4)
    power = result["power_V"]
    assert power.unit == "eV² cm"
    assert power.axes[0].unit == "cm⁻¹"
    level = np.var(samples) / NYQUIST
    inner = slice(1, -1)  # the window and the mean that is subtracted spoil the ends
    assert power.values[inner].mean() == pytest.approx(level, rel=0.01)
    deviations = (power.values[inner] - level) / power.errors[inner]
    assert 0.60 <= np.mean(np.abs(deviations) < 1) <= 0.76
    assert trapezoid(power.values, power.axes[0].values) == pytest.approx(np.var(samples), rel=0.03)
    deviation = result["deviation_V"]
    assert deviation.unit == "eV"
    assert deviation.values == pytest.approx(np.std(samples), rel=1e-9)
    assert deviation.values == pytest.approx(0.03, abs=3 * float(deviation.errors))


def test_noise_with_memory() -> None:
    # x(t+1) = a x(t) + noise of variance s²: P(f) = 2 h s² / |1 - a exp(-2 pi i f h)|².
    memory = 0.9
    samples = lfilter([1.0], [1.0, -memory], np.random.default_rng(2).normal(size=100_000))
    power = spectrum_of(samples, segment=1.0).quantities[0]
    phase = 2 * np.pi * CM_PER_PS * STEP * power.axes[0].values
    exact = 2 * CM_PER_PS * STEP / (1 - 2 * memory * np.cos(phase) + memory**2)
    inner = slice(2, -1)
    assert np.mean(power.values[inner] / exact[inner]) == pytest.approx(1.0, abs=0.015)
    deviations = (power.values - exact)[inner] / power.errors[inner]
    assert 0.60 <= np.mean(np.abs(deviations) < 1) <= 0.76


def test_line_of_an_oscillation() -> None:
    wavenumber, amplitude = 1650.0, 0.2
    samples = amplitude * np.cos(2 * np.pi * CM_PER_PS * wavenumber * STEP * np.arange(20000))
    result = spectrum_of(samples, segment=2.0)
    power = result["power_V"]
    axis = power.axes[0].values
    assert axis[np.argmax(power.values)] == pytest.approx(wavenumber, abs=axis[0])
    assert np.sum(power.values) * (axis[1] - axis[0]) == pytest.approx(amplitude**2 / 2, rel=1e-3)
    fine = np.linspace(1550, 1750, 40001)
    width = np.ptp(fine[np.interp(fine, axis, power.values) > power.values.max() / 2])
    assert width == pytest.approx(1.44 / (CM_PER_PS * 2.0), rel=0.2)  # points are 17 cm⁻¹ apart
    assert result.metadata["segment_ps"] == pytest.approx(2.0)


def test_equals_welch_of_scipy() -> None:
    samples = np.cumsum(np.random.default_rng(3).normal(size=4000))
    power = spectrum_of(samples, segment=0.5).quantities[0]
    frequencies, expected = welch(samples, fs=1 / STEP, nperseg=250, detrend="constant")
    assert power.axes[0].values == pytest.approx(frequencies[1:] / CM_PER_PS)
    assert power.values == pytest.approx(CM_PER_PS * expected[1:], rel=1e-9)


def test_defaults_name_and_range() -> None:
    samples = np.random.default_rng(4).normal(size=32000)
    times = STEP * np.arange(32000)
    result = power_spectrum(times, samples, name="error", label="V_avg − V", unit="meV", diagnostic=True)
    assert result.metadata["segment_ps"] == pytest.approx(4.0)  # a sixteenth
    assert result.metadata["segments"] == 31
    power = result["power_error"]
    assert power.diagnostic
    assert power.unit == "meV² cm"
    assert power.axes[0].values.max() <= 4500.0
    assert result.notes == ()
    slow = power_spectrum(50 * times, samples, name="error", label="V_avg − V")
    assert slow.metadata["segment_ps"] == pytest.approx(10.0)
    assert any("up to 167 cm⁻¹" in note for note in slow.notes)


def test_bad_input_is_refused() -> None:
    times, samples = STEP * np.arange(1000), np.random.default_rng(5).normal(size=1000)

    def attempt(times: Array, samples: Array, **arguments: float) -> None:
        power_spectrum(times, samples, name="V", label="V", **arguments)  # type: ignore[arg-type]

    with pytest.raises(ConfigurationError, match=r"`samples`: .* 1000 .*, got .*shape"):
        attempt(times, samples[1:])
    with pytest.raises(NotApplicableError, match=r"`samples`: .* 16.*got 15"):
        attempt(times[:15], samples[:15])
    with pytest.raises(NotApplicableError, match=r"`samples`: .*finite"):
        attempt(times, np.where(times > 1, np.nan, samples))
    with pytest.raises(NotApplicableError, match=r"`times`: .*equal distances.*0\.002 to 0\.004"):
        attempt(np.delete(times, 500), samples[1:])
    with pytest.raises(NotApplicableError, match=r"`times`: .*equal distances"):
        attempt(times[::-1], samples)
    with pytest.raises(ConfigurationError, match=r"`segment`: .* 0\.016 ps.* 8 samples.* 1 ps"):
        attempt(times, samples, segment=1.5)
    with pytest.raises(ConfigurationError, match=r"`highest`: .*lowest"):
        attempt(times, samples, highest=1.0)
