"""Mean square displacements and diffusion constants against MDAnalysis, direct sums and random walks."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import MDAnalysis
import numpy as np
import pytest
from MDAnalysis.analysis.msd import EinsteinMSD
from numpy.typing import NDArray
from scipy import constants
from support.motions import masses_of, motion
from support.rotors import atoms
from support.trajectories import LAMMPS_TIMESTEP, run_lammps_expanding

from tumble.analysis import open_trajectory
from tumble.errors import ConfigurationError, NotApplicableError, SettingError
from tumble.observables.dynamics.diffusion import XI
from tumble.observables.dynamics.msd import MeanSquareDisplacement

Array = NDArray[np.float64]

EDGE, STEP = 9.0, 0.1
CUBE = np.array([EDGE, EDGE, EDGE, 90, 90, 90], dtype=np.float32)
SLOPES = 2 * STEP  # variance of a step along an axis with the diffusion constant 1 Å²/ps, Å²


def liquid(
    frames: int, molecules: int, seed: int = 1, diffusion: tuple[float, float, float] = (0.5, 0.5, 0.5)
) -> Array:
    """Random walks of molecules that tumble at random, O H H each, [T,3M,3], unwrapped."""
    generator = np.random.default_rng(seed)
    steps = generator.normal(size=(frames, molecules, 3)) * np.sqrt(SLOPES * np.array(diffusion))
    steps[0] = EDGE / 3 * np.argwhere(np.ones((3, 3, 3)))[:molecules]  # so that molecules are found
    oxygens = np.cumsum(steps, axis=0)
    sums = generator.normal(size=(frames, molecules, 3))
    return atoms(oxygens, 1.16 * sums / np.linalg.norm(sums, axis=-1, keepdims=True))


def universe(positions: Array, box: Array | None = CUBE, *, wrap: bool = True) -> MDAnalysis.Universe:
    given = np.mod(positions, EDGE) if wrap else positions
    return motion("OHH" * (positions.shape[-2] // 3), given, dimensions=box, step=STEP)


def direct(x: Array, lags: int) -> Array:
    """Over particles and origins by definition, [L+1]."""
    return np.array([np.mean(np.sum((x[lag:] - x[: len(x) - lag]) ** 2, axis=-1)) for lag in range(lags + 1)])


def test_equals_mdanalysis() -> None:
    positions = liquid(60, 5)
    ours = MeanSquareDisplacement(universe(positions), longest=5.9, fit=(2.0, 5.0), remove_drift=False).run().result
    plain = universe(positions, None, wrap=False)
    for symbol in ("O", "H"):
        theirs = EinsteinMSD(plain, select=f"element {symbol}", msd_type="xyz", fft=False).run()
        quantity = ours[f"msd_{symbol}"]
        assert quantity.values == pytest.approx(theirs.results.timeseries, rel=1e-5, abs=1e-5)
        assert quantity.axes[0].values == pytest.approx(theirs.results.delta_t_values, abs=1e-9)
        assert (quantity.unit, quantity.axes[0].unit) == ("Å²", "ps")


def test_molecules_follow_their_centers_of_mass() -> None:
    positions = liquid(80, 4, seed=2)
    masses = masses_of("OHH")
    centers = np.einsum("a,tmax->tmx", masses, positions.reshape(80, 4, 3, 3)) / masses.sum()
    result = MeanSquareDisplacement(universe(positions), longest=4.0, remove_drift=False).run().result
    assert result["msd_molecules"].values == pytest.approx(direct(centers, 40), rel=1e-5, abs=1e-5)
    without_drift = centers - centers.mean(axis=1, keepdims=True)
    relative = MeanSquareDisplacement(universe(positions), longest=4.0).run().result
    assert relative["msd_molecules"].values == pytest.approx(direct(without_drift, 40), rel=1e-5, abs=1e-5)
    assert relative.metadata["drift_removed"]


def test_diffusion_constant_of_random_walks() -> None:
    result = MeanSquareDisplacement(universe(liquid(2000, 20)), fit=(1.0, 5.0)).run().result
    share = 1 - 1 / 20  # of the variance that is left without the motion of the center of mass
    for name in ("D_O", "D_H", "D_molecules"):
        quantity = result[name]
        assert quantity.unit == "Å²/ps"
        assert 0 < quantity.errors < 0.05
        assert quantity.values == pytest.approx(0.5 * share, abs=3 * float(quantity.errors))
    anisotropy = result["D_anisotropy_molecules"]
    assert anisotropy.values.sum() == pytest.approx(0.0, abs=1e-12)
    assert anisotropy.expected == pytest.approx(np.zeros(3))
    assert np.all(np.abs(anisotropy.values) < 3.5 * anisotropy.errors)
    assert not any("linear" in note for note in result.notes)
    assert any("give the viscosity" in note for note in result.notes)


def test_faster_diffusion_along_one_axis_is_seen() -> None:
    positions = liquid(2000, 20, diffusion=(0.5, 0.5, 1.1))
    anisotropy = MeanSquareDisplacement(universe(positions), fit=(1.0, 5.0)).run().result["D_anisotropy_molecules"]
    assert anisotropy.values == pytest.approx([-0.19, -0.19, 0.38], abs=0.12)
    assert anisotropy.values[2] > 4 * anisotropy.errors[2]


def test_nothing_is_expected_of_axes_in_a_box_that_is_no_cube() -> None:
    box = np.array([EDGE, EDGE, 2 * EDGE, 90, 90, 90], dtype=np.float32)
    result = MeanSquareDisplacement(universe(liquid(60, 4), box, wrap=False)).run().result
    assert result["D_anisotropy_O"].expected is None


def test_unwrapped_and_wrapped_coordinates_give_the_same() -> None:
    positions = liquid(100, 5)
    results = [
        MeanSquareDisplacement(universe(positions, wrap=wrap), unwrapped=unwrapped).run().result["msd_O"].values
        for wrap, unwrapped in ((True, False), (False, False), (False, True))
    ]
    assert results[1] == pytest.approx(results[0], rel=1e-5, abs=1e-6)
    assert results[2] == pytest.approx(results[0], rel=1e-5, abs=1e-6)


def test_what_the_reader_knows_of_unwrapping_is_used() -> None:
    positions = liquid(60, 2, diffusion=(30.0, 30.0, 30.0))  # by more than half the box from frame to frame
    made = universe(positions, wrap=False)
    made.trajectory.unwrapped = True
    assert MeanSquareDisplacement(made, remove_drift=False).run().result["D_O"].values == pytest.approx(30, rel=0.5)
    with pytest.raises(NotApplicableError, match="half the box"):
        MeanSquareDisplacement(made, unwrapped=False).run()


def test_drift_of_all_is_removed() -> None:
    positions = liquid(200, 10)
    drifting = positions + 0.2 * np.arange(200)[:, None, None]
    still, moving = (
        MeanSquareDisplacement(universe(each)).run().result["D_molecules"].values for each in (positions, drifting)
    )
    assert moving == pytest.approx(still, rel=1e-4)
    kept = MeanSquareDisplacement(universe(drifting), remove_drift=False).run().result["D_molecules"].values
    assert kept > 2 * still


def test_single_molecule_keeps_its_motion() -> None:
    result = MeanSquareDisplacement(universe(liquid(100, 1), None, wrap=False)).run().result
    assert not result.metadata["drift_removed"]
    assert result["D_molecules"].values > 0.1
    assert result["D_anisotropy_molecules"].expected is not None


def test_ring_polymers_by_their_centroids() -> None:
    centroids = liquid(80, 4, seed=3)
    spread = np.random.default_rng(4).normal(scale=0.05, size=(80, 8, 12, 3))
    spread -= spread.mean(axis=1, keepdims=True)
    rings = universe(centroids[:, None] + spread, wrap=False)
    found = MeanSquareDisplacement(rings, longest=4.0).run().result
    expected = MeanSquareDisplacement(universe(centroids, wrap=False), longest=4.0).run().result
    assert found["msd_H"].values == pytest.approx(expected["msd_H"].values, rel=1e-5, abs=1e-5)
    assert found.metadata["beads"] == 8
    assert any("RPMD" in note for note in found.notes)


def test_finite_size_correction() -> None:
    made = universe(liquid(200, 5))
    result = MeanSquareDisplacement(made, temperature=300.0, viscosity=0.85).run().result
    added = result["D_infinite_molecules"].values - result["D_molecules"].values
    expected = XI * constants.k * 300 / (6 * np.pi * 0.85e-3 * EDGE * 1e-10) * 1e8  # m²/s to Å²/ps
    assert added == pytest.approx(expected, rel=1e-6)
    assert result["D_infinite_molecules"].errors == pytest.approx(result["D_molecules"].errors, rel=1e-9)
    assert not any("give the viscosity" in note for note in result.notes)


# By default there are nine points, of which five are in the window.
@pytest.mark.parametrize("longest", [2.0, None])
def test_what_isn_t_straight_is_said(longest: float | None) -> None:
    # Free flight: the square of time.
    speeds = np.random.default_rng(5).normal(size=(4, 1, 3)).repeat(3, axis=1).reshape(12, 3)
    positions = liquid(1, 4)[0] + 0.05 * np.arange(200)[:, None, None] * speeds
    notes = MeanSquareDisplacement(universe(positions), remove_drift=False, longest=longest).run().result.notes
    (text,) = [note for note in notes if "molecules isn't linear in the window of the fit" in note]
    # The slope of t² between two times is proportional to their sum; the window goes from L/2 to L.
    assert float(re.search(r"half is ([0-9.]+)", text)[1]) == pytest.approx(7 / 5, abs=0.02)  # type: ignore[index]


def test_a_window_before_molecules_leave_their_cage_is_noted() -> None:
    def early(**settings: Any) -> list[str]:
        analysis = MeanSquareDisplacement(universe(liquid(100, 4)), **settings).run()
        return [note for note in analysis.result.notes if "cage" in note]

    (note,) = early(longest=2.0)
    assert "from 1 to 2 ps" in note
    assert not early(longest=4.0)  # from 2 ps
    assert not early(longest=2.0, fit=(0.5, 2.0))  # chosen by the user


def test_what_doesn_t_move() -> None:
    still = np.tile(liquid(1, 4), (60, 1, 1))
    result = MeanSquareDisplacement(universe(still)).run().result
    assert result["D_O"].values == pytest.approx(0.0, abs=1e-9)
    assert result["D_O"].errors == pytest.approx(0.0, abs=1e-9)
    assert not any("linear" in note for note in result.notes)


def test_elements_without_molecules() -> None:
    positions = np.cumsum(np.random.default_rng(6).normal(scale=0.1, size=(100, 4, 3)), axis=0)
    result = MeanSquareDisplacement(motion("NNCC", positions, dimensions=CUBE, step=STEP)).run().result
    assert [quantity.name for quantity in result.quantities if not quantity.axes] == ["D_C", "D_N"]
    assert any("this isn't water" in note for note in result.notes)


def test_broken_molecules_are_said() -> None:
    positions = liquid(60, 4)
    positions[50:, 1] = positions[50:, 0] + [0.0, 0.0, 1.6]
    notes = MeanSquareDisplacement(universe(positions)).run().result.notes
    assert any("10 of 240 molecules" in note for note in notes)


def test_bad_arguments_are_refused() -> None:
    made = universe(liquid(60, 2))
    with pytest.raises(SettingError, match=r"`viscosity`: .* `temperature`.* `viscosity`.*got one"):
        MeanSquareDisplacement(made, viscosity=0.85)
    with pytest.raises(SettingError, match=r"`viscosity`: .*got -1"):
        MeanSquareDisplacement(made, temperature=300, viscosity=-1)
    with pytest.raises(ConfigurationError, match=r"`temperature`: .*positive number of K"):
        MeanSquareDisplacement(made, temperature=0, viscosity=1)
    with pytest.raises(ConfigurationError, match=r"`fit`: .*ascending"):
        MeanSquareDisplacement(made, fit=(1.0, 9.0)).run()
    with pytest.raises(SettingError, match=r"`longest`: .* 0\.1 ps"):
        MeanSquareDisplacement(made, longest=60.0).run()
    with pytest.raises(SettingError, match=r"`viscosity`: .*frame 0"):
        MeanSquareDisplacement(universe(liquid(60, 2), None, wrap=False), temperature=300, viscosity=1).run()


def test_bad_frames_are_refused() -> None:
    made = universe(liquid(60, 2))
    with pytest.raises(NotApplicableError, match=r"4 frames.*got 3"):
        MeanSquareDisplacement(made).run(stop=3)
    with pytest.raises(SettingError, match=r"`longest`: .* 0\.4 ps.* 3 frames, got 0\.2 ps"):
        MeanSquareDisplacement(made, longest=0.2).run(stop=20)
    with pytest.raises(NotApplicableError, match=r"`frames`: .*equal.*, got .*0\.1 to 0\.2 ps"):
        MeanSquareDisplacement(made, remove_drift=False).run(frames=[*range(0, 50), *range(51, 60, 2)])
    fast = universe(liquid(60, 2, diffusion=(30.0, 30.0, 30.0)))
    with pytest.raises(NotApplicableError, match="half the box"):
        MeanSquareDisplacement(fast).run()


def test_all_files_of_a_run_at_constant_pressure_give_the_same(tmp_path: Path) -> None:
    # A real run whose box, far from the origin, grows eightfold: with its corner, without, wrapped and unwrapped. An
    # extended xyz file of LAMMPS has six digits.
    run_lammps_expanding(tmp_path)
    found = {}
    for name in ("corner.dump", "counted.dump", "x.dcd", "x.xtc", "x.extxyz"):
        topology = tmp_path / "start.data" if name in ("x.dcd", "x.xtc") else None
        opened = open_trajectory(tmp_path / name, topology=topology, timestep=LAMMPS_TIMESTEP, units="metal")
        edges = [ts.dimensions[0] for ts in opened.trajectory]
        assert edges[-1] > 2 * edges[0]
        found[name] = MeanSquareDisplacement(opened, longest=1.0).run().result
    expected = found.pop("corner.dump")
    for result in found.values():
        for symbol in ("Ar", "Ne"):
            assert result[f"msd_{symbol}"].values == pytest.approx(expected[f"msd_{symbol}"].values, rel=1e-5, abs=1e-5)
            assert float(result[f"D_{symbol}"].values) == pytest.approx(float(expected[f"D_{symbol}"].values), rel=1e-5)
    assert any("dilation" in note for note in expected.notes)
