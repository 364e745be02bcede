"""Frames of some steps alone, and of one bead without its velocities, of dumps that are written here."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from tumble.errors import NotApplicableError, TrajectoryError
from tumble.trajectories.open import notes_of, open_trajectory

HEAD = "ITEM: TIMESTEP\n{step}\nITEM: NUMBER OF ATOMS\n2\nITEM: BOX BOUNDS pp pp pp\n0 9\n0 9\n0 9\n"
ATOMS = "ITEM: ATOMS id element x y z vx vy vz\n1 H {step} 1 1 1 0 0\n2 H {step} 2 2 0 1 0\n"


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    path = tmp_path / "x.dump"
    path.write_text("".join((HEAD + ATOMS).format(step=step) for step in range(0, 9, 2)))
    return path


@pytest.mark.parametrize(
    ("steps", "kept"),
    [((3, None), [4, 6, 8]), ((None, 4), [0, 2, 4]), ((2, 6), [2, 4, 6]), ((None, None), [0, 2, 4, 6, 8])],
)
def test_frames_of_some_steps(dump: Path, steps: tuple[int | None, int | None], kept: list[int]) -> None:
    universe = open_trajectory(dump, timestep=0.5, units="metal", steps=steps)
    assert universe.trajectory.steps.tolist() == kept
    assert universe.trajectory.frame_times == pytest.approx(0.5 * np.array(kept))
    assert [float(ts.positions[0, 0]) for ts in universe.trajectory] == kept
    said = any(f"{5 - len(kept)} of 5 frames" in note for note in notes_of(universe))
    assert said == (len(kept) < 5)


def test_one_file_for_each_step_keeps_one_file_open(tmp_path: Path) -> None:
    for step in range(20):
        (tmp_path / f"x.{step}.dump").write_text((HEAD + ATOMS).format(step=step))
    before = len(os.listdir("/dev/fd"))
    universe = open_trajectory(str(tmp_path / "x.*.dump"), timestep=0.5, units="metal")
    assert [float(ts.positions[0, 0]) for ts in universe.trajectory] == list(range(20))
    assert len(os.listdir("/dev/fd")) <= before + 1


def test_no_frame_of_the_steps(dump: Path) -> None:
    with pytest.raises(NotApplicableError, match=r"step 9.*got steps 0 to 8"):
        open_trajectory(dump, steps=(9, None))
    universe = open_trajectory(dump, steps=(9, None), optional_steps=True)
    assert len(universe.trajectory) == 5
    assert any("frames from step 9" in note and "steps 0 to 8" in note for note in notes_of(universe))


def test_one_bead(dump: Path) -> None:
    universe = open_trajectory(dump, units="metal", bead=True)
    assert not universe.trajectory.ts.has_velocities
    assert any(note.startswith("These are positions of one bead of a path integral") for note in notes_of(universe))
    assert open_trajectory(dump, units="metal").trajectory.ts.has_velocities


def test_topology_that_is_only_for_files_without_elements(dump: Path, tmp_path: Path) -> None:
    other = tmp_path / "deuterium.xyz"
    other.write_text("2\n\nD 0 0 0\nD 1 1 1\n")
    (tmp_path / "types.dump").write_text(dump.read_text().replace("element", "type").replace(" H ", " 1 "))
    assert open_trajectory(dump, topology=other, optional_topology=True).atoms.masses[0] == pytest.approx(1.008)
    types = open_trajectory(tmp_path / "types.dump", topology=other, optional_topology=True)
    assert types.atoms.masses[0] == pytest.approx(2.014, abs=1e-3)


@pytest.mark.parametrize("view", [{"described": (0, 8)}, {"steps": (2, None)}, {"bead": True}])
@pytest.mark.parametrize(("atoms", "what"), [("1 2 0 0 0\n2 1 1 1 1", "types"), ("1 1 0 0 0\n3 2 1 1 1", "id")])
def test_atoms_of_a_part_are_compared_with_the_topology(
    dump: Path, tmp_path: Path, view: dict[str, object], atoms: str, what: str
) -> None:
    text = dump.read_text().replace("element", "type").replace("\n1 H", "\n1 1").replace("\n2 H", "\n2 2")
    (tmp_path / "types.dump").write_text(text)
    box = "0 9 xlo xhi\n0 9 ylo yhi\n0 9 zlo zhi"
    masses = "Masses\n\n1 15.999\n2 1.008"
    head = f"# water\n\n2 atoms\n2 atom types\n\n{box}\n\n{masses}\n\nAtoms # atomic\n\n"
    data = tmp_path / "x.data"
    data.write_text(f"{head}1 1 0 0 0\n2 2 1 1 1\n")
    assert open_trajectory(tmp_path / "types.dump", topology=data, **view).atoms.elements.tolist() == ["O", "H"]
    data.write_text(f"{head}{atoms}\n")
    with pytest.raises(TrajectoryError, match=rf"`topology`: .*{what}"):
        open_trajectory(tmp_path / "types.dump", topology=data, **view)
