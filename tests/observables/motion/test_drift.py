"""What of drift applies to which run."""

from __future__ import annotations

import json

import numpy as np
import pytest
from support.motions import ammonia, free_symmetric_top, masses_of, motion, water

from tumble.errors import ConfigurationError, NotApplicableError
from tumble.observables.motion.drift import Drift
from tumble.observables.quantities.result import Result

STEP = 0.002
BOX = np.array([12.0, 12, 12, 90, 90, 90])


def names(result: Result) -> set[str]:
    return {quantity.name for quantity in result.quantities}


def liquid(frames: int, generator: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Six waters that jump about, with velocities of no meaning."""
    shape = water()[1]
    places = generator.uniform(0, 12, size=(6, 1, 3)) + np.cumsum(
        0.3 * generator.normal(size=(frames, 6, 1, 3)), axis=0
    )
    positions = (places + shape + 0.03 * generator.normal(size=(frames, 6, 3, 3))).reshape(frames, 18, 3)
    return positions, generator.normal(size=positions.shape)


def test_isolated_molecule_with_logs() -> None:
    elements, shape = ammonia()
    times = STEP * np.arange(300)
    positions, velocities, _ = free_symmetric_top(shape, masses_of(elements), 40.0, 0.4, times)
    universe = motion(elements, positions, velocities=velocities, step=STEP)
    generator = np.random.default_rng(1)
    drift = Drift(
        universe,
        thermostat="none",
        molecules=[[0, 1, 2, 3]],
        conserved=(times, 1e-4 * generator.normal(size=300)),
        torque=(times, 1e-3 * generator.normal(size=(300, 1, 3))),
    )
    result = drift.run().result
    assert result.observable == "drift"
    expected = {"angular_momentum", "torque_rms", "rotation_angle", "angular_velocity", "temperature_rotation"}
    assert expected | {"conserved_drift", "frame_torque_rms"} <= names(result)
    assert set(result.metadata) == {"angular_momentum", "body_rotation", "kinetic_temperature", "conserved", "symmetry"}
    assert len(names(result)) == len(result.quantities)
    assert Result.from_dict(json.loads(result.to_json())).to_json() == result.to_json()


def test_liquid_has_no_angular_momentum() -> None:
    positions, velocities = liquid(100, np.random.default_rng(2))
    universe = motion("OHH" * 6, positions, velocities=velocities, dimensions=BOX, step=STEP)
    molecules = np.arange(18).reshape(6, 3)
    result = Drift(universe, molecules=molecules).run().result
    assert {"molecular_angular_velocity", "molecular_rotation_x", "temperature_translation"} <= names(result)
    # Atoms have moved far, so this is no lattice.
    assert not {"angular_momentum", "rotation_angle"} & names(result)
    assert any(note.startswith("No angular momentum: `universe`: expected an isolated system") for note in result.notes)
    parallel = Drift(universe, molecules=molecules).run(backend="multiprocessing", n_workers=2).result
    for one, two in zip(result.quantities, parallel.quantities, strict=True):
        assert two.values == pytest.approx(one.values, nan_ok=True)


def test_ring_polymers_under_a_thermostat() -> None:
    positions, _ = liquid(60, np.random.default_rng(3))
    beads = np.stack([positions, positions + 0.02], axis=1)
    universe = motion("OHH" * 6, beads, dimensions=BOX, step=STEP)
    result = Drift(universe, molecules=np.arange(18).reshape(6, 3), thermostat="local").run(stop=40).result
    assert "molecular_angular_velocity" in names(result)
    assert result.metadata["molecular_rotation"]["frames"] == 40
    reasons = " ".join(result.notes)
    assert "got a local one" in reasons
    assert "expected classical nuclei, got ring polymers of 2 beads" in reasons


def test_lattice_is_shown_where_there_is_one() -> None:
    generator = np.random.default_rng(4)
    places = 3.0 * np.stack(np.meshgrid(*[np.arange(4)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    positions = places + 0.05 * generator.normal(size=(100, 64, 3))
    result = Drift(motion(["O"] * 64, positions, dimensions=BOX, step=STEP)).run().result
    assert {"rotation_angle", "angular_velocity"} <= names(result)
    assert any(note.startswith("No rotation of molecules: `molecules`: expected water") for note in result.notes)


def test_nothing_to_tell_is_refused() -> None:
    line = np.array([[[0.0, 0, 0]]] * 5)
    with pytest.raises(NotApplicableError, match="got none: No angular"):
        Drift(motion("O", line, dimensions=np.array([3.0, 3, 3, 90, 90, 90]))).run()
    with pytest.raises(ConfigurationError, match="call of `run`"):
        _ = Drift(motion("O", line)).result


def test_a_damaged_log_leaves_what_the_trajectory_tells() -> None:
    generator = np.random.default_rng(4)
    places = 3.0 * np.stack(np.meshgrid(*[np.arange(4)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    positions = places + 0.05 * generator.normal(size=(100, 64, 3))
    irregular = (np.array([0.0, 1.0, 3.5, 4.0]), np.zeros(4))
    result = Drift(motion(["O"] * 64, positions, dimensions=BOX, step=STEP), conserved=irregular).run().result
    assert "rotation_angle" in names(result)
    assert any(note.startswith("No drift of the conserved quantity: `times`: expected rows") for note in result.notes)
