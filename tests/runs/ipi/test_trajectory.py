"""Which of the files of i-PI are taken as the trajectory. Files are empty: their names, and the input, tell."""

from __future__ import annotations

from pathlib import Path

import pytest

from tumble.runs.ipi.input import TrajectoryOutput
from tumble.runs.ipi.trajectory import trajectory_of
from tumble.runs.run import Trajectory

CENTROID = "Positions are those of the centroid of {} beads: its structure is sharper than that of the nuclei, "
CENTROID += "and its motion has a meaning in RPMD, TRPMD and CMD only."


def output(
    folder: Path, quantity: str, name: str, *, files: str = "", stride: int = 1, kind: str = "xyz", bead: int = -1
) -> TrajectoryOutput:
    """An element of the input; `files` are endings of the names of its files."""
    for ending in files.split():
        (folder / f"i-pi.{name}{ending}").touch()
    return TrajectoryOutput(quantity, folder / f"i-pi.{name}", stride, kind, bead, "raw")


def names(paths: tuple[Path, ...]) -> str:
    return " ".join(path.name.removeprefix("i-pi.") for path in paths)


def found(outputs: list[TrajectoryOutput], beads: int = 2) -> tuple[Trajectory, str]:
    trajectory, notes = trajectory_of(outputs, beads)
    return trajectory, " ".join(notes)


def test_files_whose_names_go_on_in_other_ways_belong_to_others(tmp_path: Path) -> None:
    positions = output(tmp_path, "positions", "pos", files="_0.xyz _1.xyz _2.xyz _00.xyz _0.xyz~ _10.xyz _1x.xyz")
    centroid = output(tmp_path, "x_centroid", "pos_c", files=".xyz")
    assert [names(found(each)[0].positions) for each in ([positions, centroid], [centroid, positions])] == [
        "pos_0.xyz pos_1.xyz",
        "pos_0.xyz pos_1.xyz",
    ]


def test_numbers_with_several_digits(tmp_path: Path) -> None:
    files = " ".join(f"_{bead:02d}.xyz" for bead in range(12)) + " _0.xyz _1.xyz"
    trajectory, _ = found([output(tmp_path, "positions", "pos", files=files)], beads=12)
    assert [path.name for path in trajectory.positions] == [f"i-pi.pos_{bead:02d}.xyz" for bead in range(12)]


@pytest.mark.parametrize(("kind", "ending"), [("xyz", "xyz"), ("pdb", "pdb"), ("ase", "extxyz")])
def test_endings(tmp_path: Path, kind: str, ending: str) -> None:
    files = "_0.xyz _0.pdb _0.extxyz _0.bin"
    assert names(found([output(tmp_path, "positions", "pos", files=files, kind=kind)], 1)[0].positions) == (
        f"pos_0.{ending}"
    )
    centroid = output(tmp_path, "x_centroid", "c", files=f".{ending}", kind=kind)
    assert names(found([centroid])[0].positions) == f"c.{ending}"


def test_binary_files_are_not_taken(tmp_path: Path) -> None:
    binary = output(tmp_path, "positions", "bin", files="_0.bin", kind="bin")
    assert found([binary], 1) == (Trajectory(), "")


def test_all_beads_before_one_of_them(tmp_path: Path) -> None:
    fast = output(tmp_path, "positions", "fast", files="_0.xyz", bead=0)
    every = output(tmp_path, "positions", "pos", files="_0.xyz _1.xyz", stride=10)
    finer = output(tmp_path, "positions", "fine", files="_0.xyz _1.xyz", stride=5)
    assert names(found([fast, every])[0].positions) == "pos_0.xyz pos_1.xyz"
    assert names(found([fast, every, finer])[0].positions) == "fine_0.xyz fine_1.xyz"


def test_a_part_of_the_beads(tmp_path: Path) -> None:
    part = output(tmp_path, "positions", "pos", files="_0.xyz _2.xyz", bead=-2)
    velocities = output(tmp_path, "velocities", "vel", files="_0.xyz _1.xyz _2.xyz _3.xyz")
    trajectory, notes = found([part, velocities], 4)
    assert (names(trajectory.positions), names(trajectory.velocities)) == ("pos_0.xyz", "")
    assert notes == (
        "Positions are those of bead 0 alone, since the files of all 4 beads are missing: its motion is not physical "
        "dynamics, and its results aren't compared with others."
    )
    centroid = output(tmp_path, "x_centroid", "c", files=".xyz")
    trajectory, notes = found([part, velocities, centroid], 4)
    assert (names(trajectory.positions), trajectory.velocities, notes) == ("c.xyz", (), CENTROID.format(4))


def test_velocities_of_one_bead_are_left_out(tmp_path: Path) -> None:
    positions = output(tmp_path, "positions", "pos", files="_0.xyz _1.xyz")
    velocities = output(tmp_path, "velocities", "vel", files="_0.xyz", bead=0)
    trajectory, notes = found([positions, velocities])
    assert (names(trajectory.positions), trajectory.velocities) == ("pos_0.xyz pos_1.xyz", ())
    assert notes == "The velocities in `i-pi.vel_0.xyz` are left out, since they lack beads of the positions."


@pytest.mark.parametrize(("stride", "taken"), [(1, True), (2, True), (3, False), (4, False), (20, False)])
def test_sparse_forces_are_left_out(tmp_path: Path, stride: int, taken: bool) -> None:
    positions = output(tmp_path, "positions", "pos", files="_0.xyz", stride=2)
    forces = output(tmp_path, "forces", "f", files="_0.xyz", stride=stride)
    trajectory, notes = found([positions, forces], 1)
    assert names(trajectory.forces) == ("f_0.xyz" if taken else "")
    note = "The forces in `i-pi.f_0.xyz` are left out, since they lack frames of the positions."
    assert notes == ("" if taken else note)


def test_companions_of_the_centroid(tmp_path: Path) -> None:
    outputs = [
        output(tmp_path, "x_centroid", "x", files=".xyz", stride=2),
        output(tmp_path, "v_centroid", "v", files=".xyz", stride=2),
        output(tmp_path, "f_centroid", "f", files=".xyz", stride=10),
        output(tmp_path, "velocities", "vel", files="_0.xyz _1.xyz"),
    ]
    trajectory, notes = found(outputs)
    assert [names(each) for each in (trajectory.positions, trajectory.velocities, trajectory.forces)] == [
        "x.xyz",
        "v.xyz",
        "",
    ]
    left_out = "The f_centroid in `i-pi.f.xyz` are left out, since they lack frames of the positions."
    assert notes == f"{CENTROID.format(2)} {left_out}"


@pytest.mark.parametrize("bead", [-1, -2])
def test_every_second_bead_of_a_suzuki_chin_splitting(tmp_path: Path, bead: int) -> None:
    files = "_0.xyz _1.xyz _2.xyz _3.xyz"
    positions = output(tmp_path, "positions", "pos", files=files, bead=bead)
    velocities = output(tmp_path, "velocities", "vel", files=files)
    centroid = output(tmp_path, "x_centroid", "c", files=".xyz")
    trajectory, notes = trajectory_of([centroid, positions, velocities], 4, every_second=True)
    assert (names(trajectory.positions), names(trajectory.velocities)) == ("pos_0.xyz pos_2.xyz", "vel_0.xyz vel_2.xyz")
    assert (trajectory.every_second, notes) == (True, ())
    # The centroid of all beads is none of those that sample.
    assert trajectory_of([centroid], 4, every_second=True) == (Trajectory(), ())
    odd = output(tmp_path, "positions", "odd", files="_1.xyz", bead=1)
    note = "Positions of beads with odd numbers are left out, since these don't sample the distribution."
    assert trajectory_of([odd], 4, every_second=True) == (Trajectory(), (note,))
    even = output(tmp_path, "x_centroid_even", "even", files=".xyz")
    trajectory, _ = trajectory_of([centroid, even], 4, every_second=True)
    assert (names(trajectory.positions), trajectory.every_second) == ("even.xyz", True)


def test_a_huge_number_of_beads_takes_no_memory(tmp_path: Path) -> None:
    positions = output(tmp_path, "positions", "pos", files="_0.xyz")
    assert names(found([positions], 10**15)[0].positions) == "pos_0.xyz"


def test_no_files(tmp_path: Path) -> None:
    assert found([output(tmp_path, "positions", "pos"), output(tmp_path / "nowhere", "positions", "pos")]) == (
        Trajectory(),
        "",
    )
