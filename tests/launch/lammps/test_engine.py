"""Cuts of logs, and names of restart files. `tests/launch/test_run.py` runs the engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from tumble.errors import LaunchError
from tumble.launch.lammps.engine import LammpsEngine, _cut_log, _processes
from tumble.launch.machine import Machine
from tumble.simulation_file import Simulation

HEAD = "LAMMPS (22 Jul 2025)\nrun 20\n  3 atoms\nPer MPI rank memory allocation (min/avg/max) = 1 | 1 | 1 Mbytes\n"
TABLE = "   Step          Temp     \n         0   300.0\n        10   301.0\n        20   302.0\n"
END = "Loop time of 4.5 on 1 procs for 20 steps with 3 atoms\n 30 40\n"


@pytest.mark.parametrize(
    ("last", "kept"),
    [
        (5, HEAD + "".join(TABLE.splitlines(keepends=True)[:2])),
        (10, HEAD + "".join(TABLE.splitlines(keepends=True)[:3])),
        (20, HEAD + TABLE + END),
    ],
)
def test_log(tmp_path: Path, last: int, kept: str) -> None:
    (tmp_path / "log.lammps").write_text(HEAD + TABLE + END + "a line that was cu")
    _cut_log(tmp_path / "log.lammps", last)
    assert (tmp_path / "log.lammps").read_text() == kept


def test_ranks_of_partitions() -> None:
    assert _processes("8x1") == 8
    assert _processes("4x2 2") == 10


def test_damaged_restart_files_do_not_count(tmp_path: Path) -> None:
    (tmp_path / "in.water").write_text("run 10\n")
    engine = LammpsEngine(Simulation(engine="lammps", input="in.water"), tmp_path, Machine(1))
    engine.state.mkdir()
    for step in (100, 200, 1000):
        (engine.state / f"restart.{step}").write_bytes(b"LammpS RestartT\0 ... LammpS RestartT\0")
    (engine.state / "restart.1000").write_bytes(b"LammpS RestartT\0 ...")
    assert engine.checkpoint() is None  # without a log there was no run
    (tmp_path / "log.lammps").touch()
    found = engine.checkpoint()
    assert found is not None
    assert found.step == 200
    engine.keep_checkpoint()
    assert sorted(path.name for path in engine.state.iterdir()) == ["restart.1000", "restart.200"]


@pytest.mark.parametrize(("partitions", "finished"), [("4x1", False), ("4x1", True), (None, True)])
def test_what_cannot_continue_is_not_replaced(tmp_path: Path, partitions: str | None, finished: bool) -> None:
    (tmp_path / "in.water").write_text("run 10\n")
    engine = LammpsEngine(Simulation(engine="lammps", input="in.water", partitions=partitions), tmp_path, Machine(1))
    engine.state.mkdir()
    engine.check_start()
    (tmp_path / "log.lammps").touch()
    if finished:
        engine.mark_finished()
    with pytest.raises(LaunchError, match="--again"):
        engine.check_start()
