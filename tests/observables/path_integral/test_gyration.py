"""Radii of gyration against closed forms of free and harmonic ring polymers, and against what i-PI prints."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import scipy.constants
from MDAnalysis.lib.transformations import random_rotation_matrix
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation
from support.bead_frames import bead_universe, sample_beads, thermal_length_squared
from support.ipi_harmonic import run_harmonic

from tumble.errors import NotApplicableError
from tumble.observables.base.processes import Processes
from tumble.observables.path_integral.gyration import Gyration
from tumble.trajectories.open import open_trajectory

Array = NDArray[np.float64]

TEMPERATURE = 300.0
MASSES = {"H": 1.008, "O": 15.999}


def ring_polymers(symbols: str, frames: int, beads: int, springs: tuple[float, float, float], seed: int) -> Array:
    """[T,P,N,3], anywhere in a box of 10 Å."""
    generator = np.random.default_rng(seed)
    one = [sample_beads(frames, beads, MASSES[symbol], TEMPERATURE, np.array(springs), generator) for symbol in symbols]
    return np.stack(one, axis=2) + generator.uniform(0, 10, size=(len(symbols), 3))


@pytest.mark.parametrize("beads", [2, 3, 16])
def test_free_ring_polymer(beads: int) -> None:
    frames = ring_polymers("OHH", 2000, beads, (0.0, 0.0, 0.0), seed=beads)
    result = Gyration(bead_universe(frames, "OHH")).run().result
    for symbol in "OH":
        quantity = result[f"r_gyration_rms_{symbol}"]
        exact = np.sqrt(thermal_length_squared(MASSES[symbol], TEMPERATURE) / 4 * (1 - 1 / beads**2))
        assert quantity.values == pytest.approx(exact, abs=4 * float(quantity.errors))
        assert quantity.errors < 0.02 * exact
        assert result[f"r_gyration_{symbol}"].values < quantity.values


def test_harmonic_ring_polymer() -> None:
    beads, springs = 8, (30.0, 30.0, 30.0)
    frames = ring_polymers("OHH", 2000, beads, springs, seed=1)
    result = Gyration(bead_universe(frames, "OHH")).run().result
    beta = 1 / (scipy.constants.k * TEMPERATURE)
    for symbol in "OH":
        mass = MASSES[symbol] * scipy.constants.u
        frequency = np.sqrt(springs[0] * scipy.constants.e * 1e20 / mass)
        of_ring = 2 * beads / (beta * scipy.constants.hbar) * np.sin(np.arange(1, beads) * np.pi / beads)
        exact = 1e10 * np.sqrt(np.sum(3 / (beta * mass * (of_ring**2 + frequency**2))))
        quantity = result[f"r_gyration_rms_{symbol}"]
        assert quantity.values == pytest.approx(exact, abs=4 * float(quantity.errors))
        assert quantity.errors < 0.02 * exact


def test_equals_ipi(tmp_path: Path) -> None:
    run_harmonic(tmp_path, "OHHOHH", beads=4, steps=120, stride=4)
    universe = open_trajectory(str(tmp_path / "run.pos_*.xyz"), timestep=0.0005)
    result = Gyration(universe).run().result
    columns = np.loadtxt(tmp_path / "run.properties")
    assert result.metadata["beads"] == 4
    assert result.metadata["frames"] == len(columns)
    for symbol, column in zip("OH", columns[:, -2:].T, strict=True):
        assert result[f"r_gyration_{symbol}"].values == pytest.approx(column.mean(), rel=1e-5)
        assert column.mean() > 0.02


def test_definition() -> None:
    beads = np.random.default_rng(2).normal(size=(5, 4, 3, 3))
    result = Gyration(bead_universe(beads, "OHH")).run().result
    offsets = beads - beads.mean(axis=1, keepdims=True)
    radii = np.sqrt((offsets**2).sum(axis=-1).mean(axis=1))
    assert result["r_gyration_O"].values == pytest.approx(radii[:, 0].mean())
    assert result["r_gyration_H"].values == pytest.approx(radii[:, 1:].mean())
    tensor = np.einsum("tkia,tkib->ab", offsets[:, :, 1:], offsets[:, :, 1:])
    relative = 3 * tensor / np.trace(tensor) - np.eye(3)
    found = result["gyration_anisotropy_H"]
    assert np.sum(found.values**2) == pytest.approx(np.sum(relative**2))
    assert found.values[2] == pytest.approx((2 * relative[2, 2] - relative[0, 0] - relative[1, 1]) / np.sqrt(6))
    assert found.values[[0, 1, 3]] == pytest.approx(np.sqrt(2) * relative[[0, 1, 0], [1, 2, 2]])
    assert found.values[4] == pytest.approx((relative[0, 0] - relative[1, 1]) / np.sqrt(2))


def test_anisotropy_is_found_and_turns_with_the_system() -> None:
    frames = ring_polymers("HHHH", 200, 8, (60.0, 5.0, 5.0), seed=3)
    turn = random_rotation_matrix(np.array([0.1, 0.5, 0.9]))[:3, :3]
    norms = []
    for beads in (frames, frames @ turn.T):
        found = Gyration(bead_universe(beads, "HHHH")).run().result["gyration_anisotropy_H"]
        assert np.max(np.abs(found.values) / found.errors) > 10
        norms.append(np.linalg.norm(found.values))
    assert norms[0] == pytest.approx(norms[1])


def test_what_symmetry_demands() -> None:
    frames = ring_polymers("HHHH", 100, 4, (9.0, 9.0, 9.0), seed=4)
    cube, brick = [9, 9, 9, 90, 90, 90], [9, 9, 10, 90, 90, 90]

    def found(**arguments: bool) -> Array | None:
        expected: Array | None = Gyration(universe, **arguments).run().result["gyration_anisotropy_H"].expected
        return expected

    for box in (None, cube):
        universe = bead_universe(frames, "HHHH", box=box)
        np.testing.assert_array_equal(found(), np.zeros(5))
        assert found(isotropic=False) is None
    quantity = Gyration(universe).run().result["gyration_anisotropy_H"]
    assert np.max(np.abs(quantity.values) / quantity.errors) < 4
    universe = bead_universe(frames, "HHHH", box=brick)
    assert found() is None


@pytest.mark.parametrize("turns", [False, True])
def test_atoms_that_keep_their_orientation_have_no_verdict(turns: bool) -> None:
    # Each ring polymer is longer along a direction of its own, which in a rigid crystal or a short run stays the same.
    generator = np.random.default_rng(3)
    frames = ring_polymers("H" * 30, 600, 8, (5.0, 60.0, 60.0), seed=4)
    center = frames.mean(axis=1, keepdims=True)
    count = (600, 30) if turns else (1, 30)
    rotations = Rotation.random(count[0] * count[1], rng=generator).as_matrix().reshape(*count, 3, 3)
    rotations = np.broadcast_to(rotations, (600, 30, 3, 3))
    turned = center + np.einsum("tiab,tkib->tkia", rotations, frames - center)
    result = Gyration(bead_universe(turned, "H" * 30)).run().result
    assert result["gyration_anisotropy_H"].resolved == turns
    assert any("their individual averages of the gyration tensor of H differ" in note for note in result.notes) != turns


def test_processes_give_the_same_as_one(processes: Processes) -> None:
    universe = bead_universe(ring_polymers("OHH", 60, 4, (9.0, 9.0, 9.0), seed=5), "OHH")
    serial = Gyration(universe).run().result
    parallel = Gyration(universe).run(backend=processes).result
    for one, other in zip(serial.quantities, parallel.quantities, strict=True):
        np.testing.assert_allclose(one.values, other.values, rtol=1e-12)
        np.testing.assert_allclose(one.errors, other.errors, rtol=1e-9)


def test_one_bead_is_refused() -> None:
    with pytest.raises(NotApplicableError, match=r"ring polymers, got .*one bead"):
        Gyration(bead_universe(np.zeros((4, 1, 3, 3)), "OHH"))


def test_single_frame_is_refused() -> None:
    with pytest.raises(NotApplicableError, match="at least 2 frames"):
        Gyration(bead_universe(np.ones((1, 2, 3, 3)), "OHH")).run()
