"""Time in real runs whose time step changes, is set by others, or isn't said; LAMMPS' own column `Time` is right."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.argon import run_argon

from tumble.runs import open_run
from tumble.trajectories.open import time_unit

RESET = "timestep 0.002\nfix 1 all nve\nfix dt all dt/reset 1 0.0001 0.01 0.005 units box\n"
TIMED = "thermo_style custom step time temp pe\n"
DUMP = "dump d all custom 10 a.dump id type element x y z\ndump_modify d element Ar units yes time yes\n"


@pytest.mark.parametrize("units", ["metal", "real"])
def test_time_step_that_changes(tmp_path: Path, units: str) -> None:
    """The step of `fix dt/reset` changes by several percent here; in units real, the bounds of it are in fs."""
    script = RESET if units == "metal" else "timestep 2\nfix 1 all nve\nfix dt all dt/reset 1 0.1 10 0.005 units box\n"
    found = open_run(run_argon(tmp_path, script + TIMED + DUMP + "run 60\n", units=units))
    rows = (tmp_path / "log.lammps").read_text().partition("PotEng")[2].splitlines()[1:8]
    own = np.array([float(row.split()[1]) for row in rows]) * (1e-3 if units == "real" else 1.0)
    assert found.time == pytest.approx(own)
    assert np.ptp(np.diff(own)) > 0.01 * np.diff(own).mean()
    assert (found.timestep, found.ensemble) == (None, "NVE")
    assert any("The time step changes in this run, and times are those in the log." in note for note in found.notes)
    assert found.universe().trajectory.frame_times == pytest.approx(own)  # by `dump_modify time yes`


def test_time_step_that_changes_without_times(tmp_path: Path) -> None:
    script = RESET + "dump d all custom 10 a.dump id type element x y z\ndump_modify d element Ar\nrun 60\n"
    found = open_run(run_argon(tmp_path, script))
    assert (found.timestep, len(found.time)) == (None, 0)
    assert any("and the log has no times" in note for note in found.notes)
    assert time_unit(found.universe()) == "frame"
    found = open_run(tmp_path, timestep=0.001)
    assert found.time == pytest.approx(0.01 * np.arange(7))
    (note,) = found.notes
    assert note.startswith("The time step changes")
    assert "1 fs" in note


def test_column_of_the_time_step(tmp_path: Path) -> None:
    folder = run_argon(tmp_path, "timestep 0.0005\nfix 1 all nve\nthermo_style custom step dt temp\nrun 40\n")
    log = folder / "log.lammps"
    log.write_text(log.read_text().replace("timestep 0.0005\n", ""))
    assert open_run(folder).timestep == pytest.approx(0.0005)


def test_time_step_of_a_switched_log_is_not_the_default(tmp_path: Path) -> None:
    """Where the log begins behind `units`, `timestep` may have been before it, too."""
    folder = run_argon(tmp_path, "timestep 0.0005\nfix 1 all nve\nlog other.log\nrun 40\n")
    (folder / "log.lammps").unlink()
    found = open_run(folder / "other.log", units="metal")
    assert (found.timestep, len(found.time)) == (None, 0)
    assert any(note.startswith("The log doesn't give the time step, about 0.5 fs") for note in found.notes)
    found = open_run(folder / "other.log", units="metal", timestep=0.001)
    (note,) = found.notes
    assert "1 fs, as given" in note
    assert "0.5 fs" in note


def test_default_of_the_units(tmp_path: Path) -> None:
    assert open_run(run_argon(tmp_path, "fix 1 all nve\nrun 40\n")).timestep == 0.001
