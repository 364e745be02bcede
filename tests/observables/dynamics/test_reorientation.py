"""Reorientation of rigid molecules: turns at a known rate, known diffusion, and sums over all pairs of frames."""

from __future__ import annotations

import time

import MDAnalysis
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation
from support.motions import motion

from tumble.errors import ConfigurationError, NotApplicableError
from tumble.observables.dynamics.reorientation import (
    AXES,
    Reorientation,
    decay_time,
    harmonics,
    integral_time,
)
from tumble.observables.frames.molecular_axes import axes_of_water

Array = NDArray[np.float64]

EDGE, STEP = 12.0, 0.1
CUBE = np.array([EDGE, EDGE, EDGE, 90, 90, 90], dtype=np.float32)
SHAPE = np.array([[0.0, 0.0, 0.0], [0.76, 0.0, 0.59], [-0.76, 0.0, 0.59]])  # O H H


def lattice(molecules: int) -> Array:
    side = int(np.ceil(molecules ** (1 / 3)))
    return 3.0 * np.argwhere(np.ones((side, side, side)))[:molecules]


def turned(rotations: Array) -> Array:
    """Positions [...,3M,3] of molecules on a lattice, turned by rotations [...,M,3,3]."""
    positions = lattice(rotations.shape[-3])[:, None, :] + np.einsum("...mab,ib->...mia", rotations, SHAPE)
    return positions.reshape(*rotations.shape[:-3], -1, 3)


def universe(positions: Array, step: float = STEP) -> MDAnalysis.Universe:
    # Only what isn't a ring polymer may be wrapped: its centroid would be torn.
    given = np.mod(positions, EDGE) if positions.ndim == 3 else positions
    return motion("OHH" * (positions.shape[-2] // 3), given, dimensions=CUBE, step=step)


def steps_by(angle: float, frames: int, molecules: int, seed: int = 1) -> Array:
    """Rotations [T,M,3,3] that follow each other by turns by one angle about axes that are drawn anew."""
    generator = np.random.default_rng(seed)
    current = Rotation.random(molecules, random_state=generator)
    found = []
    for _ in range(frames):
        found.append(current.as_matrix())
        axes = generator.normal(size=(molecules, 3))
        axes *= angle / np.linalg.norm(axes, axis=1, keepdims=True)
        current = Rotation.from_rotvec(axes) * current
    return np.array(found)


def legendre(cosines: Array, degree: int) -> Array:
    return np.asarray(np.polynomial.Legendre.basis(degree)(cosines))


@pytest.mark.parametrize("degree", [1, 2])
def test_harmonics_have_the_addition_theorem(degree: int) -> None:
    generator = np.random.default_rng(3)
    u, v = (each / np.linalg.norm(each, axis=-1, keepdims=True) for each in generator.normal(size=(2, 50, 3)))
    products = np.sum(harmonics(u, degree) * harmonics(v, degree), axis=-1)
    assert products == pytest.approx(legendre(np.sum(u * v, axis=-1), degree), abs=1e-12)


def test_axes_of_a_molecule() -> None:
    bonds = (SHAPE[1:] - SHAPE[0])[None, None] * np.array([1.0, 1.3])[:, None]  # bonds of different lengths
    axes = axes_of_water(bonds)
    assert axes["bisector"][0, 0] == pytest.approx([0, 0, 1])
    assert axes["normal"][0, 0] == pytest.approx([0, -1, 0])
    assert np.linalg.norm(axes["OH"], axis=-1) == pytest.approx(np.ones((1, 2)))


def test_turn_at_a_known_rate() -> None:
    # About the normal of the molecules, so that all others turn by the same angle.
    rate = 0.7  # rad/ps
    angles = rate * STEP * np.arange(200)
    start = Rotation.random(6, random_state=4)
    about_normal = Rotation.from_rotvec(np.outer(angles, [0.0, 1.0, 0.0])).as_matrix()
    rotations = np.einsum("mab,tbc->tmac", start.as_matrix(), about_normal)
    result = Reorientation(universe(turned(rotations)), longest=10.0).run().result
    for axis in AXES:
        for degree in (1, 2):
            curve = result[f"C{degree}_{axis}"]
            cosines = np.ones(101) if axis == "normal" else np.cos(rate * curve.axes[0].values)
            assert curve.values == pytest.approx(legendre(cosines, degree), abs=2e-5)
    assert any("C1 of the axis normal doesn't decay" in note for note in result.notes)


def test_equals_a_sum_over_all_pairs_of_frames() -> None:
    rotations = steps_by(0.4, 60, 5)
    result = Reorientation(universe(turned(rotations)), longest=3.0).run().result
    bonds = np.einsum("tmab,ib->tmia", rotations, SHAPE[1:])
    axes = axes_of_water(bonds)
    for axis in AXES:
        u = axes[axis]
        for degree in (1, 2):
            expected = []
            for lag in range(31):
                terms = [legendre(np.sum(u[t] * u[t + lag], axis=-1), degree).mean() for t in range(60 - lag)]
                expected.append(np.mean(terms))
            assert result[f"C{degree}_{axis}"].values == pytest.approx(expected, abs=2e-5)


def test_rotational_diffusion() -> None:
    # A turn by the angle a about a random axis multiplies C_l by chi_l(a) / (2 l + 1), for any axis of the molecule;
    # for small angles that is exp(-l (l + 1) D t) with D = a^2 / 6 t.
    angle = 0.25
    factors = [(1 + 2 * np.cos(angle)) / 3, (1 + 2 * np.cos(angle) + 2 * np.cos(2 * angle)) / 5]
    rate = angle**2 / (6 * STEP)
    made = universe(turned(steps_by(angle, 3000, 60)))
    result = Reorientation(made, longest=20.0).run().result
    for degree, factor in zip((1, 2), factors, strict=True):
        exact = -STEP / np.log(factor)
        assert exact == pytest.approx(1 / (degree * (degree + 1) * rate), rel=0.02)
        for axis in AXES:
            curve = result[f"C{degree}_{axis}"]
            assert curve.values[1] == pytest.approx(factor, abs=2e-3)
            assert curve.values == pytest.approx(factor ** np.arange(201), abs=0.06)
            for name in (f"tau{degree}_{axis}", f"tau{degree}_integral_{axis}"):
                assert result[name].unit == "ps"
                assert result[name].values == pytest.approx(exact, abs=4 * float(result[name].errors))
                assert result[name].errors < 0.15 * exact
    assert not any("librations" in note for note in result.notes)  # fitted from 2 ps
    (note,) = [each for each in Reorientation(made, longest=2.0).run().result.notes if "librations" in each]
    assert "from 1 to 2 ps" in note


def test_beads_and_centroid() -> None:
    rotations = steps_by(0.3, 60, 4)
    swing = Rotation.from_rotvec(0.3 * np.eye(3)).as_matrix()
    beads = np.einsum("tmab,pbc->tpmac", rotations, np.concatenate([swing, swing.transpose(0, 2, 1)]))
    bonds = np.einsum("tpmab,ib->tpmia", beads, SHAPE[1:])
    made = universe(turned(beads))

    averaged = Reorientation(made, longest=3.0, beads=True).run().result
    harmonic = np.array([harmonics(axes_of_water(frame)["OH"], 2).mean(axis=0) for frame in bonds])
    expected = [np.mean(np.sum(harmonic[: 60 - lag] * harmonic[lag:], axis=-1)) for lag in range(31)]
    assert averaged["C2_OH"].values == pytest.approx(expected, abs=2e-5)
    assert averaged["C2_OH"].values[0] < 0.95
    assert averaged.metadata["estimator"] == "average over beads"

    centroid = Reorientation(made, longest=3.0).run().result
    u = axes_of_water(bonds.mean(axis=1))["OH"]
    direct = [np.mean(legendre(np.sum(u[: 60 - lag] * u[lag:], axis=-1), 2)) for lag in range(31)]
    assert centroid["C2_OH"].values == pytest.approx(direct, abs=2e-5)
    assert centroid["C2_OH"].values[0] == pytest.approx(1.0)
    assert any("RPMD" in note for note in centroid.notes)


def test_times_of_an_exponential() -> None:
    lags = 0.1 * np.arange(101)
    values = 0.8 * np.exp(-lags / 2.5)
    values[0] = 1.0
    window = slice(20, 101)
    assert decay_time(lags[window], values[window]) == pytest.approx((2.5, 0.8))
    assert integral_time(lags, values, window) == pytest.approx(0.8 * 2.5 + 0.5 * 0.1 * 0.2, rel=2e-4)


def test_what_doesn_t_decay_has_no_time() -> None:
    lags = np.arange(5.0)
    assert np.isnan(decay_time(lags, np.ones(5))[0])
    assert np.isnan(decay_time(lags, -np.ones(5))[0])
    assert np.isnan(integral_time(lags, np.linspace(1, 2, 5), slice(1, 5)))


def test_speed() -> None:
    # 64 molecules, 1000 frames. A core takes 0.5 s for all six functions and their times; the bound is for busy ones.
    made = universe(turned(steps_by(0.3, 1000, 64)), step=0.02)
    start = time.process_time()
    Reorientation(made).run()
    assert time.process_time() - start < 2.0


def test_broken_molecules_are_said() -> None:
    positions = turned(steps_by(0.1, 80, 3))
    positions[70:, 1] = positions[70:, 0] + [0.0, 0.0, 1.5]
    notes = Reorientation(universe(positions)).run().result.notes
    assert any("10 of 240 molecules" in note for note in notes)


def test_bad_input_is_refused() -> None:
    positions = turned(steps_by(0.1, 60, 2))
    made = universe(positions)
    with pytest.raises(ConfigurationError, match=r"`fit`: .*ascending"):
        Reorientation(made, fit=(3.0, 2.0)).run()
    with pytest.raises(NotApplicableError, match=r"`fit`: .* 3 frames, got 2"):
        Reorientation(made, fit=(1.0, 1.1)).run()
    with pytest.raises(NotApplicableError, match=r"4 frames.*got 2"):
        Reorientation(made).run(stop=2)
    with pytest.raises(NotApplicableError, match="two H for each O"):
        Reorientation(motion("OHN", positions[:, :3], dimensions=CUBE))
