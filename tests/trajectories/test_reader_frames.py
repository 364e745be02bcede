"""The formats that MDAnalysis reads itself, on files that LAMMPS and MDAnalysis wrote."""

from __future__ import annotations

import pickle
import warnings
from pathlib import Path

import MDAnalysis
import numpy as np
import pytest
from support import trajectories
from support.trajectories import EVERY, FIRST, FRAMES, LAMMPS_TIMESTEP

from tumble.errors import TrajectoryError
from tumble.trajectories.lammps_dump import LammpsDump
from tumble.trajectories.reader_frames import ReaderFrames
from tumble.units.lammps import lammps_units


@pytest.fixture(scope="module")
def netcdf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A netcdf file with velocities and forces, and an xtc and a dcd file of the same, by MDAnalysis."""
    folder = tmp_path_factory.mktemp("netcdf")
    generator = np.random.default_rng(4)
    universe = MDAnalysis.Universe.empty(5, trajectory=True, velocities=True, forces=True)
    with warnings.catch_warnings():
        # About attributes that the writers would like, and conventions.
        warnings.simplefilter("ignore")
        writers = [
            MDAnalysis.Writer(str(folder / f"x.{end}"), n_atoms=5, velocities=True, forces=True)
            for end in ("nc", "trr")
        ]
        writers += [MDAnalysis.Writer(str(folder / "x.dcd"), n_atoms=5, dt=0.5, nsavc=1)]
        for frame in range(4):
            ts = universe.trajectory.ts
            ts.frame, ts.time = frame, 2.0 + 0.5 * frame
            ts.positions, ts.velocities, ts.forces = generator.normal(size=(3, 5, 3))
            ts.dimensions = [9, 8, 7, 80, 95, 110]
            for writer in writers:
                writer.write(universe)
        for writer in writers:
            writer.close()
    return folder


@pytest.mark.parametrize(("name", "tolerance"), [("x.dcd", 2e-6), ("x.xtc", 1e-5)])
def test_same_frames_as_the_dump_of_the_same_run(lammps_run: Path, name: str, tolerance: float) -> None:
    one, other = ReaderFrames(lammps_run / name), LammpsDump(lammps_run / "images.dump")
    np.testing.assert_array_equal(one.steps, FIRST + EVERY * np.arange(FRAMES))
    for index in range(FRAMES):
        frame, expected = one.read(index), other.read(index)
        np.testing.assert_allclose(frame.positions, expected.positions, atol=tolerance)
        np.testing.assert_allclose(frame.dimensions, expected.dimensions, rtol=1e-5)
    assert one.notes == ()
    assert one.unwrapped is None


def test_times(lammps_run: Path, tmp_path: Path) -> None:
    expected = (FIRST + EVERY * np.arange(FRAMES)) * LAMMPS_TIMESTEP
    np.testing.assert_allclose(ReaderFrames(lammps_run / "x.xtc").times, expected, rtol=1e-6)
    np.testing.assert_allclose(
        ReaderFrames(lammps_run / "x.dcd", units=lammps_units("metal")).times, expected, rtol=1e-6
    )
    # A dcd file has the time step, but nothing tells its unit.
    assert ReaderFrames(lammps_run / "x.dcd").times is None
    trajectories.run_lammps_real(tmp_path)
    np.testing.assert_allclose(
        ReaderFrames(tmp_path / "real.dcd", units=lammps_units("real")).times, expected, rtol=1e-6
    )


@pytest.mark.parametrize("name", ["x.nc", "x.trr"])
def test_everything_that_mdanalysis_wrote(netcdf: Path, name: str) -> None:
    source = ReaderFrames(netcdf / name)
    np.testing.assert_allclose(source.times, [2, 2.5, 3, 3.5])
    generator = np.random.default_rng(4)
    for index in range(4):
        frame = source.read(index)
        positions, velocities, forces = generator.normal(size=(3, 5, 3))
        np.testing.assert_allclose(frame.positions, positions, atol=1e-5)
        np.testing.assert_allclose(frame.velocities, velocities, atol=1e-5)
        np.testing.assert_allclose(frame.forces, forces, atol=1e-5)
        np.testing.assert_allclose(frame.dimensions, [9, 8, 7, 80, 95, 110], rtol=1e-5)


def test_dcd_of_others_has_times_but_no_steps(netcdf: Path) -> None:
    source = ReaderFrames(netcdf / "x.dcd")
    assert source.steps is None
    np.testing.assert_allclose(np.diff(source.times), 0.5, rtol=1e-5)


@pytest.mark.parametrize("name", ["x.dcd", "x.xtc"])
def test_pickles(lammps_run: Path, name: str) -> None:
    source = ReaderFrames(lammps_run / name)
    expected = source.read(7).positions
    source.read(2)
    other = pickle.loads(pickle.dumps(source))
    np.testing.assert_array_equal(other.read(7).positions, expected)
    other.close()
    np.testing.assert_array_equal(source.read(7).positions, expected)
    other.close()
    np.testing.assert_array_equal(other.read(7).positions, expected)


@pytest.mark.parametrize("name", ["x.dcd", "x.xtc"])
@pytest.mark.parametrize("cut", [4, 100])
def test_last_frame_that_was_cut_off(lammps_run: Path, tmp_path: Path, name: str, cut: int) -> None:
    data = (lammps_run / name).read_bytes()
    (tmp_path / name).write_bytes(data[:-cut])
    source = ReaderFrames(tmp_path / name)
    assert source.notes == ("The last frame was cut off and is left out.",)
    assert len(source) == len(source.steps) == FRAMES - 1
    assert np.isfinite(source.read(FRAMES - 2).positions).all()


@pytest.mark.parametrize("name", ["x.dcd", "x.xtc", "x.nc", "x.trr"])
@pytest.mark.parametrize("data", [b"", b"garbage" * 100])
def test_files_that_are_something_else(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(TrajectoryError, match=r"x.*: .*MDAnalysis"):
        ReaderFrames(tmp_path / name)
