"""Formats are told from what is in a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from tumble.analysis.reading.ase_xyz import ExtendedXYZ
from tumble.analysis.reading.formats import open_frames
from tumble.analysis.reading.ipi_pdb import IPIPDB
from tumble.analysis.reading.ipi_xyz import IPIXYZ
from tumble.analysis.reading.lammps_dump import LammpsDump
from tumble.analysis.reading.reader_frames import ReaderFrames
from tumble.analysis.trajectory_error import TrajectoryError


@pytest.mark.parametrize(
    ("name", "kind"),
    [("run.pos_0.xyz", IPIXYZ), ("run.ext_0.extxyz", ExtendedXYZ), ("run.pdb_0.pdb", IPIPDB), ("run.xc.xyz", IPIXYZ)],
)
def test_files_of_ipi_under_any_name(ipi_run: Path, tmp_path: Path, name: str, kind: type) -> None:
    assert type(open_frames(ipi_run / name)) is kind
    (tmp_path / "any.name").write_bytes((ipi_run / name).read_bytes())
    assert type(open_frames(tmp_path / "any.name")) is kind


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
        (b"\x1f\x8b\x08", "got a compressed file; unpack it"),
    ],
)
def test_files_that_hold_nothing_to_read(tmp_path: Path, data: bytes, message: str) -> None:
    (tmp_path / "x.xyz").write_bytes(data)
    with pytest.raises(TrajectoryError, match=message):
        open_frames(tmp_path / "x.xyz")


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(TrajectoryError, match=r"can't be read: No such file"):
        open_frames(tmp_path / "x.xyz")
    with pytest.raises(TrajectoryError, match=r"can't be read: Is a directory"):
        open_frames(tmp_path)
