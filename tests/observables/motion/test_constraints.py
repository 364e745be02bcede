"""Constraints of a real run with SHAKE, and of rotors as leap-frog and rounding leave them in files."""

from __future__ import annotations

from pathlib import Path

import MDAnalysis
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation
from support.motions import centered, masses_of, motion, water
from support.one_observable import result_of
from support.trajectories import run_lammps_rigid_water

from tumble.analysis import open_trajectory
from tumble.observables.base.opened_run import OpenedRun
from tumble.observables.base.settings import Settings
from tumble.observables.dynamics.spectrum import VibrationalSpectrum
from tumble.observables.frames.molecules import Molecules
from tumble.observables.frames.rigid_motion import BOLTZMANN_AMU_A2_PS2
from tumble.observables.motion import constraints
from tumble.observables.motion.constraints import Constraints
from tumble.observables.motion.drift import Drift
from tumble.observables.motion.kinetic_temperature import KineticTemperature
from tumble.runs import open_run

Array = NDArray[np.float64]

_, SHAPE = water()
MASSES = masses_of("OHH")
FRAMES, MOLECULES = 40, 5


def rotors(step: float, seed: int = 1) -> tuple[Array, Array]:
    """Rigid waters at 300 K, with velocities of half a step (ps) before the positions: [T,3M,3] each."""
    generator = np.random.default_rng(seed)
    shape = centered(SHAPE, MASSES)
    positions, velocities = np.empty((2, FRAMES, MOLECULES, 3, 3))
    for place in np.ndindex(FRAMES, MOLECULES):
        turned = Rotation.random(rng=generator).apply(shape)
        inertia = np.einsum("n,nx,nx,ab->ab", MASSES, turned, turned, np.eye(3))
        inertia -= np.einsum("n,na,nb->ab", MASSES, turned, turned)
        turning = generator.multivariate_normal(np.zeros(3), BOLTZMANN_AMU_A2_PS2 * 300 * np.linalg.inv(inertia))
        before = Rotation.from_rotvec(-0.5 * step * turning).apply(turned)
        velocities[place] = np.cross(turning, before) + generator.normal(scale=4.0, size=3)
        positions[place] = turned + 4.0 * np.array([place[1], 0, 0])
    return positions.reshape(FRAMES, -1, 3), velocities.reshape(FRAMES, -1, 3)


def found(universe: MDAnalysis.Universe) -> tuple[int, int]:
    molecules = Molecules(universe, np.arange(len(universe.atoms)).reshape(-1, 3))
    made = Constraints(universe, molecules)
    return made.distances, made.freedoms


@pytest.fixture(scope="module")
def rigid_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a run of LAMMPS with SHAKE."""
    folder = tmp_path_factory.mktemp("rigid")
    run_lammps_rigid_water(folder)
    return folder


def test_shake_in_lammps(rigid_run: Path) -> None:
    universe = open_trajectory(rigid_run / "water.dump", timestep=0.001, units="real")
    result = KineticTemperature(universe).run().result
    assert result.metadata["degrees_of_freedom"] == pytest.approx({"translation": 78, "rotation": 81})
    names = [quantity.name for quantity in result.quantities]
    assert not [name for name in names if "vibration" in name]
    # Three freedoms are missing from three atoms: temperatures of elements would come out by a third too low.
    for from_positions in (False, True):
        spectrum = VibrationalSpectrum(universe, resolution=100, from_positions=from_positions).run().result
        assert [quantity.name for quantity in spectrum.quantities] == ["dos_H", "dos_O"]
        assert any("removes degrees of freedom from H, O" in note for note in spectrum.notes)


def test_observables_of_a_run_share_one_search(rigid_run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the results that each has with a search of its own."""
    opened = OpenedRun(open_run(rigid_run), Settings(resolution=100))
    own = [
        VibrationalSpectrum(opened.universe, resolution=100).run().result,
        Drift(opened.universe, thermostat=opened.run.thermostat, isolated=False, lattice=False).run().result,
    ]
    searches: list[None] = []
    monkeypatch.setattr(constraints, "_kept", lambda *given, do=constraints._kept: searches.append(None) or do(*given))
    shared = [result_of(kind, opened) for kind in (VibrationalSpectrum, Drift)]
    assert len(searches) == 1
    assert "temperature_rotation" in [quantity.name for quantity in shared[1].quantities]
    for result, other in zip(shared, own, strict=True):
        for quantity in other.quantities:
            np.testing.assert_array_equal(result[quantity.name].values, quantity.values)
            np.testing.assert_array_equal(result[quantity.name].errors, quantity.errors)


@pytest.mark.parametrize("step", [0.0, 0.002, 0.004], ids=["exact", "leap-frog of 2 fs", "of 4 fs"])
@pytest.mark.parametrize("digits", [5, 2], ids=["exact", "rounded to 0.01 Å"])
@pytest.mark.parametrize("velocities", [True, False])
def test_rigid_water_as_files_have_it(step: float, digits: int, velocities: bool) -> None:
    positions, speeds = rotors(step)
    given = speeds.round(2) if velocities else None
    universe = motion("OHH" * MOLECULES, positions.round(digits), velocities=given)
    assert found(universe) == (3 * MOLECULES, 3 * MOLECULES)


@pytest.mark.parametrize("temperature", [300.0, 30.0])
def test_flexible_water_has_none(temperature: float) -> None:
    # O-H bonds as stiff as those of water, 3700 cm⁻¹, classical.
    generator = np.random.default_rng(3)
    positions, _ = rotors(0.0)
    masses = np.tile(MASSES, MOLECULES)
    positions = positions + 0.016 * np.sqrt(temperature / 300) * generator.normal(size=positions.shape)
    speeds = np.sqrt(BOLTZMANN_AMU_A2_PS2 * temperature / masses)[:, None] * generator.normal(size=positions.shape)
    assert found(motion("OHH" * MOLECULES, positions, velocities=speeds)) == (0, 0)
    assert found(motion("OHH" * MOLECULES, positions)) == (0, 0)
    # In a single frame of few molecules nothing can be told.
    assert found(motion("OHH" * MOLECULES, positions[:1], velocities=speeds[:1])) == (0, 0)


def test_bonds_alone() -> None:
    # SHAKE for the bonds of hydrogens only, not for the angle: one freedom is left for the vibration.
    generator = np.random.default_rng(4)
    positions, _ = rotors(0.0)
    masses = np.tile(MASSES, MOLECULES)
    speeds = np.sqrt(BOLTZMANN_AMU_A2_PS2 * 300 / masses)[:, None] * generator.normal(size=positions.shape)
    shapes, free = positions.reshape(-1, 3, 3), speeds.reshape(-1, 3, 3)
    inverse = np.diag(1 / MASSES)
    for x, v in zip(shapes, free, strict=True):
        gradient = np.zeros((2, 3, 3))
        for bond in (0, 1):
            gradient[bond, 0], gradient[bond, bond + 1] = x[0] - x[bond + 1], x[bond + 1] - x[0]
        matrix = np.einsum("anx,nm,bmx->ab", gradient, inverse, gradient)
        multipliers = np.linalg.solve(matrix, np.einsum("anx,nx->a", gradient, v))
        v -= np.einsum("nm,amx,a->nx", inverse, gradient, multipliers)
    universe = motion("OHH" * MOLECULES, positions, velocities=speeds, dimensions=np.array([40.0] * 3 + [90.0] * 3))
    assert found(universe) == (2 * MOLECULES, 2 * MOLECULES)
    molecules = np.arange(3 * MOLECULES).reshape(-1, 3)
    result = KineticTemperature(universe, molecules=molecules).run().result
    assert result.metadata["degrees_of_freedom"]["vibration"] == pytest.approx(MOLECULES)
    vibration = result["temperature_vibration"]
    assert abs(float(vibration.values) - 300) < 3 * float(vibration.errors)
    assert float(vibration.errors) < 40


def test_linear_molecule() -> None:
    # Three rigid atoms on a line: 9 freedoms, 3 of translation, 2 of rotation, and 4 that constraints take.
    generator = np.random.default_rng(5)
    directions = generator.normal(size=(FRAMES, 1, 3))
    directions /= np.linalg.norm(directions, axis=-1, keepdims=True)
    along = np.array([0.0, 1.16, -1.16])[:, None]
    turning = np.cross(generator.normal(size=(FRAMES, 1, 3)), directions)
    universe = motion("COO", along * directions, velocities=along * turning)
    assert found(universe) == (3, 4)
