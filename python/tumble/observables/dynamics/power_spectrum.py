"""Power spectrum of a series of numbers in time, such as the potential energy or the symmetry error V_avg − V of a log.

Welch's estimate (IEEE Trans. Audio Electroacoust. 15, 70 (1967)): the series is divided into segments that overlap by
half; each segment minus its mean is multiplied by a Hann window, and the squares of the transforms are averaged. The
spectrum is one-sided (positive frequencies), so its integral over wavenumbers is the variance,

    int_0^inf P(ν̃) dν̃ = < x^2 > - < x >^2

except for fluctuations slower than a segment. The full width of a line at half maximum is 1.44 / (c T), with the length
T of a segment. Frequencies above the Nyquist frequency are aliased: a quantity that jumps between samples, such as the
symmetry error under random rotations, has a flat spectrum.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy import signal

from tumble.errors import ConfigurationError, NotApplicableError
from tumble.observables.base.kind import Kind
from tumble.observables.dynamics.wavenumbers import CM_PER_PS, FASTEST, highest_wavenumber
from tumble.observables.quantities.estimates import averaged, derived
from tumble.observables.quantities.log_rows import time_step
from tumble.observables.quantities.quantity import Axis
from tumble.observables.quantities.result import Result
from tumble.statistics.cells import cells_of
from tumble.types import Array
from tumble.version import __version__

_SEGMENTS = 16  # number of segments of a series, unless they would be longer than `_LONGEST`
_LONGEST = 10.0  # ps
_FEWEST = 8  # samples of a segment


class PowerSpectrum(Kind):
    """Title and meaning of `power_spectrum` in reports."""

    observable = "power_spectrum"
    title = "Power spectra of logged quantities"
    meaning = "The frequencies at which energies and the symmetry error fluctuate."
    symptom = (
        "The symmetry error follows the rotation of molecules: integrators and thermostats can't average out its slow "
        "part."
    )


def power_spectrum(
    times: Array,
    samples: Array,
    *,
    name: str,
    label: str,
    unit: str = "eV",
    segment: float | None = None,
    highest: float = FASTEST,
    blocks: int | None = None,
    diagnostic: bool = False,
) -> Result:
    """Return the power spectrum and standard deviation of a series.

    Args:
        times: [T] in ps, equally spaced.
        samples: [T].
        name: Name of the series, for the names `power_NAME` and `deviation_NAME` of the quantities.
        label: Label of the series in figures.
        unit: Unit of the samples.
        segment: Length of a segment, ps; the default is a sixteenth of the series, at most 10 ps.
        highest: Upper end of the spectrum, cm⁻¹.
        blocks: Number of blocks for the errors; chosen if not given.
        diagnostic: See `Quantity`.

    Raises:
        ConfigurationError: If shapes, `segment` or `highest` don't fit the series.
        NotApplicableError: If times aren't at equal distances, numbers aren't finite, or the series is too short.
    """
    times, samples = np.asarray(times, dtype=np.float64), np.asarray(samples, dtype=np.float64)
    step = _checked_step(times, samples)
    length = _segment_length(segment, step, len(samples))
    # Large numbers, such as a total energy, would lose digits.
    deviations = samples - samples.mean()
    pieces = sliding_window_view(deviations, length)[:: length // 2]
    frequencies, powers = signal.periodogram(pieces, fs=1 / step, window="hann", detrend="constant", axis=1)
    wavenumbers = frequencies / CM_PER_PS
    # At frequency 0 only a remainder of the subtracted mean is left.
    shown = (wavenumbers > 0) & (wavenumbers <= highest)
    if not np.any(shown):
        raise ConfigurationError(
            f"`highest`: expected at least the lowest wavenumber, {wavenumbers[1]:.4g} cm⁻¹, got {highest:g} cm⁻¹"
        )
    spectrum = averaged(
        f"power_{name}",
        cells_of(CM_PER_PS * powers[:, shown]),
        label=f"P(ν̃), {label}",
        unit=f"{unit}² cm",
        axes=(Axis("ν̃", "cm⁻¹", wavenumbers[shown]),),
        frame_time=step * (length // 2),
        blocks=blocks,
        diagnostic=diagnostic,
    )
    deviation = derived(
        f"deviation_{name}",
        cells_of(np.stack([deviations, deviations**2], axis=1)),
        lambda mean: np.sqrt(max(mean[1] - mean[0] ** 2, 0.0)),
        label=f"standard deviation, {label}",
        unit=unit,
        frame_time=step,
        blocks=blocks,
        diagnostic=diagnostic,
    )
    metadata = {
        "samples": len(samples),
        "time_ps": [float(times[0]), float(times[-1])],
        "segment_ps": length * step,
        "segments": len(pieces),
        "window": "Hann",
        "tumble": __version__,
    }
    return Result(PowerSpectrum.observable, (spectrum, deviation), metadata, _notes(step, highest))


def _checked_step(times: Array, samples: Array) -> float:
    """Return the time between two samples, ps."""
    if times.ndim != 1 or times.shape != samples.shape:
        raise ConfigurationError(
            f"`samples`: expected one number for each of {times.size} times, got the shape {samples.shape}"
        )
    if len(times) < 2 * _FEWEST:
        raise NotApplicableError(f"`samples`: expected at least {2 * _FEWEST} for a power spectrum, got {len(times)}")
    if not (np.all(np.isfinite(times)) and np.all(np.isfinite(samples))):
        raise NotApplicableError("`samples`: expected finite times and samples, got a NaN or infinity")
    return time_step(times)


def _segment_length(segment: float | None, step: float, samples: int) -> int:
    """Return the number of samples of a segment."""
    if segment is None:
        return max(_FEWEST, min(samples // _SEGMENTS, round(_LONGEST / step)))
    length = round(segment / step) if np.isfinite(segment) else 0
    if not _FEWEST <= length <= samples // 2:
        raise ConfigurationError(
            f"`segment`: expected from {_FEWEST * step:.4g} ps, {_FEWEST} samples, to half the series, "
            f"{samples // 2 * step:.4g} ps, got {segment:g} ps"
        )
    return length


def _notes(step: float, highest: float) -> tuple[str, ...]:
    nyquist = highest_wavenumber(step)
    if nyquist >= min(highest, FASTEST):
        return ()
    return (
        f"Samples are {step:.4g} ps apart, which resolves wavenumbers up to {nyquist:.0f} cm⁻¹; faster fluctuations "
        "are aliased into this spectrum.",
    )
