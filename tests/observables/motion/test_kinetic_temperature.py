"""Kinetic temperatures of velocities drawn from Maxwell's distribution, for which equipartition is exact."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation
from support.motions import centered, masses_of, motion, water

from tumble.errors import NotApplicableError
from tumble.observables.base.processes import Processes
from tumble.observables.frames.rigid_motion import BOLTZMANN_AMU_A2_PS2
from tumble.observables.motion.kinetic_temperature import KineticTemperature

Array = NDArray[np.float64]

TEMPERATURE = 300.0
_, SHAPE = water()
MASSES = masses_of("OHH")
BOX = np.array([12.0, 12, 12, 90, 90, 90])


def placed(frames: int, molecules: int, generator: np.random.Generator, spread: float = 3.0) -> Array:
    """Waters at random places and in random directions, [T,3M,3]."""
    turns = Rotation.random(frames * molecules, random_state=np.random.RandomState(5)).as_matrix()
    shapes = np.einsum("kab,nb->kna", turns, SHAPE).reshape(frames, molecules, 3, 3)
    places = generator.uniform(-spread, spread, size=(frames, molecules, 1, 3))
    return (shapes + places).reshape(frames, 3 * molecules, 3)


def maxwell(masses: Array, shape: tuple[int, ...], generator: np.random.Generator) -> Array:
    return np.sqrt(BOLTZMANN_AMU_A2_PS2 * TEMPERATURE / masses)[:, None] * generator.normal(size=shape)


def without(positions: Array, velocities: Array, masses: Array, turning: bool) -> Array:
    """Velocities [T,N,3] of which the motion, and if wanted the rotation, of the whole is taken out."""
    out = np.empty_like(velocities)
    for frame, (x, v) in enumerate(zip(positions, velocities, strict=True)):
        arms, speeds = centered(x, masses), centered(v, masses)
        if turning:
            inertia = np.einsum("i,i,ab->ab", masses, np.sum(arms**2, axis=1), np.eye(3))
            inertia -= np.einsum("i,ia,ib->ab", masses, arms, arms)
            speeds = speeds - np.cross(np.linalg.solve(inertia, masses @ np.cross(arms, speeds)), arms)
        out[frame] = speeds
    return out


@pytest.mark.parametrize("momentum", ["free", "zero"])
def test_flexible_molecules_in_a_box(momentum: str) -> None:
    """Also whether or not the run conserves its momentum: three degrees of freedom are taken out either way."""
    generator = np.random.default_rng(1)
    masses = np.tile(MASSES, 4)
    positions = placed(2000, 4, generator)
    velocities = maxwell(masses, positions.shape, generator)
    if momentum == "zero":
        velocities = without(positions, velocities, masses, turning=False)
    universe = motion("OHH" * 4, positions, velocities=velocities, dimensions=BOX)
    result = KineticTemperature(universe, molecules=np.arange(12).reshape(4, 3)).run().result
    assert result.metadata["degrees_of_freedom"] == pytest.approx({"translation": 9, "rotation": 12, "vibration": 12})
    for kind in ("translation", "rotation", "vibration"):
        found = result[f"temperature_{kind}"]
        assert abs(found.values - TEMPERATURE) < 3 * found.errors
        assert found.errors == pytest.approx(TEMPERATURE * np.sqrt(2 / (2000 * 10)), rel=0.4)
    assert abs(result["rotation_less_translation"].values) < 3 * result["rotation_less_translation"].errors
    # Equipartition is of equilibrium, and no symmetry.
    assert all(quantity.expected is None for quantity in result.quantities)
    assert result["temperature_rotation"].blocks is not None


@pytest.mark.parametrize("conserved", [False, True])
def test_cluster_in_free_space(conserved: bool) -> None:
    """The freedom that the rotation of the whole takes from translations and rotations is counted right."""
    generator = np.random.default_rng(2)
    masses = np.tile(MASSES, 3)
    positions = placed(1500, 3, generator)
    velocities = maxwell(masses, positions.shape, generator)
    if conserved:
        velocities = without(positions, velocities, masses, turning=True)
    universe = motion("OHH" * 3, positions, velocities=velocities)
    result = KineticTemperature(universe, molecules=np.arange(9).reshape(3, 3)).run().result
    freedom = result.metadata["degrees_of_freedom"]
    assert sum(freedom.values()) == pytest.approx(24)
    assert freedom["whole"] == pytest.approx(3)
    assert 3 < freedom["translation"] < 6
    for kind in ("translation", "rotation", "vibration"):
        found = result[f"temperature_{kind}"]
        assert abs(found.values - TEMPERATURE) < 3 * found.errors
    whole = result["temperature_whole"]
    if conserved:
        assert whole.values == pytest.approx(0, abs=1e-3)
    else:
        assert abs(whole.values - TEMPERATURE) < 3 * whole.errors


def test_rigid_molecules_have_no_vibration() -> None:
    generator = np.random.default_rng(3)
    positions = placed(1000, 2, generator)
    arms = positions.reshape(-1, 2, 3, 3)
    arms = arms - np.einsum("n,tmna->tma", MASSES, arms)[:, :, None] / MASSES.sum()
    turning = generator.normal(size=(len(arms), 2, 1, 3))
    velocities = (generator.normal(size=(len(arms), 2, 1, 3)) + np.cross(turning, arms)).reshape(positions.shape)
    universe = motion("OHH" * 2, positions, velocities=velocities, dimensions=BOX)
    result = KineticTemperature(universe, molecules=np.arange(6).reshape(2, 3)).run().result
    assert "temperature_vibration" not in [quantity.name for quantity in result.quantities]
    assert "6 distances within molecules are constant and treated as constraints, which remove 6 degrees" in " ".join(
        result.notes
    )
    # K_rot = omega I omega / 2 with omega of variance 1: the trace of I.
    trace = 2 * float(np.sum(MASSES * np.sum(SHAPE**2, axis=1)))
    expected = 2 * trace / 6 / BOLTZMANN_AMU_A2_PS2
    assert result["temperature_rotation"].values == pytest.approx(expected, rel=0.05)


def test_hot_rotation_is_seen() -> None:
    generator = np.random.default_rng(4)
    masses = np.tile(MASSES, 4)
    positions = placed(1500, 4, generator)
    shapes = positions.reshape(-1, 4, 3, 3)
    arms = shapes - np.einsum("n,tmna->tma", MASSES, shapes)[:, :, None] / MASSES.sum()
    hot = maxwell(masses, positions.shape, generator)
    # 20 % more angular velocity is 44 % more temperature.
    inertia = np.einsum("n,tmna,tmna->tm", MASSES, arms, arms)[..., None, None] * np.eye(3)
    inertia = inertia - np.einsum("n,tmna,tmnb->tmab", MASSES, arms, arms)
    momenta = np.einsum("n,tmna->tma", MASSES, np.cross(arms, hot.reshape(arms.shape)))
    turning = np.linalg.solve(inertia, momenta[..., None])[..., 0]
    hot = hot + 0.2 * np.cross(turning[:, :, None], arms).reshape(hot.shape)
    universe = motion("OHH" * 4, positions, velocities=hot, dimensions=BOX)
    result = KineticTemperature(universe, molecules=np.arange(12).reshape(4, 3)).run().result
    rotation = result["temperature_rotation"]
    assert abs(rotation.values - 1.44 * TEMPERATURE) < 3 * rotation.errors
    assert result["rotation_less_translation"].values > 5 * result["rotation_less_translation"].errors


def test_one_molecule_alone() -> None:
    generator = np.random.default_rng(5)
    positions = placed(2000, 1, generator)
    universe = motion("OHH", positions, velocities=maxwell(MASSES, positions.shape, generator))
    result = KineticTemperature(universe).run().result
    assert result.metadata["degrees_of_freedom"] == pytest.approx({"rotation": 3, "vibration": 3})
    for kind in ("rotation", "vibration"):
        found = result[f"temperature_{kind}"]
        assert abs(found.values - TEMPERATURE) < 3 * found.errors
        # Another run starts with another energy and L.
        assert found.blocks is None
    assert "a temperature needs a thermostat" in " ".join(result.notes)


def test_linear_molecules_and_atoms() -> None:
    generator = np.random.default_rng(6)
    line = np.array([[0.0, 0, 0], [0, 0, 1.16], [0, 0, -1.16], [4, 0, 0], [4, 1.16, 0], [4, -1.16, 0], [0, 5, 5]])
    positions = np.tile(line, (2000, 1, 1))
    masses = masses_of("COOCOOO")
    universe = motion("COOCOOO", positions, velocities=maxwell(masses, positions.shape, generator), dimensions=BOX)
    result = KineticTemperature(universe, molecules=[[0, 1, 2], [3, 4, 5], [6]]).run().result
    assert result.metadata["degrees_of_freedom"] == pytest.approx({"translation": 6, "rotation": 4, "vibration": 8})
    for kind in ("translation", "rotation", "vibration"):
        found = result[f"temperature_{kind}"]
        assert abs(found.values - TEMPERATURE) < 3.5 * found.errors


def test_processes_give_the_same(processes: Processes) -> None:
    generator = np.random.default_rng(7)
    positions = placed(60, 2, generator)
    velocities = maxwell(np.tile(MASSES, 2), positions.shape, generator)
    universe = motion("OHH" * 2, positions, velocities=velocities, dimensions=BOX)
    observable = KineticTemperature(universe, molecules=[[0, 1, 2], [3, 4, 5]])
    serial = observable.run().result
    parallel = observable.run(backend=processes).result
    for one, two in zip(serial.quantities, parallel.quantities, strict=True):
        assert two.values == pytest.approx(one.values, rel=1e-12)


def test_what_has_no_temperature_is_refused() -> None:
    generator = np.random.default_rng(8)
    positions = placed(5, 1, generator)
    with pytest.raises(NotApplicableError, match=r"velocities, got .*positions"):
        KineticTemperature(motion("OHH", positions))
    beads = np.stack([positions, positions + 0.1], axis=1)
    with pytest.raises(NotApplicableError, match=r"classical.*got .* 2 beads"):
        KineticTemperature(motion("OHH", beads, velocities=np.zeros_like(beads)))
