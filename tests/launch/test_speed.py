"""Speeds, shares and advice of made-up numbers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tumble.launch.driver_line import DriverLine
from tumble.launch.speed import Speed, lammps_parts

SPEED = Speed(seconds=100.0, steps=2000, timestep=0.0005, atoms=192, beads=8, cores=4)
# From a run of LAMMPS.
LOG = """
MPI task timing breakdown:
Section |  min time  |  avg time  |  max time  |%varavg| %total
---------------------------------------------------------------
Pair    | 4.4306     | 4.4306     | 4.4306     |   0.0 | 70.50
Neigh   | 0.00059409 | 0.00059409 | 0.00059409 |   0.0 | 25.00
Comm    | 0.0017366  | 0.0017366  | 0.0017366  |   0.0 |  0.03
Output  | 0.074905   | 0.074905   | 0.074905   |   0.0 |  1.63
Modify  | 0.059713   | 0.059713   | 0.059713   |   0.0 |  1.30
Other   |            | 0.01809    |            |       |  1.54

Nlocal:            192 ave         192 max         192 min
Histogram: 1 0 0 0 0 0 0 0 0 0
Nghost:            960 ave         960 max         960 min
"""


def test_speed() -> None:
    # 20 steps/s of 0.5 fs are 864 ns/day / 1000; 50 ms for 1536 atoms of beads are 32.55 µs.
    assert SPEED.sentences() == ["speed: 0.864 ns/day, 50 ms/step, 32.55 µs/atom/step for each of 8 beads"]
    assert replace(SPEED, seconds=1.0).sentences() == ["speed: the run was too short to judge"]


def test_parts_of_lammps(tmp_path: Path) -> None:
    (tmp_path / "log.lammps").write_text(LOG)
    shares, ghosts = lammps_parts(tmp_path / "log.lammps")
    assert shares["Pair"] == pytest.approx(0.705)
    assert ghosts == 5.0
    sentences = replace(SPEED, beads=1, shares=shares, ghosts=ghosts).sentences()
    assert sentences[1] == "time: model 70%, neighbor lists 25%, output 2%, fixes 1%, other 2%"
    assert sentences[2] == "ghosts: 5 for each atom"
    assert sentences[3].startswith("faster: neighbor lists")
    assert len(sentences) == 4


def test_beads_that_come_alone() -> None:
    line = DriverLine({"model": 0.6, "waiting for i-PI": 0.4}, together=1.0, occupancy=1.0)
    sentences = replace(SPEED, drivers=[line]).sentences()
    assert sentences[1] == "driver: model 60%, waiting for i-PI 40%, 1 beads per batch (100% of the places)"
    assert "`<batch_size> 8 </batch_size>`" in sentences[2]


def test_batches_that_are_not_full() -> None:
    line = DriverLine({"model": 1.0}, together=4.0, occupancy=0.5)
    sentences = replace(SPEED, drivers=[line], batch=8).sentences()
    assert any("batches are 50% full" in sentence for sentence in sentences)
    full = replace(SPEED, drivers=[replace(line, together=8.0, occupancy=1.0)], batch=8)
    assert not any(sentence.startswith("faster") for sentence in full.sentences())


def test_cores_count_only_if_they_are_idle() -> None:
    busy = replace(SPEED, cpu={"i-PI": 10.0, "driver 1": 90.0})
    assert not any("cores are in use" in sentence for sentence in busy.sentences())
    idle = replace(busy, idle=3)
    assert "faster: 1 of 4 cores are in use: set `threads` in simulation.yaml higher" in idle.sentences()
    lammps = replace(idle, shares={"Pair": 1.0})
    assert any("higher, or `ranks` for a box" in sentence for sentence in lammps.sentences())
