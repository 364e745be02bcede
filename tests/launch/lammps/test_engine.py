"""Restart files and outputs of another run. `tests/launch/test_run.py` runs the engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tumble.errors import LaunchError
from tumble.launch.lammps.engine import LammpsEngine
from tumble.launch.machine import Machine
from tumble.launch.reading import Reading
from tumble.launch.report import End, Report
from tumble.simulation_file import Simulation

COMPLETE = b"LammpS RestartT\0 ... LammpS RestartT\0"
BANNER = "Per MPI rank memory allocation (min/avg/max) = 1 | 1 | 1 Mbytes\n"


def engine_in(folder: Path, text: str = "run 10\n", partitions: str | None = None) -> LammpsEngine:
    (folder / "in.water").write_text(text)
    engine = LammpsEngine(Simulation(engine="lammps", input="in.water", partitions=partitions), folder, Machine(1))
    engine.state.mkdir(exist_ok=True)
    return engine


@pytest.mark.parametrize(
    ("settings", "threads"),
    [
        ({}, "4"),  # 48 atoms for each
        ({"ranks": 2}, "2"),
        ({"partitions": "2x1"}, "4"),  # each has all atoms
        ({"partitions": "2x2", "threads": 3}, "3"),
        ({"variables": {"file": "missing.data"}}, "16"),  # unknown
    ],
)
def test_threads_fit_to_the_atoms(tmp_path: Path, settings: dict[str, Any], threads: str) -> None:
    (tmp_path / "water.data").write_text("A title\n\n192 atoms\n")
    (tmp_path / "in.water").write_text("variable file index water.data\nread_data ${file}\nrun 10\n")
    simulation = Simulation(engine="lammps", input="in.water", **settings)
    job = LammpsEngine(simulation, tmp_path, Machine(16)).main()
    assert job.environment["OMP_NUM_THREADS"] == threads


def test_speed_is_that_of_all_beads(tmp_path: Path) -> None:
    engine = engine_in(tmp_path, "fix beads all pimd/langevin temp 300\nrun 10\n", "4x1 2x2")
    speed = engine.speed(Report(End.DONE, Reading(atoms=192), seconds=10.0, steps=10))
    assert (speed.atoms, speed.beads) == (192, 6)


def test_a_new_start_leaves_no_log_to_be_read(tmp_path: Path) -> None:
    engine = engine_in(tmp_path)
    (tmp_path / "log.lammps").write_text(f"{BANNER}   Step Temp\n 0 nan\n")
    assert engine.monitor().read().broken == "Temp"
    engine.begin()
    assert engine.monitor().read().broken is None


def test_damaged_restart_files_do_not_count(tmp_path: Path) -> None:
    engine = engine_in(tmp_path)
    for name in ("1.100", "1.200", "2.50", "2.1000"):
        (engine.state / f"restart.{name}").write_bytes(COMPLETE)
    (engine.state / "restart.2.1000").write_bytes(COMPLETE[:20])
    (tmp_path / "log.lammps").touch()
    assert engine.checkpoint() is None  # of another run
    engine.mark_started()
    found = engine.checkpoint()
    # Steps may have been reset, so the number of the run counts first.
    assert found is not None
    assert (found.step, found.path.name) == (50, "restart.2.50")
    engine.keep_checkpoint()
    assert sorted(path.name for path in engine.state.glob("restart.*")) == ["restart.2.1000", "restart.2.50"]
    (tmp_path / "log.lammps").unlink()
    assert engine.checkpoint() is None  # without a log there was no run


def test_all_beads_have_the_restart_file(tmp_path: Path) -> None:
    engine = engine_in(tmp_path, partitions="2x1")
    engine.mark_started()
    (tmp_path / "log.lammps.0").touch()
    for name in ("1.100.0", "1.100.1", "1.200.0"):
        (engine.state / f"restart.{name}").write_bytes(COMPLETE)
    found = engine.checkpoint()
    assert found is not None
    assert (found.step, found.path.name) == (100, "restart.1.100.0")


def test_a_start_without_restart_files_is_not_replaced(tmp_path: Path) -> None:
    engine = engine_in(tmp_path, 'if "1 == 1" then "run 10"\n')
    log = tmp_path / "log.lammps"
    log.write_text(BANNER)
    engine.check_start()
    engine.mark_started()
    with pytest.raises(LaunchError, match="--again"):
        engine.check_start()
    log.write_text(f"tumble_run_begins 1 0\n{BANNER}")  # its first restart file was due
    engine.check_start()


def test_finished_without_a_checkpoint(tmp_path: Path) -> None:
    engine = engine_in(tmp_path)
    assert not engine.finished
    engine.mark_finished()
    assert engine.finished
    assert not engine_in(tmp_path, "run 20\n").finished


def test_outputs_of_another_run(tmp_path: Path) -> None:
    engine = engine_in(tmp_path, "variable n index a\ndump 1 all custom 10 ${n}.dump id\nrun 10\n")
    assert engine.foreign_outputs() == []
    (tmp_path / "a.dump").touch()
    assert engine.foreign_outputs() == [tmp_path / "a.dump"]
    (tmp_path / "log.lammps.0").touch()
    assert [path.name for path in engine_in(tmp_path, partitions="2x1").foreign_outputs()] == ["log.lammps.0"]


def test_changes_are_noticed(tmp_path: Path) -> None:
    engine = engine_in(tmp_path)
    engine.mark_started()
    assert not engine_in(tmp_path).has_changed
    assert engine_in(tmp_path, "timestep 2\nrun 10\n").has_changed
