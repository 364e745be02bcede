"""Vibrational densities of states of oscillators, of a Langevin particle, and of ring polymers with known motion."""

from __future__ import annotations

from typing import Any

import MDAnalysis
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import constants
from scipy.integrate import trapezoid
from scipy.signal import lfilter
from support.motions import MASSES, MotionReader, motion

from tumble.errors import ConfigurationError, NotApplicableError, SettingError
from tumble.observables.dynamics.spectrum import VibrationalSpectrum
from tumble.observables.quantities.quantity import Quantity

Array = NDArray[np.float64]

STEP, FRAMES = 0.001, 6000
CM_PER_PS = 0.0299792458  # speed of light, exact
GAS = constants.R / 10  # k in amu Å²/ps² per K: 1 J/mol = 0.1 amu Å²/ps²
TEMPERATURE = 300.0
EDGE = 8.0
CUBE = np.array([EDGE, EDGE, EDGE, 90, 90, 90], dtype=np.float32)


def oscillators(wavenumber: float, mass: float, atoms: int, seed: int = 1) -> tuple[Array, Array]:
    """Positions and velocities [T,N,3] of a thermal ensemble."""
    generator = np.random.default_rng(seed)
    angular = 2 * np.pi * CM_PER_PS * wavenumber
    spread = np.sqrt(GAS * TEMPERATURE / mass)
    a, b = generator.normal(scale=spread, size=(2, 1, atoms, 3))  # velocities of the cosine and the sine
    phase = angular * STEP * np.arange(FRAMES)[:, None, None]
    return (a * np.sin(phase) - b * np.cos(phase)) / angular, a * np.cos(phase) + b * np.sin(phase)


def hydrogens_and_oxygens() -> tuple[Array, Array]:
    """50 H at 3500 cm⁻¹ and 25 O at 400 cm⁻¹."""
    parts = [oscillators(3500.0, MASSES["H"], 50), oscillators(400.0, MASSES["O"], 25, seed=2)]
    positions, velocities = (np.concatenate(each, axis=1) for each in zip(*parts, strict=True))
    return positions, velocities


def kinetic_temperature(velocities: Array, masses: Array, members: slice = slice(None)) -> float:
    """Of some atoms, by definition: about the velocity of the whole, which has its own share of the freedoms."""
    whole = masses.sum()
    relative = velocities - np.einsum("i,tix->tx", masses, velocities)[:, None] / whole
    squares = np.sum(masses[members, None] * relative[:, members] ** 2, axis=(1, 2)).mean()
    mine = masses[members]
    return float(squares / (3 * (len(mine) - mine.sum() / whole) * GAS))


def line(density: Quantity, wavenumber: float) -> tuple[float, float, float]:
    """Center, full width at half height (between points), and integral."""
    axis = density.axes[0].values
    near = np.abs(axis - wavenumber) < 200
    x, y = axis[near], density.values[near]
    fine = np.linspace(x[0], x[-1], 20001)
    above = fine[np.interp(fine, x, y) > y.max() / 2]
    return float(np.sum(x * y) / np.sum(y)), float(np.ptp(above)), float(trapezoid(y, x))


@pytest.mark.parametrize("source", ["velocities", "positions", "wrapped positions"])
def test_lines_and_temperatures_of_oscillators(source: str) -> None:
    positions, velocities = hydrogens_and_oxygens()
    masses = np.repeat([MASSES["H"], MASSES["O"]], [50, 25])
    given = np.mod(positions, EDGE) if source.startswith("wrapped") else positions
    made = motion(
        "H" * 50 + "O" * 25,
        given,
        velocities=velocities if source == "velocities" else None,
        dimensions=CUBE,
        step=STEP,
    )
    result = VibrationalSpectrum(made).run().result
    for symbol, wavenumber, members in (("H", 3500.0, slice(0, 50)), ("O", 400.0, slice(50, 75))):
        density = result[f"dos_{symbol}"]
        assert density.unit == "cm"
        center, width, integral = line(density, wavenumber)
        assert center == pytest.approx(wavenumber, abs=1.0)
        assert width == pytest.approx(20.0, abs=1.5)
        assert integral == pytest.approx(3.0, rel=0.01)
        temperature = result[f"temperature_{symbol}"]
        expected = kinetic_temperature(velocities, masses, members)
        # The window makes lines broad, over which the factor of differences isn't constant.
        assert temperature.values == pytest.approx(expected, rel=1e-5 if source == "velocities" else 3e-3)
        assert temperature.values == pytest.approx(TEMPERATURE, rel=0.15)
    assert result.metadata["from_positions"] is (source != "velocities")


def test_equals_the_transform_by_definition() -> None:
    velocities = np.random.default_rng(3).normal(size=(300, 4, 3))
    result = VibrationalSpectrum(motion("OOOO", velocities, velocities=velocities, step=STEP), resolution=400.0).run()
    window = 1 / (CM_PER_PS * 400.0)
    lags = np.arange(int(window / STEP) + 1)
    correlation = np.array([np.mean(np.sum(velocities[: 300 - k] * velocities[k:], axis=-1)) for k in lags])
    correlation *= np.cos(0.5 * np.pi * lags * STEP / window) ** 2
    density = result.result["dos_O"]
    axis = density.axes[0].values
    cosines = np.cos(2 * np.pi * CM_PER_PS * np.outer(axis, lags * STEP))
    half = cosines @ correlation - 0.5 * correlation[0]
    assert density.values == pytest.approx(3 * 4 * CM_PER_PS * STEP * half / correlation[0], rel=1e-5, abs=1e-9)


def test_langevin_particles_have_a_lorentzian_that_gives_the_diffusion_constant() -> None:
    # dv = -g v dt + noise: D(ν) = 3 * 4 g / (g² + (2 pi ν)²), with kT/(m g) for the diffusion constant.
    friction, step, atoms, frames = 5.0, 0.01, 60, 20000
    memory = np.exp(-friction * step)
    spread = np.sqrt(GAS * TEMPERATURE / MASSES["O"])
    noise = np.random.default_rng(4).normal(size=(frames, atoms, 3)) * spread * np.sqrt(1 - memory**2)
    noise[0] /= np.sqrt(1 - memory**2)
    velocities = lfilter([1.0], [1.0, -memory], noise, axis=0)
    made = motion("O" * atoms, velocities, velocities=velocities, step=step)
    result = VibrationalSpectrum(made, resolution=10.0, highest=800.0).run().result
    density = result["dos_O"]
    axis = density.axes[0].values
    frequencies = CM_PER_PS * axis
    # Of the sampled process, all that is folded included.
    sampled = step * (1 - memory**2) / (1 - 2 * memory * np.cos(2 * np.pi * frequencies * step) + memory**2)
    lorentzian = 12 * friction / (friction**2 + (2 * np.pi * frequencies) ** 2)
    assert 6 * sampled[:10] == pytest.approx(lorentzian[:10], rel=2e-3)
    deviations = (density.values - 6 * CM_PER_PS * sampled) / density.errors
    # The window smears 3 ps of memory: its effect on this line is below the errors.
    assert np.sqrt(np.mean(deviations**2)) == pytest.approx(1.0, abs=0.35)
    diffusion = GAS * TEMPERATURE / (12 * MASSES["O"]) * density.values[0] / CM_PER_PS
    assert diffusion == pytest.approx(GAS * TEMPERATURE / (MASSES["O"] * friction), rel=0.05)
    assert result["temperature_O"].values == pytest.approx(TEMPERATURE, abs=3 * float(result["temperature_O"].errors))


def test_ring_polymers() -> None:
    # Beads share a slow motion and have a fast one against each other, which the centroid doesn't have.
    shared, slow = oscillators(500.0, MASSES["O"], 10)
    against, fast = oscillators(2000.0, MASSES["O"], 10, seed=5)
    signs = np.array([1.0, -1.0, 1.0, -1.0])[:, None, None]
    positions = shared[:, None] + signs * against[:, None]
    velocities = slow[:, None] + signs * fast[:, None]
    for given in (velocities, None):
        rings = motion("O" * 10, positions, velocities=given, step=STEP)
        result = VibrationalSpectrum(rings).run().result
        assert line(result["dos_O"], 500.0)[2] == pytest.approx(3.0, rel=0.01)
        assert line(result["dos_O"], 2000.0)[2] == pytest.approx(0.0, abs=0.01)
        expected = kinetic_temperature(slow, np.full(10, MASSES["O"]))
        assert result["temperature_O"].values == pytest.approx(expected, rel=3e-3)
        assert any("RPMD" in note for note in result.notes)

        beads = VibrationalSpectrum(rings, beads=True).run().result
        fast_share = np.mean(fast**2) / np.mean(slow**2 + fast**2)
        assert line(beads["dos_O"], 2000.0)[2] == pytest.approx(3 * fast_share, rel=0.02)
        # Of 40 beads, whose whole moves as that of the centroids does.
        each = (slow[:, None] + signs * fast[:, None]).reshape(FRAMES, 40, 3)
        expected = kinetic_temperature(each, np.full(40, MASSES["O"]))
        assert beads["temperature_O"].values == pytest.approx(expected, rel=3e-3)
        assert any("diagnostic" in note for note in beads.notes)


def test_frames_too_far_apart_for_the_vibrations_are_said() -> None:
    positions, velocities = oscillators(300.0, MASSES["O"], 5)
    sparse = VibrationalSpectrum(motion("OOOOO", positions[::8], step=8 * STEP)).run().result
    assert any("up to 2085 cm⁻¹" in note for note in sparse.notes)
    assert [quantity.name for quantity in sparse.quantities] == ["dos_O"]
    made = motion("OOOOO", positions[::8], velocities=velocities[::8], step=8 * STEP)
    with_velocities = VibrationalSpectrum(made).run().result
    assert [quantity.name for quantity in with_velocities.quantities] == ["dos_O", "temperature_O"]


def test_masses_of_isotopes() -> None:
    positions, velocities = oscillators(300.0, 2.014, 5)
    made = motion("HHHHH", positions, velocities=velocities, step=STEP)
    result = VibrationalSpectrum(made, masses=np.full(5, 2.014)).run().result
    expected = kinetic_temperature(velocities, np.full(5, 2.014))
    assert result["temperature_H"].values == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("conserved", [True, False])
@pytest.mark.parametrize("molecules", [1, 8])
def test_the_temperature_of_an_element_is_right_whether_or_not_momentum_is_conserved(
    molecules: int, conserved: bool
) -> None:
    # Independent draws of Maxwell's distribution, with and without the velocity of the whole.
    generator = np.random.default_rng(6)
    masses = np.tile([MASSES["O"], MASSES["H"], MASSES["H"]], molecules)
    velocities = generator.normal(size=(FRAMES, len(masses), 3)) * np.sqrt(GAS * TEMPERATURE / masses)[:, None]
    if conserved:
        velocities -= np.einsum("i,tix->tx", masses, velocities)[:, None] / masses.sum()
    positions = generator.normal(scale=0.3, size=(1, len(masses), 3)) + np.zeros((FRAMES, 1, 1))
    positions[:, 1::3] = positions[:, ::3] + np.array([0.76, 0.59, 0.0])
    positions[:, 2::3] = positions[:, ::3] + np.array([-0.76, 0.59, 0.0])
    made = motion("OHH" * molecules, positions, velocities=velocities, step=STEP)
    result = VibrationalSpectrum(made).run().result
    for symbol in "OH":
        temperature = result[f"temperature_{symbol}"]
        assert temperature.errors < 0.02 * TEMPERATURE
        assert temperature.values == pytest.approx(TEMPERATURE, abs=3 * float(temperature.errors))


def test_a_lone_atom_moves_as_the_whole_does() -> None:
    positions, velocities = oscillators(300.0, MASSES["O"], 1)
    result = VibrationalSpectrum(motion("O", positions, velocities=velocities, step=STEP)).run().result
    expected = MASSES["O"] * np.mean(velocities**2) / GAS
    assert result["temperature_O"].values == pytest.approx(expected, rel=1e-5)


class _Forgetful(MotionReader):
    def _read_next_timestep(self, ts: Any = None) -> Any:
        ts = super()._read_next_timestep(ts)
        if ts.frame == 5:
            ts.data.pop("bead_velocities")
            ts.has_velocities = False
        return ts


def test_bad_input_is_refused() -> None:
    positions, velocities = oscillators(300.0, MASSES["O"], 2)
    made = motion("OO", positions, step=STEP)
    with pytest.raises(ConfigurationError, match=r"`highest`: .*got -5"):
        VibrationalSpectrum(made, highest=-5.0)
    with pytest.raises(SettingError, match=r"`resolution`: .* 1\.668 ps"):
        VibrationalSpectrum(made).run(stop=1000)
    with pytest.raises(NotApplicableError, match=r"4 frames.*got 3"):
        VibrationalSpectrum(made).run(stop=3)
    with pytest.raises(NotApplicableError, match=r"elements.*got none"):
        VibrationalSpectrum(MDAnalysis.Universe.empty(2, trajectory=True), masses=np.ones(2))
    made.trajectory = _Forgetful(positions[:, None], bead_velocities=velocities[:, None], dt=STEP)
    with pytest.raises(NotApplicableError, match=r"velocities .*frame 5; .*`from_pos"):
        VibrationalSpectrum(made).run()


def test_frames_without_times_have_no_spectrum() -> None:
    positions, velocities = oscillators(300.0, MASSES["O"], 2)
    made = motion("OO", positions, velocities=velocities, step=1.0)
    made.trajectory.time_known = False
    with pytest.raises(NotApplicableError, match=r"`timestep`: .*correlation in time"):
        VibrationalSpectrum(made, resolution=5.0).run()


def test_atoms_at_rest_have_no_spectrum() -> None:
    still = MDAnalysis.Universe.empty(1, trajectory=True)
    still.add_TopologyAttr("elements", ["O"])
    still.load_new(np.zeros((FRAMES, 1, 3), dtype=np.float32), dt=STEP)
    with pytest.raises(NotApplicableError, match=r"`universe`: .*got O at rest"):
        VibrationalSpectrum(still).run()
