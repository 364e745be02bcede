"""Wavenumbers and windows."""

from __future__ import annotations

import ase.units
import numpy as np
import pytest

from tumble.errors import SettingError
from tumble.observables.dynamics.wavenumbers import CM_PER_PS, highest_wavenumber, window_lags


def test_speed_of_light() -> None:
    # By the photon energy in units of ASE: h c times 1 cm⁻¹, over h.
    planck = 2 * np.pi * ase.units._hbar / ase.units._e  # eV s
    expected = ase.units.invcm / planck * 1e-12
    assert expected == pytest.approx(CM_PER_PS, rel=1e-6)


def test_highest_wavenumber() -> None:
    assert highest_wavenumber(0.005) == pytest.approx(3335.64, abs=0.01)


def test_window_lags() -> None:
    assert window_lags(20.0, 0.001, 10000) == 1667


@pytest.mark.parametrize(
    ("resolution", "frames", "message"),
    [
        (0.0, 1000, r"positive.* got 0"),
        (20.0, 1667, r"1\.668 ps .*20 cm⁻¹, got 1667 frames 0\.001 ps"),
        (20000.0, 1000, r"4 frames, got 0\.001668 ps"),
    ],
)
def test_unfit_resolutions_are_refused(resolution: float, frames: int, message: str) -> None:
    with pytest.raises(SettingError, match=rf"`resolution`: .*{message}"):
        window_lags(resolution, 0.001, frames)
