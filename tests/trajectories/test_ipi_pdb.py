"""The reader of i-PI's pdb files, on files that a real i-PI wrote."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tumble.errors import TrajectoryError
from tumble.trajectories.formats import open_frames
from tumble.trajectories.ipi_pdb import IPIPDB
from tumble.trajectories.ipi_xyz import IPIXYZ


@pytest.mark.parametrize("bead", [0, 1, 2])
def test_same_frames_as_the_xyz_file_of_the_same_run(ipi_run: Path, bead: int) -> None:
    pdb, xyz = open_frames(ipi_run / f"run.pdb_{bead}.pdb"), IPIXYZ(ipi_run / f"run.pos_{bead}.xyz")
    assert isinstance(pdb, IPIPDB)
    assert (pdb.n_atoms, pdb.labels, pdb.bead) == (xyz.n_atoms, xyz.labels, bead)
    np.testing.assert_array_equal(pdb.steps, xyz.steps)
    for index in range(len(xyz)):
        one, other = pdb.read(index), xyz.read(index)
        np.testing.assert_allclose(one.positions, other.positions, atol=5.1e-4)  # three decimals
        np.testing.assert_allclose(one.dimensions, other.dimensions, atol=1e-6)


def test_restart_and_cut(ipi_restarted: Path, tmp_path: Path) -> None:
    source = IPIPDB(ipi_restarted / "run.pdb_0.pdb")
    assert source.steps.tolist() == [0, 2, 4, 6, 8, 6, 8, 10, 12]
    text = (ipi_restarted / "run.pdb_0.pdb").read_text()
    (tmp_path / "cut.pdb").write_text(text[:-100])
    source = IPIPDB(tmp_path / "cut.pdb")
    assert source.steps.tolist() == [0, 2, 4, 6, 8, 6, 8, 10]
    assert source.notes == ("The last frame was cut off and is left out.",)
    # Without its very last line the frame has no end.
    (tmp_path / "cut.pdb").write_text(text[:-4])
    assert len(IPIPDB(tmp_path / "cut.pdb")) == 8


def test_unit_in_the_title_counts(ipi_run: Path, tmp_path: Path) -> None:
    text = (ipi_run / "run.pdb_0.pdb").read_text().replace("positions{angstrom}", "positions{nanometer}")
    (tmp_path / "nm.pdb").write_text(text)
    one, other = IPIPDB(tmp_path / "nm.pdb").read(1), IPIPDB(ipi_run / "run.pdb_0.pdb").read(1)
    np.testing.assert_allclose(one.positions, 10 * other.positions)


def test_more_atoms_than_the_format_has_digits_for(tmp_path: Path) -> None:
    # As i-PI prints it: %5i, then all that follows moves to the right.
    io_pdb = pytest.importorskip("ipi.utils.io.backends.io_pdb", reason="i-PI isn't installed")
    from ipi.engine.atoms import Atoms
    from ipi.engine.cell import Cell

    count = 100_002
    atoms, cell = Atoms(count), Cell()
    atoms.names[:] = np.resize(["O", "H", "H"], count)
    positions = np.round(np.random.default_rng(1).uniform(-99, 999, 3 * count), 3)
    atoms.q[:] = positions
    cell.h = np.eye(3) * 500
    with open(tmp_path / "many.pdb", "w") as file:
        title = "Step:           4  Bead:       0 positions{angstrom}  cell{angstrom}"
        io_pdb.print_pdb(atoms, cell, file, title=title)
    np.testing.assert_allclose(IPIPDB(tmp_path / "many.pdb").read(0).positions.ravel(), positions, atol=1e-9)


def test_numbers_that_are_too_wide(ipi_run: Path, tmp_path: Path) -> None:
    text = (ipi_run / "run.pdb_0.pdb").read_text()
    line = next(line for line in text.splitlines() if line.startswith("ATOM"))
    (tmp_path / "wide.pdb").write_text(text.replace(line, line[:30] + "-1000.123" + line[38:]))
    with pytest.raises(TrajectoryError, match=r"first frame.* 8 characters"):
        IPIPDB(tmp_path / "wide.pdb")
