"""Rotations of bodies that turn in a known way, and of a lattice in its cell."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation
from support.motions import ammonia, centered, free_symmetric_top, masses_of, motion, water

from tumble.errors import NotApplicableError
from tumble.observables.motion.rotation import BodyRotation, LatticeRotation


def spun(axis: np.ndarray, degrees: np.ndarray) -> np.ndarray:
    """Water, turned about an axis by so many degrees, [T,3,3]."""
    _, shape = water()
    vectors = np.radians(degrees)[:, None] * axis / np.linalg.norm(axis)
    return np.einsum("tab,nb->tna", Rotation.from_rotvec(vectors).as_matrix(), shape)


def turned(result: object) -> np.ndarray:
    """The rotation since the start, [T,3] in degrees."""
    return np.stack([result[f"rotation_{axis}"].values for axis in "xyz"], axis=1)


def test_turns_are_counted_over_many_turns() -> None:
    axis = np.array([1.0, 2.0, -2.0]) / 3
    degrees = 7.3 * np.arange(400)  # eight turns
    drift = np.array([0.3, 0.1, 0.0]) * np.arange(400)[:, None, None]
    result = BodyRotation(motion("OHH", spun(axis, degrees) + drift, step=0.002)).run().result
    assert turned(result) == pytest.approx(degrees[:, None] * axis, abs=0.02)
    folded = np.abs((degrees + 180) % 360 - 180)
    assert result["rotation_angle"].values == pytest.approx(folded, abs=0.02)
    assert result["angular_velocity"].values == pytest.approx(7.3 / 0.002 * axis, rel=1e-3)
    # Another run starts with another angular momentum.
    assert result["angular_velocity"].blocks is None
    assert result.metadata["distance_from_reference_A"] < 1e-4


def test_there_and_back() -> None:
    degrees = 300 * np.sin(np.linspace(0, 2 * np.pi, 201))
    result = BodyRotation(motion("OHH", spun(np.array([0.0, 0, 1]), degrees))).run().result
    assert turned(result)[:, 2] == pytest.approx(degrees, abs=0.02)


def test_free_top_turns_about_its_angular_momentum() -> None:
    """The precession of a free symmetric top is known in closed form."""
    elements, shape = ammonia()
    masses = masses_of(elements)
    times = 0.001 * np.arange(2000)
    positions, _, rotations = free_symmetric_top(shape, masses, 40.0, 0.3, times)
    result = BodyRotation(motion(elements, positions, step=0.001)).run().result
    against = Rotation.from_matrix(rotations @ rotations[0].T)
    assert result["rotation_angle"].values == pytest.approx(np.degrees(against.magnitude()), abs=0.1)
    # Over many turns the mean angular velocity has no part across L.
    mean = result["angular_velocity"].values
    assert np.linalg.norm(mean[:2]) < 0.02 * mean[2]


def test_vibration_is_not_a_rotation() -> None:
    elements, shape = water()
    masses = masses_of(elements)
    times = np.arange(300)
    stretched = np.array([centered(shape * (1 + 0.1 * np.sin(0.7 * t)), masses) for t in times])
    result = BodyRotation(motion(elements, stretched)).run().result
    assert np.max(result["rotation_angle"].values) < 0.01
    assert result.metadata["distance_from_reference_A"] > 0.01


def test_ring_polymers_turn_as_their_centroid() -> None:
    positions = spun(np.array([0.0, 0, 1]), 5.0 * np.arange(50))
    generator = np.random.default_rng(1)
    offsets = 0.1 * generator.normal(size=(50, 4, 3, 3))
    offsets -= offsets.mean(axis=1, keepdims=True)
    result = BodyRotation(motion("OHH", positions[:, None] + offsets)).run().result
    assert turned(result)[:, 2] == pytest.approx(5.0 * np.arange(50), abs=0.02)


def test_frames_too_far_apart_have_no_turns() -> None:
    result = BodyRotation(motion("OHH", spun(np.array([0.0, 0, 1]), 110.0 * np.arange(20)))).run().result
    assert [quantity.name for quantity in result.quantities] == ["rotation_angle"]
    assert "The largest rotation between two frames is 110°" in result.notes[-1]


def test_line_and_periodic_cell_are_refused() -> None:
    line = np.array([[[0.0, 0, 0], [0, 0, 1.0], [0, 0, 2.0]]] * 3)
    with pytest.raises(NotApplicableError, match=r"`.*`: .* linear, got .*linear"):
        BodyRotation(motion("OCO", line)).run()
    box = np.array([6.0, 6, 6, 90, 90, 90])
    with pytest.raises(NotApplicableError, match="isolated system"):
        BodyRotation(motion("OHH", spun(np.ones(3), np.zeros(4)), dimensions=box))


def crystal(frames: int, degrees: np.ndarray, wrapped: bool) -> tuple[np.ndarray, np.ndarray]:
    """A cubic lattice that librates as a whole, with vibrations, in a cell of 12 Å."""
    generator = np.random.default_rng(2)
    places = 3.0 * np.stack(np.meshgrid(*[np.arange(4)] * 3, indexing="ij"), axis=-1).reshape(-1, 3) - 4.5
    rotations = Rotation.from_rotvec(np.radians(degrees)[:, None] * np.array([0.0, 1.0, 0.0])).as_matrix()
    positions = np.einsum("tab,nb->tna", rotations, places) + 0.02 * generator.normal(size=(frames, 64, 3))
    return (positions + 0.5) % 12.0 if wrapped else positions, np.array([12.0, 12, 12, 90, 90, 90])


@pytest.mark.parametrize("wrapped", [False, True])
def test_lattice_librates(wrapped: bool) -> None:
    degrees = 3.0 * np.sin(0.2 * np.arange(200))
    positions, box = crystal(200, degrees, wrapped)
    if wrapped:
        # The first frame is the reference: it has to be in one piece, as a crystal inside its cell is.
        positions[0] = crystal(200, degrees, wrapped=False)[0][0] + 0.5
    universe = motion(["O"] * 64, positions, dimensions=box)
    result = LatticeRotation(universe).run().result
    assert turned(result)[:, 1] == pytest.approx(degrees, abs=0.2)
    assert result["angular_velocity"].blocks is not None
    assert result.notes == ()


def test_melted_lattice_says_so() -> None:
    steps = np.random.default_rng(3).normal(size=(300, 64, 3)) * 0.3
    positions, box = crystal(300, np.zeros(300), wrapped=False)
    result = LatticeRotation(motion(["O"] * 64, positions + np.cumsum(steps, axis=0), dimensions=box)).run().result
    assert "no longer a lattice" in " ".join(result.notes)
