"""Infrared spectra of oscillators with known lines and strengths."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import constants
from scipy.signal import lfilter
from support.rotors import BISECTOR, HYDROGEN, Array, atoms, universe

from tumble.errors import ConfigurationError, NotApplicableError, SettingError
from tumble.observables.dipoles.infrared import Infrared
from tumble.observables.dipoles.system_dipole import TotalDipoles
from tumble.observables.quantities.quantity import Quantity

EDGE, TEMPERATURE = 12.0, 300.0
BOX = [EDGE, EDGE, EDGE, 90.0, 90.0, 90.0]
STEP = 0.001  # ps
CM_PER_PS = 0.0299792458  # speed of light, exact
FRAMES = 5000


def stretching(wavenumber: float, amplitude: float, frames: int = FRAMES) -> Array:
    """A molecule whose bonds sum to a vector along z that oscillates with this amplitude (Å)."""
    phase = 2 * np.pi * CM_PER_PS * wavenumber * STEP * np.arange(frames)
    sums = np.zeros((frames, 1, 3))
    sums[:, 0, 2] = BISECTOR + amplitude * np.cos(phase)
    return atoms(np.ones((frames, 1, 3)), sums)


def strength(wavenumber: float, amplitude: float) -> float:
    """Integral of n sigma over a line in Å²/cm: pi beta <J²> / (6 eps_0 c), over 2 pi c for wavenumbers."""
    current = 2 * np.pi * CM_PER_PS * wavenumber * HYDROGEN * amplitude  # e·Å/ps
    square = 0.5 * (current * constants.e * constants.angstrom / constants.pico) ** 2
    angular = np.pi * square / (6 * constants.epsilon_0 * constants.c * constants.Boltzmann * TEMPERATURE)
    return float(angular / (2 * np.pi * constants.c) * constants.centi / constants.angstrom**2)


def around(spectrum: Quantity, wavenumber: float) -> tuple[float, float, float]:
    """Center, full width at half height, and integral of a line."""
    axis = spectrum.axes[0].values
    near = np.abs(axis - wavenumber) < 150
    x, y = axis[near], spectrum.values[near]
    above = x[y > y.max() / 2]
    return float(np.sum(x * y) / np.sum(y)), float(np.ptp(above)), float(np.sum(y) * (axis[1] - axis[0]))


@pytest.mark.parametrize("wavenumber", [300.0, 1640.0, 3600.0])
def test_line_of_an_oscillator(wavenumber: float) -> None:
    made = universe(stretching(wavenumber, 0.05), None, STEP)
    result = Infrared(made, temperature=TEMPERATURE).run().result
    spectrum = result["ir_spectrum"]
    center, width, integral = around(spectrum, wavenumber)
    assert center == pytest.approx(wavenumber, abs=1.0)
    assert width == pytest.approx(20.0, abs=10.0)  # on a grid of 10 cm⁻¹
    assert integral == pytest.approx(strength(wavenumber, 0.05), rel=0.02)
    assert spectrum.unit == "Å²"
    assert result.metadata["window"] == "Hann"


def test_resolution_is_the_width_of_a_line() -> None:
    made = universe(stretching(1600.0, 0.05), None, STEP)
    for resolution in (10.0, 40.0):
        analysis = Infrared(made, temperature=TEMPERATURE, resolution=resolution).run()
        transform = analysis._transform(
            np.arange(1500.0, 1700.0, 0.5), STEP * np.arange(analysis._correlator.lags + 1), STEP, None
        )
        line = transform @ analysis._correlator.cells().mean[0]
        assert np.sum(line > line.max() / 2) * 0.5 == pytest.approx(resolution, rel=0.06)


def test_box_gives_a_coefficient() -> None:
    gas = Infrared(universe(stretching(1640.0, 0.05), None, STEP), temperature=TEMPERATURE).run().result
    liquid = Infrared(universe(stretching(1640.0, 0.05), BOX, STEP), temperature=TEMPERATURE).run().result
    assert liquid["ir_spectrum"].unit == "cm⁻¹"
    # Å² over Å³ is 1e8 cm⁻¹.
    assert liquid["ir_spectrum"].values == pytest.approx(gas["ir_spectrum"].values / EDGE**3 * 1e8)
    assert liquid.metadata["volume"] == pytest.approx(EDGE**3)


def test_two_lines_have_strengths_of_current_squared() -> None:
    both = stretching(500.0, 0.10) + stretching(3000.0, 0.02) - stretching(500.0, 0.0)
    spectrum = Infrared(universe(both, None, STEP), temperature=TEMPERATURE).run().result["ir_spectrum"]
    ratio = around(spectrum, 3000.0)[2] / around(spectrum, 500.0)[2]
    assert ratio == pytest.approx((3000 * 0.02) ** 2 / (500 * 0.10) ** 2, rel=0.02)
    # What leaks from the lines is far below them.
    axis = spectrum.axes[0].values
    between = spectrum.values[(axis > 800) & (axis < 2700)]
    assert np.abs(between).max() < 1e-3 * spectrum.values.max()


def test_debye_relaxation_of_total_dipoles() -> None:
    # M of an Ornstein-Uhlenbeck process: n alpha = (eps - 1) w² tau / c / (1 + w² tau²), with the static eps.
    tau, square, step, frames = 0.02, 0.5, 0.001, 30_000
    generator = np.random.default_rng(1)
    memory = np.exp(-step / tau)
    noise = generator.normal(size=(frames, 3)) * np.sqrt(square * (1 - memory**2))
    dipoles = lfilter([1.0], [1.0, -memory], noise, axis=0)
    energy = constants.Boltzmann * TEMPERATURE
    factor = (constants.e * constants.angstrom) ** 2 / (constants.epsilon_0 * energy * EDGE**3 * constants.angstrom**3)
    made = universe(np.broadcast_to(stretching(100.0, 0.0, 1), (frames, 3, 3)), BOX, step)
    result = Infrared(made, temperature=TEMPERATURE, dipoles=TotalDipoles(dipoles), highest=1000.0).run().result
    spectrum = result["ir_spectrum"]
    angular = 2 * np.pi * CM_PER_PS * spectrum.axes[0].values
    exact = (
        factor
        * square
        * angular**2
        * tau
        / (1 + (angular * tau) ** 2)
        / (constants.c * constants.pico)
        * constants.centi
    )
    sigma = (spectrum.values - exact)[1:] / spectrum.errors[1:]
    assert np.sqrt(np.mean(sigma**2)) < 1.6
    assert spectrum.errors[-1] < 0.2 * spectrum.values[-1]


def test_bead_average() -> None:
    # The beads' oscillations along z are opposite, but for a part that they share.
    shared = stretching(1640.0, 0.05)
    extra = stretching(3000.0, 0.05) - stretching(3000.0, 0.0)
    beads = np.stack([shared + extra, shared - extra], axis=1)
    ring = Infrared(universe(beads, None, STEP), temperature=TEMPERATURE).run().result["ir_spectrum"]
    alone = Infrared(universe(shared, None, STEP), temperature=TEMPERATURE).run().result["ir_spectrum"]
    assert ring.values == pytest.approx(alone.values, abs=1e-4 * alone.values.max())


def test_frames_too_far_apart_are_said() -> None:
    made = universe(stretching(500.0, 0.05), None, STEP)
    result = Infrared(made, temperature=TEMPERATURE).run(step=8).result
    assert result["ir_spectrum"].axes[0].values.max() == pytest.approx(2080.0)
    assert any("resolves wavenumbers up to 2085 cm⁻¹" in note for note in result.notes)
    assert around(result["ir_spectrum"], 500.0)[0] == pytest.approx(500.0, abs=1.0)


def test_bad_input() -> None:
    made = universe(stretching(500.0, 0.05, 100), None, STEP)
    with pytest.raises(ConfigurationError, match=r"`temperature`: .*got nan"):
        Infrared(made, temperature=float("nan"))
    with pytest.raises(SettingError, match=r"`resolution`: .*got 0"):
        Infrared(made, temperature=TEMPERATURE, resolution=0).run()
    with pytest.raises(ConfigurationError, match=r"`highest`: .*got -1"):
        Infrared(made, temperature=TEMPERATURE, highest=-1)
    with pytest.raises(NotApplicableError, match=r"4 frames.*got 3"):
        Infrared(made, temperature=TEMPERATURE).run(stop=3)
    with pytest.raises(SettingError, match=r"1\.668 ps .*20 cm⁻¹, got 99 frames 0\.001 ps"):
        Infrared(made, temperature=TEMPERATURE).run()
    with pytest.raises(SettingError, match=r"`resolution`: .* 4 frames"):
        Infrared(made, temperature=TEMPERATURE, resolution=20_000).run()
