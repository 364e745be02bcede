"""Restart files and outputs of another run. `tests/launch/test_run.py` runs the engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from tumble.errors import LaunchError
from tumble.launch.lammps.engine import LammpsEngine, _ranks
from tumble.launch.machine import Machine
from tumble.simulation_file import Simulation

COMPLETE = b"LammpS RestartT\0 ... LammpS RestartT\0"
BANNER = "Per MPI rank memory allocation (min/avg/max) = 1 | 1 | 1 Mbytes\n"


def engine_in(folder: Path, text: str = "run 10\n", partitions: str | None = None) -> LammpsEngine:
    (folder / "in.water").write_text(text)
    engine = LammpsEngine(Simulation(engine="lammps", input="in.water", partitions=partitions), folder, Machine(1))
    engine.state.mkdir(exist_ok=True)
    return engine


def test_ranks_of_partitions() -> None:
    assert _ranks("8x1") == [1] * 8
    assert _ranks("4x2 2") == [2, 2, 2, 2, 2]


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
