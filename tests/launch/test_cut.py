"""Cuts of the outputs of both engines, also of files that end in the middle of a frame."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tumble.errors import LaunchError
from tumble.launch import cut
from tumble.launch.cut import cut_extras, cut_frames, cut_rows

FRAME = "2\n# CELL(abcABC): 9 9 9 90 90 90 Step: {step:10d} Bead: 0 positions{{angstrom}} cell{{angstrom}}\n"
FRAME += "O 0.0 0.0 0.0\nH 0.0 0.0 {step}.5\n"
XYZ = [FRAME.format(step=step) for step in (0, 10, 20, 30)]
DUMP = [
    f"ITEM: TIMESTEP\n{step}\nITEM: NUMBER OF ATOMS\n1\nITEM: BOX BOUNDS pp pp pp\n0 9\n0 9\n0 9\n"
    f"ITEM: ATOMS id type x y z\n1 1 0 0 {step}.25\n"
    for step in (0, 10, 20, 30)
]


STEP = re.compile(r"Step: *(\d+)")


@pytest.mark.parametrize("frames", [XYZ, DUMP], ids=["xyz", "dump"])
@pytest.mark.parametrize(("last", "kept"), [(30, 4), (29, 3), (20, 3), (19, 2), (0, 1), (-1, 0)])
@pytest.mark.parametrize("rest", [0, 12, 75])
@pytest.mark.parametrize("block", [1 << 22, 50])
def test_frames(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, frames: list[str], last: int, kept: int, rest: int, block: int
) -> None:
    monkeypatch.setattr(cut, "_BLOCK", block)
    path = tmp_path / "frames"
    path.write_text("".join(frames) + frames[3].replace("30", "40")[:rest])
    cut_frames(path, last)
    assert path.read_text() == "".join(frames[:kept])


def test_all_text_formats_of_ipi(tmp_path: Path, ipi_run: Path) -> None:
    endings = set()
    for path in ipi_run.iterdir():
        if path.suffix not in (".xyz", ".pdb", ".extxyz") or not STEP.search(path.read_text()):
            continue
        text = path.read_text()
        steps = [int(step) for step in STEP.findall(text)]
        copied = Path(shutil.copy(path, tmp_path))
        copied.write_text(text + text[: len(text) // len(steps) // 2])
        cut_frames(copied, steps[-1])
        assert copied.read_text() == text
        cut_frames(copied, steps[1])
        assert text.startswith(copied.read_text())
        assert [int(step) for step in STEP.findall(copied.read_text())] == steps[:2]
        endings.add(path.suffix)
    assert endings == {".xyz", ".pdb", ".extxyz"}


@pytest.mark.parametrize(
    "head",
    [
        "Atoms. Timestep: {}\n",
        'Timestep={} pbc="T T T" Lattice="9 0 0 0 9 0 0 0 9" Properties=species:S:1:pos:R:3\n',
    ],
)
def test_frames_of_lammps(tmp_path: Path, head: str) -> None:
    path = tmp_path / "frames"
    frames = ["1\n" + head.format(step) + f"O 0 0 {step}.5\n" for step in (0, 10, 20)]
    path.write_text("".join(frames))
    cut_frames(path, 10)
    assert path.read_text() == "".join(frames[:2])


def test_dump_with_units_and_times(tmp_path: Path) -> None:
    path = tmp_path / "frames"
    frames = [f"ITEM: TIME\n{k / 10}\n{frame}" for k, frame in enumerate(DUMP)]
    path.write_text("ITEM: UNITS\nmetal\n" + "".join(frames))
    cut_frames(path, 15)
    assert path.read_text() == "ITEM: UNITS\nmetal\n" + "".join(frames[:2])


@pytest.mark.parametrize("text", ["1\nProperties=species:S:1:pos:R:3\nO 0 0 0\n" * 2, "\0\1\2"])
def test_frames_that_cannot_be_cut_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "frames.xyz"
    path.write_text(text)
    with pytest.raises(LaunchError, match=r"step 5.*frames\.xyz"):
        cut_frames(path, 5)
    assert path.read_text() == text


def test_missing_and_empty_files_are_left_alone(tmp_path: Path) -> None:
    cut_frames(tmp_path / "none", 5)
    cut_rows(tmp_path / "none", 0, 5)
    (tmp_path / "empty").touch()
    cut_frames(tmp_path / "empty", 5)
    assert [path.name for path in tmp_path.iterdir()] == ["empty"]


def test_rows(tmp_path: Path) -> None:
    path = tmp_path / "properties"
    heading = "# column   1     --> time\n# column   2     --> step\n"
    path.write_text(f"{heading} 0.0 0.0\n 0.5 5.0\n 1.0 10.0\n 1.5 15.0\n 2.0 2")
    cut_rows(path, 1, 10)
    assert path.read_text() == f"{heading} 0.0 0.0\n 0.5 5.0\n 1.0 10.0\n"


def test_extras(tmp_path: Path) -> None:
    path = tmp_path / "torque_0"
    entries = [f" #EXTRAS(torque)# Step:  {step:10d} \n 0.1 0.2 {step}.5\n" for step in (0, 5, 10)]
    path.write_text("".join(entries) + " #EXTRAS(tor")
    cut_extras(path, 5)
    assert path.read_text() == "".join(entries[:2])
