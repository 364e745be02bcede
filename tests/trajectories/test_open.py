"""Opening trajectories of all kinds, from files that the real engines wrote."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from support.trajectories import EVERY, FIRST, FRAMES, LAMMPS_TIMESTEP, TIMESTEP

from tumble.errors import ConfigurationError, NotApplicableError, TrajectoryError
from tumble.trajectories.ipi_xyz import IPIXYZ
from tumble.trajectories.open import notes_of, open_trajectory, time_unit
from tumble.trajectories.ring_polymer import RingPolymerReader


@pytest.mark.parametrize(
    "pattern", ["run.pos_*.xyz", "run.bohr_*.xyz", "run.mixed_*.xyz", "run.pdb_*.pdb", "run.ext_*.extxyz"]
)
def test_all_formats_of_ipi(ipi_run: Path, pattern: str) -> None:
    universe = open_trajectory(str(ipi_run / pattern), timestep=TIMESTEP)
    expected = open_trajectory(str(ipi_run / "run.pos_*.xyz"), timestep=TIMESTEP)
    assert isinstance(universe.trajectory, RingPolymerReader)
    assert universe.trajectory.unwrapped
    assert notes_of(universe) == ()
    assert time_unit(universe) == "ps"
    assert universe.atoms.elements.tolist() == ["O", "H", "H", "O", "H", "H"]
    np.testing.assert_allclose(universe.atoms.masses[:2], [15.999, 1.008])
    for one, other in zip(universe.trajectory, expected.trajectory, strict=True):
        np.testing.assert_allclose(one.data["beads"], other.data["beads"], atol=5.1e-4)
        np.testing.assert_allclose(one.dimensions, other.dimensions, atol=1e-5)
        assert one.time == other.time == pytest.approx(one.data["step"] * TIMESTEP)


LAMMPS = {
    "images.dump": {},
    "unwrapped.dump": {},
    "scaled.dump": {"topology": "start.data"},
    "x.dcd": {"topology": "start.data"},
    "x.xtc": {"topology": "images.dump"},
    "x.extxyz": {},
    "plain.xyz": {"cell": [10.6, 13.25, 12.143826, 94.7, 115.88, 53.13]},
}


@pytest.mark.parametrize("name", LAMMPS)
def test_all_formats_of_lammps(lammps_run: Path, name: str) -> None:
    options = dict(LAMMPS[name])
    if "topology" in options:
        options["topology"] = lammps_run / options["topology"]
    universe = open_trajectory(lammps_run / name, timestep=LAMMPS_TIMESTEP, **options)
    expected = open_trajectory(lammps_run / "images.dump")
    assert universe.atoms.elements.tolist() == expected.atoms.elements.tolist()
    np.testing.assert_allclose(universe.atoms.masses, expected.atoms.masses, rtol=1e-4)
    moved = 0.0
    for one, other in zip(universe.trajectory, expected.trajectory, strict=True):
        moved = max(moved, np.abs(one.positions - other.positions).max())
        assert one.time == pytest.approx(other.time)
        assert one.data["step"] == other.data["step"]
        if name != "plain.xyz":
            np.testing.assert_allclose(one.dimensions, other.dimensions, rtol=1e-5)
    # LAMMPS writes wrapped positions into xyz.
    assert moved < 1e-4 or name in ("x.extxyz", "plain.xyz")
    assert universe.trajectory.ts.time == pytest.approx(FIRST * LAMMPS_TIMESTEP)
    assert universe.trajectory.dt == pytest.approx(EVERY * LAMMPS_TIMESTEP)
    assert len(universe.trajectory) == FRAMES


def test_hard_restart_of_ipi(ipi_run: Path, ipi_restarted: Path) -> None:
    universe = open_trajectory(
        str(ipi_restarted / "run.pos_*.xyz"), velocities=str(ipi_restarted / "run.vel_*.xyz"), timestep=TIMESTEP
    )
    assert [ts.data["step"] for ts in universe.trajectory] == [0, 2, 4, 6, 8, 10, 12]
    assert notes_of(universe) == ("Frames that a restart repeated (2, steps 6 to 8) are left out.",)
    # The run is deterministic, so that what was repeated is the same; energy is conserved across the restart.
    before = open_trajectory(str(ipi_run / "run.pos_*.xyz"))
    for one, other in zip(universe.trajectory[:5], before.trajectory, strict=True):
        np.testing.assert_allclose(one.data["beads"], other.data["beads"], atol=2e-5)
    assert universe.trajectory.dt == pytest.approx(2 * TIMESTEP)


def test_parts_of_a_run(ipi_run: Path, ipi_restarted: Path, tmp_path: Path) -> None:
    parts = []
    for bead in range(3):
        text = (ipi_restarted / f"run.pos_{bead}.xyz").read_text()
        frame = len(text) // 9
        for part, piece in enumerate((text[: 5 * frame], text[5 * frame :])):
            parts.append(tmp_path / f"part{part}.pos_{bead}.xyz")
            parts[-1].write_text(piece)
    joined = open_trajectory(parts[::-1])
    expected = open_trajectory(str(ipi_restarted / "run.pos_*.xyz"))
    assert joined.trajectory.n_beads == 3
    assert joined.trajectory.steps.tolist() == [0, 2, 4, 6, 8, 10, 12]
    for one, other in zip(joined.trajectory, expected.trajectory, strict=True):
        np.testing.assert_array_equal(one.data["beads"], other.data["beads"])


def test_parts_of_a_dump(lammps_run: Path, tmp_path: Path) -> None:
    text = (lammps_run / "unwrapped.dump").read_text()
    frames = ["ITEM: TIMESTEP" + part for part in text.split("ITEM: TIMESTEP")[1:]]
    (tmp_path / "9.dump").write_text("".join(frames[:6]))
    (tmp_path / "10.dump").write_text("".join(frames[4:]))
    universe = open_trajectory(str(tmp_path / "*.dump"), units="metal", timestep=LAMMPS_TIMESTEP)
    assert [ts.data["step"] for ts in universe.trajectory] == list(range(1000, 1101, 10))
    assert "Frames that a restart repeated (2, steps 1040 to 1050) are left out." in notes_of(universe)


def test_single_bead_and_centroid(ipi_run: Path) -> None:
    for name in ("run.pos_1.xyz", "run.xc.xyz"):
        universe = open_trajectory(ipi_run / name)
        assert "beads" not in universe.trajectory.ts.data
        expected = IPIXYZ(ipi_run / name)
        for index, ts in enumerate(universe.trajectory):
            np.testing.assert_allclose(ts.positions, expected.read(index).positions, rtol=1e-6)
    assert open_trajectory(ipi_run / "run.xc.xyz", beads=True).trajectory.n_beads == 1


def test_time_that_is_not_known(ipi_run: Path) -> None:
    universe = open_trajectory(str(ipi_run / "run.pos_*.xyz"))
    assert time_unit(universe) == "frame"
    assert [ts.time for ts in universe.trajectory] == [0, 1, 2, 3, 4]
    assert notes_of(universe) == ("The time between steps isn't known: times count frames. Give the time step.",)


def test_notes_and_unit_of_other_universes(ipi_run: Path) -> None:
    import MDAnalysis

    universe = MDAnalysis.Universe(str(ipi_run / "run.pos_0.xyz"))
    assert notes_of(universe) == ()
    assert time_unit(universe) == "ps"


def test_cell_as_an_argument(lammps_run: Path) -> None:
    universe = open_trajectory(lammps_run / "plain.xyz", cell=[10, 11, 12])
    np.testing.assert_array_equal(universe.dimensions, [10, 11, 12, 90, 90, 90])
    for cell in ([1, 2], [1, 2, 3, 4], [0, 1, 2]):
        with pytest.raises(ConfigurationError, match=r"`cell`: .*3 positive"):
            open_trajectory(lammps_run / "plain.xyz", cell=cell)
    with pytest.raises(ConfigurationError, match="`cell`: expected none"):
        open_trajectory(lammps_run / "images.dump", cell=[10, 11, 12])


def test_memory_does_not_grow_with_the_number_of_frames(ipi_run: Path, tmp_path: Path) -> None:
    text = (ipi_run / "run.pos_0.xyz").read_text()
    frame = text[: len(text) // 5]
    with open(tmp_path / "long.xyz", "w") as file:
        for step in range(3000):
            file.write(frame.replace("Step:           0", f"Step:  {step:10d}"))
    universe = open_trajectory(tmp_path / "long.xyz")
    assert len(universe.trajectory) == 3000
    tracemalloc.start()
    for _ in universe.trajectory[:100]:
        pass
    before, _ = tracemalloc.get_traced_memory()
    for _ in universe.trajectory:
        pass
    after, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert after - before < 2000
    assert peak - before < 50_000


@pytest.mark.parametrize(
    ("files", "options", "message"),
    [
        ("none_*.xyz", {}, r"`files`: .*got no match"),
        ("none.xyz", {}, "No such file"),
        (
            ["run.pos_0.xyz", "run.pos_2.xyz"],
            {},
            "got none of bead 1, but of 2 others",
        ),
        (
            ["run.pos_1.xyz", "run.pos_2.xyz"],
            {},
            "got none of bead 0, but of 2 others",
        ),
        (["run.pos_0.xyz", "run.pos_0.xyz"], {}, "same step, 0"),
        ("run.vel_*.xyz", {}, r"`files`: .*got velocities in .*run.vel_0.xyz"),
        ("run.pos_*.xyz", {"velocities": "run.bohr_*.xyz"}, r"`velocities`: .*got positions"),
        ("run.pos_*.xyz", {"forces": "run.vel_*.xyz"}, r"`forces`: .*got velocities"),
        ("run.pos_*.xyz", {"velocities": "run.vel_0.xyz"}, r"`velocities`: .*3 beads.*got 1"),
        ("run.xc.xyz", {"velocities": "run.vel_0.xyz"}, r"`velocities`: .*centroid"),
        (["run.pos_0.xyz", "run.xc.xyz"], {}, "got positions of the centroid"),
        ("run.momenta_*.xyz", {}, r"trajectories .*got `momenta`"),
        ("input.xml", {}, r"`files`: .*got another format in"),
    ],
)
def test_what_can_not_be_opened(ipi_run: Path, files, options: dict, message: str) -> None:
    def place(name):
        return [str(ipi_run / each) for each in name] if isinstance(name, list) else str(ipi_run / name)

    options = {key: place(value) if key in ("velocities", "forces") else value for key, value in options.items()}
    with pytest.raises(TrajectoryError, match=message):
        open_trajectory(place(files), **options)


@pytest.mark.parametrize(
    ("pattern", "options", "message"),
    [
        ("", {}, r"`files`: .*one file, got none"),
        ("run.pos_*.xyz", {"units": "lj"}, r"`units`: .*`metal`.*`real`, got `lj`"),
        ("run.pos_*.xyz", {"timestep": -1.0}, r"`timestep`: .*got -1.0"),
    ],
)
def test_wrong_arguments(ipi_run: Path, pattern: str, options: dict, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        open_trajectory(str(ipi_run / pattern) if pattern else [], **options)


def test_elements_that_are_not_known_or_in_another_order(lammps_run: Path, tmp_path: Path) -> None:
    for name in ("wrapped.dump", "x.dcd", "default.dump"):
        with pytest.raises(
            NotApplicableError,
            match=r"`topology`: .*elements.*`--topology`",
        ):
            open_trajectory(lammps_run / name)
    text = (lammps_run / "plain.xyz").read_text()
    (tmp_path / "types.xyz").write_text(text.replace("Ar", "1").replace("Ne", "2"))
    with pytest.raises(NotApplicableError, match=r"`topology`: .* 2, 1"):
        open_trajectory(tmp_path / "types.xyz")
    (tmp_path / "order.xyz").write_text(text.replace("Ar", "Xx").replace("Ne", "Ar").replace("Xx", "Ne"))
    with pytest.raises(TrajectoryError, match=r"`topology`: .*got Ar .*Ne"):
        open_trajectory(lammps_run / "plain.xyz", topology=tmp_path / "order.xyz")


def test_files_of_different_kinds_together(ipi_run: Path, lammps_run: Path) -> None:
    with pytest.raises(TrajectoryError, match=r"`files`: .*got .*images.dump"):
        open_trajectory([ipi_run / "run.pos_0.xyz", lammps_run / "images.dump"])


def test_frames_without_steps(tmp_path: Path) -> None:
    for name in ("a", "b"):
        frames = "".join(f"1\n{name}\nO {index} 0 0\n" for index in range(3))
        (tmp_path / f"{name}.xyz").write_text(frames)
    universe = open_trajectory([tmp_path / "b.xyz", tmp_path / "a.xyz"], timestep=0.5)
    assert [ts.time for ts in universe.trajectory] == [0, 0.5, 1, 1.5, 2, 2.5]
    assert len(notes_of(universe)) == 2
    beads = open_trajectory(str(tmp_path / "*.xyz"), beads=True)
    assert beads.trajectory.ts.data["beads"].shape == (2, 1, 3)
