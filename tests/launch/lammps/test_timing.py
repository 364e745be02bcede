"""Where the time of LAMMPS went."""

from __future__ import annotations

from pathlib import Path

import pytest

from tumble.launch.lammps.timing import LammpsTiming, read_timing

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


def test_parts(tmp_path: Path) -> None:
    (tmp_path / "log.lammps").write_text(LOG)
    timing = read_timing(tmp_path / "log.lammps")
    assert timing.shares["Pair"] == pytest.approx(0.705)
    assert timing.ghosts == 5.0
    assert timing.sentences() == [
        "time: model 70%, neighbor lists 25%, output 2%, fixes 1%, other 2%",
        "ghosts: 5 for each atom",
    ]
    (advice,) = timing.advice()
    assert advice.startswith("neighbor lists")


def test_without_a_log(tmp_path: Path) -> None:
    timing = read_timing(tmp_path / "log.lammps")
    assert timing == LammpsTiming()
    assert timing.sentences() == timing.advice() == []


def test_cores_may_also_be_ranks() -> None:
    assert "`ranks`" in LammpsTiming().more_cores
