"""Structures that ASE reads, and files that it doesn't."""

from __future__ import annotations

import os
from pathlib import Path

import ase.io
import numpy as np
import pytest
from ase import Atoms

from tumble.errors import FramesError
from tumble.frames import read_frames


def test_structures_one_after_the_other(tmp_path: Path) -> None:
    structures = [Atoms("OH2", positions=np.eye(3) * scale) for scale in (1.0, 2.0)]
    ase.io.write(tmp_path / "x.xyz", structures)
    for one, other in zip(read_frames(tmp_path / "x.xyz"), structures, strict=True):
        np.testing.assert_allclose(one.positions, other.positions)


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")  # what ASE leaves open when it fails
@pytest.mark.parametrize("ending", ["xyz", "extxyz", "db", "json", "traj", "cif", "vasp", "gen", "cube", "nc"])
def test_files_that_are_nothing_of_the_kind(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"x.{ending}"
    for content in (np.random.default_rng(1).bytes(3000), b"garbage\n1 2 3\n"):
        path.write_bytes(content)
        with pytest.raises(FramesError, match=rf"`frames`: .*x\.{ending}"):
            list(read_frames(path))


def test_pipes_are_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.xyz")
    with pytest.raises(FramesError, match=r"got .*x\.xyz`, which is a pipe or a device"):
        next(read_frames(tmp_path / "x.xyz"))


FRAME = """\
2
Lattice="9.0 0 0 0 9.0 0 0 0 9.0" Properties=species:S:1:pos:R:3:name:S:1 pbc="T T T" series=1_0
O 1.0 2.0 3.0 1_2
H 1.0 2.5 3.0 a_b
"""


@pytest.mark.parametrize(
    ("right", "wrong", "line"), [("9.0 0 0 0 9.0", "9_0 0 0 0 9.0", 2), ("2.5", "2_5", 4), ("O 1.0", "O 1_0", 3)]
)
def test_parts_of_numbers_are_no_numbers(tmp_path: Path, right: str, wrong: str, line: int) -> None:
    """ASE and Python take `9_0` for 90; a text may be that."""
    path = tmp_path / "frames.xyz"
    path.write_text(FRAME + FRAME.replace(right, wrong))
    with pytest.raises(FramesError, match=f"numbers in line {line + 4} of"):
        list(read_frames(path))
    path.write_text(FRAME + FRAME)
    assert len(list(read_frames(path))) == 2
    path.write_text("1\nseries 1_0\nO 1.0 2.0 3.0\n")
    assert len(list(read_frames(path))) == 1


def test_messages_name_the_setting(tmp_path: Path) -> None:
    path = tmp_path / "x.xyz"
    with pytest.raises(FramesError, match=r"^`structure`: .*x\.xyz"):
        next(read_frames(path, "structure"))
    for content in ("", "three atoms\n", "1\nProperties=species:S:1:pos:R:3\nO 0 1_0 0\n"):
        path.write_text(content)
        with pytest.raises(FramesError, match=r"^`structure`: .*x\.xyz"):
            list(read_frames(path, "structure"))


@pytest.mark.parametrize("name", ["water.data", "data.water", "water.lmp", "water.data.gz"])
@pytest.mark.parametrize("style", ["atomic", "full"])
def test_data_files_of_lammps_have_elements_by_mass(tmp_path: Path, name: str, style: str) -> None:
    water = Atoms("HOH", positions=[[1.0, 1.8, 1.0], [1.0, 1.0, 1.0], [1.8, 1.0, 1.0]], cell=[8.0, 9.0, 7.0], pbc=True)
    ase.io.write(tmp_path / name, water, format="lammps-data", masses=True, atom_style=style, specorder=["O", "H"])
    [found] = read_frames(tmp_path / name)
    assert str(found.symbols) == "HOH"
    np.testing.assert_allclose(found.positions, water.positions, atol=1e-10)
    np.testing.assert_allclose(found.cell, water.cell, atol=1e-10)


def test_data_files_without_masses_name_no_elements(tmp_path: Path) -> None:
    ase.io.write(tmp_path / "x.data", Atoms("OH2", positions=np.eye(3), cell=[8.0] * 3), format="lammps-data")
    with pytest.raises(FramesError, match=r"^`frames`: expected masses in the data file .*x\.data`"):
        list(read_frames(tmp_path / "x.data"))
