"""Wavenumbers, cm⁻¹: the unit of frequency in vibrational spectroscopy, and the range that a trajectory resolves."""

from __future__ import annotations

import numpy as np

from tumble.errors import SettingError
from tumble.units.constants import SI_LIGHT, SI_PICOSECOND

#: Speed of light: wavenumber (cm⁻¹) = frequency (1/ps) / this.
CM_PER_PS = SI_LIGHT * SI_PICOSECOND / 0.01

#: cm⁻¹, above all vibrations of water.
FASTEST = 4500.0

_FEWEST = 4  # frames in a window


def highest_wavenumber(step: float) -> float:
    """Return the Nyquist wavenumber, cm⁻¹, of frames that are `step` (ps) apart."""
    return 1 / (2 * CM_PER_PS * step)


def window_lags(resolution: float, step: float, frames: int) -> int:
    """Return the number of lags to the end of a Hann window cos^2(pi t / 2 T) of length T = 1 / (c resolution).

    The window broadens a sharp line to a full width at half maximum equal to the resolution.

    Args:
        resolution: cm⁻¹.
        step: Time between two frames, ps.
        frames: Number of frames.

    Raises:
        SettingError: If the run is too short for this resolution, or the window is shorter than a few frames.
    """
    if not 0 < resolution < np.inf:
        raise SettingError("resolution", f"expected a positive number of cm⁻¹, got {resolution:g}")
    window = 1 / (CM_PER_PS * resolution)
    if not window / step < frames:
        raise SettingError(
            "resolution",
            f"expected a run longer than {window:.4g} ps for {resolution:g} cm⁻¹, got {frames} frames "
            f"{step:.4g} ps apart; give a coarser resolution",
        )
    if window / step < _FEWEST:
        raise SettingError(
            "resolution",
            f"expected a window of at least {_FEWEST} frames, got {window:.4g} ps with frames {step:.4g} "
            "ps apart; give a finer resolution, or write frames more often",
        )
    return int(window / step)
