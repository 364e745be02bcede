"""Velocities and forces from files of their own, which a real i-PI wrote."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tumble.errors import TrajectoryError
from tumble.trajectories.companions import Companions
from tumble.trajectories.frames import Continued
from tumble.trajectories.ipi_xyz import IPIXYZ
from tumble.trajectories.lammps_dump import LammpsDump


def source(folder: Path, name: str) -> Continued:
    return Continued([IPIXYZ(folder / f"run.{name}.xyz")])


def test_all_in_one_frame(ipi_run: Path) -> None:
    parts = [source(ipi_run, name) for name in ("pos_1", "vel_1", "force_1")]
    joined = Companions(*parts)
    assert (len(joined), joined.bead, joined.notes) == (5, 1, ())
    frame = joined.read(3)
    np.testing.assert_array_equal(frame.positions, parts[0].read(3).positions)
    np.testing.assert_array_equal(frame.velocities, parts[1].read(3).velocities)
    np.testing.assert_array_equal(frame.forces, parts[2].read(3).forces)
    joined.close()


def test_steps_that_all_files_have(ipi_run: Path, tmp_path: Path) -> None:
    frames = (ipi_run / "run.vel_1.xyz").read_text().split("6\n#")[1:]
    (tmp_path / "run.vel_1.xyz").write_text("".join(f"6\n#{frame}" for frame in frames[::2]))
    joined = Companions(source(ipi_run, "pos_1"), source(tmp_path, "vel_1"))
    assert joined.steps.tolist() == [0, 4, 8]
    (note,) = joined.notes
    assert "3 of 5 frames" in note
    np.testing.assert_array_equal(joined.read(1).velocities, source(ipi_run, "vel_1").read(2).velocities)
    np.testing.assert_array_equal(joined.read(1).positions, source(ipi_run, "pos_1").read(2).positions)


def test_what_does_not_belong_together(ipi_run: Path, lammps_run: Path, tmp_path: Path) -> None:
    with pytest.raises(TrajectoryError, match=r"`velocities`: .*bead 0.*got bead 1"):
        Companions(source(ipi_run, "pos_0"), source(ipi_run, "vel_1"))
    with pytest.raises(TrajectoryError, match=r"`velocities`: .*got bead 0"):
        Companions(source(ipi_run, "xc"), source(ipi_run, "vel_0"))
    dump = Continued([LammpsDump(lammps_run / "images.dump")])
    with pytest.raises(TrajectoryError, match=r"`velocities`: .*32 atoms.*got others"):
        Companions(dump, source(ipi_run, "vel_0"))
    late = (ipi_run / "run.vel_1.xyz").read_text().replace("Step:           ", "Step:          1")
    (tmp_path / "run.vel_1.xyz").write_text(late)
    with pytest.raises(TrajectoryError, match=r"`velocities`, `forces`: .*got others"):
        Companions(source(ipi_run, "pos_1"), source(tmp_path, "vel_1"))
