"""Formats are told from what is in a file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from ase.units import Bohr

from tumble.errors import TrajectoryError
from tumble.trajectories.ase_xyz import ExtendedXYZ
from tumble.trajectories.formats import open_frames
from tumble.trajectories.ipi_pdb import IPIPDB
from tumble.trajectories.ipi_xyz import IPIXYZ
from tumble.trajectories.lammps_dump import LammpsDump
from tumble.trajectories.mdanalysis_parts import formats
from tumble.trajectories.open import open_trajectory
from tumble.trajectories.reader_frames import ReaderFrames
from tumble.trajectories.topology import read_topology


@pytest.mark.parametrize(
    ("name", "kind"),
    [("run.pos_0.xyz", IPIXYZ), ("run.ext_0.extxyz", ExtendedXYZ), ("run.pdb_0.pdb", IPIPDB), ("run.xc.xyz", IPIXYZ)],
)
def test_files_of_ipi_under_any_name(ipi_run: Path, tmp_path: Path, name: str, kind: type) -> None:
    assert type(open_frames(ipi_run / name)) is kind
    (tmp_path / "any.name").write_bytes((ipi_run / name).read_bytes())
    assert type(open_frames(tmp_path / "any.name")) is kind


@pytest.mark.parametrize("first", ["#  ", "", "# positions{angstrom} ", "# a comment, then "])
def test_words_of_ipi_anywhere_in_the_comment(ipi_run: Path, tmp_path: Path, first: str) -> None:
    text = (ipi_run / "run.bohr_1.xyz").read_text()
    moved = text.replace("# ", first)
    moved = moved.replace("positions{atomic_unit}", "") if "{" in first else moved
    (tmp_path / "x.xyz").write_text(moved.replace("(abcABC)", "{abcABC}"))
    source, expected = open_frames(tmp_path / "x.xyz"), IPIXYZ(ipi_run / "run.bohr_1.xyz")
    assert isinstance(source, IPIXYZ)
    assert (source.bead, source.steps.tolist()) == (1, expected.steps.tolist())
    factor = 1 / Bohr if "{" in first else 1.0
    for index in range(5):
        np.testing.assert_allclose(source.read(index).dimensions, expected.read(index).dimensions)
        np.testing.assert_allclose(source.read(index).positions, factor * expected.read(index).positions)


@pytest.mark.parametrize(
    ("comment", "message"),
    [
        ("# CELL(abcABC) 10 10 10 90 90 90", r"`comment`: .*i-PI"),
        ("UNIT CELL 10 10 10", r"`comment`: .*i-PI"),
        ("momenta{atomic_unit}", r"trajectories .*got `momenta`"),
    ],
)
def test_words_of_ipi_that_are_not_understood_are_refused(tmp_path: Path, comment: str, message: str) -> None:
    (tmp_path / "x.xyz").write_text(f"1\n{comment}\nO 0 0 0\n")
    with pytest.raises(TrajectoryError, match=message):
        open_frames(tmp_path / "x.xyz")


def test_positions_of_ipi_without_a_cell(tmp_path: Path) -> None:
    (tmp_path / "x.xyz").write_text(
        "1\n# positions{nanometer} Step: 0\nO 0.1 0 0\n1\n# positions{nanometer} Step: 5\nO 0.2 0 0\n"
    )
    source = open_frames(tmp_path / "x.xyz")
    assert source.steps.tolist() == [0, 5]
    assert source.read(1).dimensions is None
    np.testing.assert_allclose(source.read(1).positions, [[2, 0, 0]])


def test_other_words_stay_those_of_plain_and_extended_xyz(tmp_path: Path) -> None:
    for comment in ("SUPERCELL 2 2 2", "H_{2}O", 'Lattice="9 0 0 0 9 0 0 0 9" origin="CELL positions{x}"'):
        (tmp_path / "x.xyz").write_text(f"1\n{comment}\nO 0 0 0\n")
        assert type(open_frames(tmp_path / "x.xyz")) is ExtendedXYZ


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("images.dump", LammpsDump),
        ("atoms.dump", LammpsDump),
        ("x.dcd", ReaderFrames),
        ("x.xtc", ReaderFrames),
        ("x.extxyz", ExtendedXYZ),
        ("plain.xyz", ExtendedXYZ),
    ],
)
def test_files_of_lammps_under_any_name(lammps_run: Path, tmp_path: Path, name: str, kind: type) -> None:
    assert type(open_frames(lammps_run / name)) is kind
    (tmp_path / "any.name").write_bytes((lammps_run / name).read_bytes())
    assert type(open_frames(tmp_path / "any.name")) is kind


@pytest.mark.parametrize("data", [b"\x00\x01\x02 binary garbage \xff", b"some text\n", b"12 words\n"])
def test_formats_that_are_not_known(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x").write_bytes(data)
    assert open_frames(tmp_path / "x") is None


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "got an empty file"),
        (b" \n\n", "got an empty file"),
        (b"\x1f\x8b\x08", "got a compressed file"),
    ],
)
def test_files_that_hold_nothing_to_read(tmp_path: Path, data: bytes, message: str) -> None:
    (tmp_path / "x.xyz").write_bytes(data)
    with pytest.raises(TrajectoryError, match=message):
        open_frames(tmp_path / "x.xyz")


@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")  # which MDAnalysis leaves open when it fails
@pytest.mark.parametrize("ending", sorted(formats() - {"MEMORY", "CHAIN"}))
def test_damaged_files_of_all_formats_of_mdanalysis(tmp_path: Path, ending: str) -> None:
    """Also where a module is missing; what a reader says when it is deleted would be an error here, too."""
    path = tmp_path / f"x.{ending.lower()}"
    for content in (b"garbage\nmore 1 2 3\n", np.random.default_rng(1).bytes(3000)):
        path.write_bytes(content)
        with pytest.raises(TrajectoryError, match=r"x\."):
            open_trajectory(path)
        with pytest.raises(TrajectoryError, match=r"x\."):
            read_topology(path, IPIXYZ.__new__(IPIXYZ))


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(TrajectoryError, match="No such file"):
        open_frames(tmp_path / "x.xyz")
    with pytest.raises(TrajectoryError, match="Is a directory"):
        open_frames(tmp_path)
