"""What a user names as a run, and what the user says of it, for both engines."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from support.argon import run_argon
from support.ipi_folder import write_ipi_run

from tumble.analysis import TrajectoryError
from tumble.runs import open_run


@pytest.fixture
def ipi(tmp_path: Path) -> Path:
    return write_ipi_run(tmp_path, last_torque=2)


def test_time_step_and_temperature_that_the_user_gives_win_for_ipi(ipi: Path) -> None:
    found = open_run(ipi, timestep=0.0005, temperature=300.0)
    assert found.notes == ()
    found = open_run(ipi, timestep=0.00025, temperature=310.0)
    assert (found.timestep, found.temperature) == (0.00025, 310.0)
    assert found.time == pytest.approx([0.0, 0.0005])
    assert found.torque_time == pytest.approx([0.0, 0.0005])
    assert found.notes == (
        "The time step is 0.25 fs, as given; that of the run is 0.5 fs.",
        "The temperature is 310 K, as given; that of the run is 300 K.",
    )


def test_velocities_stay_with_the_positions_that_are_named(ipi: Path) -> None:
    own = open_run(ipi).trajectory
    assert len(own.velocities) == 2
    assert open_run(ipi, trajectory=own.positions).trajectory == own
    one = open_run(ipi, trajectory=own.positions[1:]).trajectory
    assert (one.positions, one.velocities) == (own.positions[1:], own.velocities[1:])
    assert open_run(ipi, trajectory=[ipi / "other.xyz"]).trajectory.velocities == ()


def test_log_by_its_first_line(tmp_path: Path) -> None:
    folder = run_argon(tmp_path, "fix 1 all nve\nrun 20\n")
    (folder / "log.lammps").rename(folder / "argon.out")
    assert open_run(folder / "argon.out").engine == "LAMMPS"


def test_folder_with_a_log_of_another_name(tmp_path: Path) -> None:
    folder = run_argon(tmp_path, "fix 1 all nve\nrun 20\n")
    (folder / "log.lammps").rename(folder / "argon.log")
    (folder / "drive.log").write_text("something else\n")
    assert (open_run(folder).engine, open_run(folder).ensemble) == ("LAMMPS", "NVE")
    (folder / "log.again").write_text((folder / "argon.log").read_text())
    with pytest.raises(TrajectoryError, match=r"got argon\.log, log\.again"):
        open_run(folder)


def test_folder_with_the_screen_of_a_batch_job(tmp_path: Path) -> None:
    """The job writes before LAMMPS does; a log that is named as one goes before other files."""
    folder = run_argon(tmp_path, "fix 1 all nve\nrun 20\n")
    text = (folder / "log.lammps").read_text()
    (folder / "log.lammps").unlink()
    (folder / "slurm-17.out").write_text("loading modules\nhost n17\n" + text)
    (folder / "bytes.bin").write_bytes(bytes(range(256)))
    (folder / "sub").mkdir()
    found = open_run(folder)
    assert (found.engine, found.ensemble, found.timestep) == ("LAMMPS", "NVE", 0.001)
    assert open_run(folder / "slurm-17.out").ensemble == "NVE"
    (folder / "out.txt").write_text(text)
    with pytest.raises(TrajectoryError, match=r"got out\.txt, slurm-17\.out"):
        open_run(folder)
    (folder / "argon.log").write_text(text.replace("fix 1 all nve", "fix 1 all nvt temp 90 90 0.1"))
    assert open_run(folder).ensemble == "NVT (Nosé–Hoover)"


def test_dump_of_another_folder_with_the_same_name_is_not_that_of_the_log(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    folder = run_argon(tmp_path, "fix 1 all nve\ndump d all custom 10 out/a.dump id type x y z\nrun 20\n")
    (folder / "a.dump").write_text((folder / "out" / "a.dump").read_text())
    assert open_run(folder / "a.dump").engine == "unknown"
    assert open_run(folder).trajectory.positions == (folder / "out" / "a.dump",)


def test_a_program_may_import_runs_first() -> None:
    done = subprocess.run([sys.executable, "-c", "import tumble.runs"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
