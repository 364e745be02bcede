"""Dumps that a real LAMMPS wrote, against its other formats and the readers of MDAnalysis and ASE."""

from __future__ import annotations

import warnings
from pathlib import Path

import ase.io
import numpy as np
import pytest
from MDAnalysis.coordinates.LAMMPS import DumpReader
from support import trajectories
from support.trajectories import EVERY, FIRST, FRAMES, LAMMPS_TIMESTEP

from tumble.errors import NotApplicableError, TrajectoryError
from tumble.observables.base.processes import Processes
from tumble.observables.dynamics.msd import MeanSquareDisplacement
from tumble.observables.structure.rdf import Rdf
from tumble.trajectories.lammps_dump import LammpsDump
from tumble.trajectories.open import open_trajectory
from tumble.units.lammps import lammps_units

EV = 96.48533212331


def test_all_columns_of_positions_agree(lammps_run: Path) -> None:
    images = LammpsDump(lammps_run / "images.dump")
    for name in ("unwrapped", "scaled", "scaledunwrapped"):
        other = LammpsDump(lammps_run / f"{name}.dump")
        assert other.unwrapped
        assert images.unwrapped
        np.testing.assert_array_equal(other.steps, FIRST + EVERY * np.arange(FRAMES))
        for index in range(FRAMES):
            np.testing.assert_allclose(other.read(index).positions, images.read(index).positions, atol=1e-7)
            np.testing.assert_allclose(other.read(index).dimensions, images.read(index).dimensions, rtol=1e-12)


def test_wrapped_positions_differ_by_vectors_of_the_box(lammps_run: Path) -> None:
    images, wrapped = (LammpsDump(lammps_run / f"{name}.dump") for name in ("images", "wrapped"))
    assert wrapped.unwrapped is False
    vectors = np.array([[10.6, 0, 0], [7.95, 10.6, 0], [-5.3, 2.65, 10.6]])
    crossed = 0.0
    for index in range(FRAMES):
        boxes = (images.read(index).positions - wrapped.read(index).positions) @ np.linalg.inv(vectors)
        np.testing.assert_allclose(boxes, np.round(boxes), atol=1e-7)
        crossed += np.abs(np.round(boxes)).sum()
    assert crossed > 0
    scaled = LammpsDump(lammps_run / "atoms.dump")
    np.testing.assert_allclose(scaled.read(3).positions, wrapped.read(3).positions, atol=1e-4)


def test_against_the_reader_of_mdanalysis(lammps_run: Path) -> None:
    source = LammpsDump(lammps_run / "unwrapped.dump", lammps_units("metal"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        reader = DumpReader(str(lammps_run / "unwrapped.dump"))
        for index, ts in enumerate(reader):
            frame = source.read(index)
            np.testing.assert_allclose(frame.positions, ts.positions, atol=2e-6)
            np.testing.assert_allclose(frame.dimensions, ts.dimensions, rtol=1e-6)
            np.testing.assert_allclose(frame.velocities, ts.velocities, rtol=1e-6)
            assert source.steps[index] == ts.data["step"]
        reader.close()


def test_against_the_reader_of_ase(lammps_run: Path) -> None:
    source = LammpsDump(lammps_run / "images.dump")
    frames = ase.io.read(lammps_run / "wrapped.dump", ":", format="lammps-dump-text")
    vectors = frames[0].cell.array
    for index, atoms in enumerate(frames):
        np.testing.assert_allclose(source.read(index).dimensions, atoms.cell.cellpar(), rtol=1e-12)
        boxes = (source.read(index).positions - atoms.positions) @ np.linalg.inv(vectors)
        np.testing.assert_allclose(boxes, np.round(boxes), atol=1e-7)


def test_units_and_times_that_the_dump_tells(lammps_run: Path) -> None:
    source = LammpsDump(lammps_run / "images.dump")
    np.testing.assert_allclose(source.times, source.steps * LAMMPS_TIMESTEP)
    assert source.notes == ()
    frame = source.read(2)
    expected = LammpsDump(lammps_run / "unwrapped.dump", lammps_units("metal")).read(2)
    np.testing.assert_allclose(frame.velocities, expected.velocities, rtol=1e-8)
    # The forces are what changes the velocities: m dv/dt, from frames on both sides; 1 kJ/(mol Å) = 100 u Å/ps².
    masses = np.where(np.array(source.labels) == "Ar", 39.948, 20.1797)[:, None]
    kicks = masses * (source.read(3).velocities - source.read(1).velocities) / (2 * EVERY * LAMMPS_TIMESTEP)
    strength = np.linalg.norm(frame.forces)
    assert np.linalg.norm(kicks / 100 - frame.forces) < 0.3 * strength  # frames are far apart


def test_units_real(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The same run in other units: LAMMPS' constants agree to six digits, and so do short trajectories."""
    pytest.importorskip("lammps", reason="LAMMPS isn't installed")
    folder = tmp_path_factory.mktemp("real")
    trajectories.run_lammps_real(folder)
    trajectories.run_lammps_formats(folder)
    real = LammpsDump(folder / "real.dump", lammps_units("real"))
    metal = LammpsDump(folder / "images.dump")
    for index in range(3):
        one, other = real.read(index), metal.read(index)
        np.testing.assert_allclose(one.velocities, other.velocities, rtol=1e-3, atol=1e-3)
        np.testing.assert_allclose(one.forces, other.forces, rtol=1e-3, atol=1e-3 * np.abs(other.forces).max())


def test_velocities_without_units_are_left_out(lammps_run: Path) -> None:
    source = LammpsDump(lammps_run / "unwrapped.dump")
    assert source.read(0).velocities is None
    assert source.notes == ("Columns vx, vy, vz are left out: give `units`, the style of units of LAMMPS.",)


def test_units_that_contradict_the_file_win_with_a_note(lammps_run: Path, tmp_path: Path) -> None:
    text = (lammps_run / "unwrapped.dump").read_text()
    (tmp_path / "x.dump").write_text("ITEM: UNITS\nmetal\n" + text)
    own, given = (LammpsDump(tmp_path / "x.dump", units) for units in (None, lammps_units("real")))
    np.testing.assert_allclose(given.read(0).velocities, 1e3 * own.read(0).velocities)
    assert (len(own.notes), len(given.notes)) == (0, 1)
    assert "Units are `real`, as given, where" in given.notes[0]


def test_atoms_are_in_the_order_of_their_numbers(lammps_run: Path) -> None:
    source = LammpsDump(lammps_run / "images.dump")
    assert source.ids.tolist() == list(range(1, 33))
    data = ase.io.read(lammps_run / "start.data", format="lammps-data")
    assert source.types.tolist() == data.arrays["type"].tolist()
    assert source.labels == tuple(data.symbols)


def _flight(path: Path, boundary: str) -> Path:
    """Atoms that fly 1 Å a frame through a cube of 10 Å, forwards and backwards, wrapped; one rests."""
    frames = [
        f"ITEM: TIMESTEP\n{step}\nITEM: NUMBER OF ATOMS\n3\nITEM: BOX BOUNDS{boundary}\n0 10\n0 10\n0 10\n"
        f"ITEM: ATOMS id type element x y z\n1 1 O {step % 10} 5 5\n2 1 O 3 3 3\n3 1 O {-step % 10} 7 7\n"
        for step in range(60)
    ]
    path.write_text("".join(frames))
    return path


def test_box_without_boundaries_is_periodic(tmp_path: Path) -> None:
    """Two of three atoms fly with 1 Å/frame: their MSD is 2/3 t², at any time."""
    for boundary in ("", " pp pp pp"):
        universe = open_trajectory(_flight(tmp_path / "x.dump", boundary), timestep=0.001)
        assert universe.trajectory.unwrapped is False
        result = MeanSquareDisplacement(universe, remove_drift=False, longest=0.012).run().result
        found = result["msd_O"].values
        np.testing.assert_allclose(found[[1, 5, 10]], [2 / 3, 50 / 3, 200 / 3], rtol=1e-6)
        assert any("boundary conditions" in note for note in result.notes) == (boundary == "")


def test_tilted_box_without_boundaries(lammps_run: Path, tmp_path: Path) -> None:
    text = (lammps_run / "wrapped.dump").read_text()
    (tmp_path / "x.dump").write_text(text.replace("xy xz yz pp pp pp", "xy xz yz"))
    source, expected = LammpsDump(tmp_path / "x.dump"), LammpsDump(lammps_run / "wrapped.dump")
    np.testing.assert_array_equal(source.read(3).positions, expected.read(3).positions)
    np.testing.assert_array_equal(source.read(3).dimensions, expected.read(3).dimensions)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("xy xz yz pp pp pp", "xy xz yz pp pp", "`ITEM: BOX BOUNDS`"),
        ("xy xz yz pp pp pp", "xy xz yz pp pp px", "`ITEM: BOX BOUNDS`"),
        ("xy xz yz pp pp pp", "pp pp pp", "bounds of a box"),
    ],
)
def test_box_that_is_not_understood(lammps_run: Path, tmp_path: Path, old: str, new: str, message: str) -> None:
    (tmp_path / "x.dump").write_text((lammps_run / "wrapped.dump").read_text().replace(old, new))
    with pytest.raises(TrajectoryError, match=message):
        LammpsDump(tmp_path / "x.dump")


@pytest.mark.parametrize("bounds", ["0 nan", "0 1e400", "0 1_0", "0 0", "5 0", "0 x", "0"])
def test_bounds_that_are_no_box(tmp_path: Path, bounds: str) -> None:
    path = _flight(tmp_path / "x.dump", " pp pp pp")
    path.write_text(path.read_text().replace("0 10", bounds))
    with pytest.raises(TrajectoryError, match=r"frame 0 \(step 0\) of"):
        LammpsDump(path)


def test_boundaries_that_change_are_refused(tmp_path: Path) -> None:
    text = _flight(tmp_path / "x.dump", " pp pp pp").read_text()
    (tmp_path / "x.dump").write_text(text[: len(text) // 2] + text[len(text) // 2 :].replace("pp pp pp", "ff ff ff"))
    source = LammpsDump(tmp_path / "x.dump")
    with pytest.raises(TrajectoryError, match=r"boundaries .*first frame"):
        source.read(59)


def _swapped(path: Path, *, with_elements: bool = True) -> tuple[Path, list[dict[str, np.ndarray]]]:
    """Atoms of an alloy in a cube that exchange their types in each frame; positions by element, by construction."""
    random = np.random.default_rng(5)
    kinds = np.array([1] * 20 + [2] * 10)
    frames, expected = [], []
    for step in range(4):
        positions = random.uniform(0, 10, (30, 3)).round(6)
        lines = [
            f"{index + 1} {kind} {'Ar' if kind == 1 else 'Ne'} {x} {y} {z}"
            for index, (kind, (x, y, z)) in enumerate(zip(kinds, positions, strict=True))
        ]
        random.shuffle(lines)
        frames.append(
            f"ITEM: TIMESTEP\n{step}\nITEM: NUMBER OF ATOMS\n30\nITEM: BOX BOUNDS pp pp pp\n0 10\n0 10\n0 10\n"
            "ITEM: ATOMS id type element x y z\n" + "\n".join(lines) + "\n"
        )
        expected.append({"Ar": positions[kinds == 1], "Ne": positions[kinds == 2]})
        random.shuffle(kinds)
    text = "".join(frames)
    path.write_text(text if with_elements else text.replace(" element", "").replace(" Ar", "").replace(" Ne", ""))
    return path, expected


def test_radial_distributions_of_atoms_that_change_their_elements(tmp_path: Path, processes: Processes) -> None:
    """Against all distances of each frame by NumPy, with the elements that its atoms have there."""
    path, frames = _swapped(tmp_path / "x.dump")
    counts = np.zeros(8)
    for frame in frames:
        offsets = frame["Ar"][:, None] - frame["Ne"]
        offsets -= 10 * np.round(offsets / 10)
        counts += np.histogram(np.linalg.norm(offsets, axis=-1), 8, (0, 4))[0]
    edges = np.arange(9) * 0.5
    expected = counts / len(frames) / (20 * 10) * 1000 / (4 / 3 * np.pi * np.diff(edges**3))
    universe = open_trajectory(path, timestep=0.001)
    found = Rdf(universe, (("Ar", "Ne"),), cutoff=4.0, bin_width=0.5).run().result
    np.testing.assert_allclose(found["g_ArNe"].values, expected, rtol=1e-6)
    parallel = Rdf(universe, (("Ar", "Ne"),), cutoff=4.0, bin_width=0.5).run(backend=processes)
    np.testing.assert_allclose(parallel.result["g_ArNe"].values, expected, rtol=1e-6)


def test_radial_distributions_of_a_run_with_swaps(tmp_path: Path) -> None:
    """Against ASE, of which each frame has its own elements."""
    pytest.importorskip("lammps", reason="LAMMPS isn't installed")
    trajectories.run_lammps_swapping(tmp_path)
    frames = ase.io.read(tmp_path / "swapped.dump", ":", format="lammps-dump-text")
    elements = np.array([atoms.get_chemical_symbols() for atoms in frames])
    assert np.any(elements != elements[0])
    counts = np.zeros(10)
    for atoms, symbols in zip(frames, elements, strict=True):
        distances = atoms.get_all_distances(mic=True)[np.ix_(symbols == "Ar", symbols == "Ne")]
        counts += np.histogram(distances, 10, (0, 5))[0]
    pairs = np.sum(elements[0] == "Ar") * np.sum(elements[0] == "Ne")
    shells = 4 / 3 * np.pi * np.diff((0.5 * np.arange(11)) ** 3)
    universe = open_trajectory(tmp_path / "swapped.dump", timestep=LAMMPS_TIMESTEP)
    found = Rdf(universe, (("Ar", "Ne"),), cutoff=5.0, bin_width=0.5).run().result["g_ArNe"].values
    np.testing.assert_allclose(found, counts / len(frames) / pairs * frames[0].cell.volume / shells, rtol=1e-5)


def test_atoms_that_change_their_elements_are_refused_elsewhere(tmp_path: Path) -> None:
    path, _ = _swapped(tmp_path / "x.dump")
    universe = open_trajectory(path, timestep=0.001)
    message = r"`files`: .*same types.* frame \d \(step \d\) of .*x\.dump`"
    for observable in (
        MeanSquareDisplacement(universe),
        Rdf(universe, {"own": (universe.atoms[:5], universe.atoms[5:])}, cutoff=4.0),
    ):
        with pytest.raises(NotApplicableError, match=message):
            observable.run()
    with pytest.raises(TrajectoryError, match=message):
        open_trajectory([path, path], beads=True).trajectory[1]
    with pytest.raises(NotApplicableError, match=message):
        _ = universe.trajectory[1]


def test_numbers_of_types_that_change_are_refused(tmp_path: Path) -> None:
    path = _flight(tmp_path / "x.dump", " pp pp pp")
    for old, new in (("1 1 O 9", "1 2 O 9"), ("1 1 O 9", "1 1 H 9")):
        (tmp_path / "y.dump").write_text(path.read_text().replace(old, new))
        source = LammpsDump(tmp_path / "y.dump")
        source.read(8)
        with pytest.raises(TrajectoryError, match=r"frame 9 \(step 9\) of .*each type"):
            source.read(9)


def test_parts_and_data_files_with_other_types_are_refused(tmp_path: Path) -> None:
    """Types tell the elements through a data file, so that those of the first frame must be its."""
    path, _ = _swapped(tmp_path / "x.dump", with_elements=False)
    frames = ["ITEM: TIMESTEP" + frame for frame in path.read_text().split("ITEM: TIMESTEP")[1:]]
    for index, frame in enumerate(frames[:2]):
        (tmp_path / f"{index}.dump").write_text(frame)
    atoms = "".join(f"{index} {1 if index <= 20 else 2} 0.0 0.0 0.0\n" for index in range(1, 31))
    head = "x\n\n30 atoms\n2 atom types\n\n0 9 xlo xhi\n0 9 ylo yhi\n0 9 zlo zhi\n\nMasses\n\n1 39.95\n2 20.18\n\n"
    (tmp_path / "x.data").write_text(f"{head}Atoms # atomic\n\n{atoms}")
    assert open_trajectory(tmp_path / "0.dump", topology=tmp_path / "x.data").atoms.elements[25] == "Ne"
    with pytest.raises(TrajectoryError, match=r"`topology`: .*types.*1\.dump"):
        open_trajectory(tmp_path / "1.dump", topology=tmp_path / "x.data")
    with pytest.raises(TrajectoryError, match=r"`files`: .*types.*0\.dump"):
        open_trajectory(str(tmp_path / "[01].dump"), topology=tmp_path / "x.data")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("\n7\n", "\n7x\n", "header of a frame"),
        ("\n7\n", "\n99999999999999999999\n", "64 bits: b'9999"),
        ("\n7\n", "\n-7\n", r"step .*got -7"),
        ("1 1 O 7", "99999999999999999999 1 O 7", r"frame 7 \(step 7\) of .*64 bits"),
        ("1 1 O 7", "1x 1 O 7", r"frame 7 \(step 7\) of .*: .*literal"),
        ("1 1 O 7", "2 1 O 7", r"frame 7 \(step 7\).*got others"),
        ("1 1 O 7", "1 1 O 1_000", r"frame 7 \(step 7\) of .*b'1_000'"),
    ],
)
def test_damaged_numbers_are_refused_with_their_place(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = _flight(tmp_path / "x.dump", " pp pp pp")
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(TrajectoryError, match=message):
        LammpsDump(path).read(7)


def test_elements_that_lammps_makes_up_are_not_taken(lammps_run: Path) -> None:
    assert LammpsDump(lammps_run / "default.dump").labels is None
    assert LammpsDump(lammps_run / "wrapped.dump").labels is None


def test_box_whose_corner_moves(tmp_path: Path) -> None:
    pytest.importorskip("lammps", reason="LAMMPS isn't installed")
    trajectories.run_lammps_growing(tmp_path)
    source = LammpsDump(tmp_path / "box.dump")
    lengths = [source.read(index).dimensions[0] for index in range(len(source))]
    np.testing.assert_allclose(lengths, 10.6 * np.linspace(1, 1.2, len(source)), rtol=1e-6)
    assert source.read(5).positions[:, 0].min() > -1.0  # from the corner, which is at -1.06


@pytest.mark.parametrize(("boundary", "periodic"), [("m m m", False), ("p p m", True)])
def test_boxes_that_are_periodic_in_part_or_not(tmp_path: Path, boundary: str, periodic: bool) -> None:
    pytest.importorskip("lammps", reason="LAMMPS isn't installed")
    trajectories.run_lammps_open(tmp_path, boundary)
    source = LammpsDump(tmp_path / "open.dump")
    first, last = source.read(0), source.read(len(source) - 1)
    assert (first.dimensions is not None) == periodic
    assert any("periodic along some of its edges only" in note for note in source.notes) == periodic
    if not periodic:
        assert source.unwrapped
        # The faces moved with the atoms, and the origin didn't follow.
        assert np.abs(last.positions.mean(axis=0) - first.positions.mean(axis=0)).max() < 0.05


def test_frames_that_were_cut_off(lammps_run: Path, tmp_path: Path) -> None:
    text = (lammps_run / "images.dump").read_text()
    places = [place for place in range(len(text)) if text.startswith("ITEM: TIME\n", place)]
    for cut in (1, 40, 1500):
        (tmp_path / "cut.dump").write_text(text[:-cut])
        source = LammpsDump(tmp_path / "cut.dump")
        assert len(source) == FRAMES - 1
        assert source.notes == ("The last frame was cut off and is left out.",)
    for cut in (5, 700, places[4] - places[3] - 60):
        (tmp_path / "killed.dump").write_text(text[: places[4] - cut] + text[places[3] :])
        source = LammpsDump(tmp_path / "killed.dump")
        np.testing.assert_array_equal(source.steps, FIRST + EVERY * np.arange(FRAMES))
        assert source.notes == ("Frames that were cut off when a run was killed (1) are left out.",)
        whole = LammpsDump(lammps_run / "images.dump")
        for index in (2, 3, 4):
            np.testing.assert_array_equal(source.read(index).positions, whole.read(index).positions)


HEAD = (
    "ITEM: TIMESTEP\n{step}\nITEM: NUMBER OF ATOMS\n{atoms}\nITEM: BOX BOUNDS pp pp pp\n0 9\n0 9\n0 9\n"
    "ITEM: ATOMS {columns}\n"
)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (HEAD.format(step=0, atoms=1, columns="type x y z") + "1 0 0 0\n", "column `id`"),
        (
            HEAD.format(step=0, atoms=1, columns="id x y") + "1 0 0\n",
            "columns `x y z`",
        ),
        (HEAD.format(step=0, atoms=2, columns="id x y z") + "1 0 0 0\n", "complete frame"),
        (HEAD.format(step=0, atoms=1, columns="id x y z") + "1 0 0\n", r"4 words.*1 atoms, got 3"),
        (HEAD.format(step=0, atoms=0, columns="id x y z"), "header of a dump"),
        (
            "ITEM: UNITS\nlj\n" + HEAD.format(step=0, atoms=1, columns="id"),
            r"`metal`.*`real`, got `lj`",
        ),
        (
            HEAD.replace("pp pp pp\n", "abc origin pp pp pp\n").format(step=0, atoms=1, columns="id x y z")
            + "1 0 0 0\n",
            "got a general triclinic one",
        ),
    ],
)
def test_damaged_files(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "x.dump").write_text(text)
    with pytest.raises(TrajectoryError, match=message):
        LammpsDump(tmp_path / "x.dump")


def test_atoms_that_come_and_go_are_refused(tmp_path: Path) -> None:
    first = HEAD.format(step=0, atoms=2, columns="id x y z") + "1 0 0 0\n2 0 0 0\n"
    (tmp_path / "x.dump").write_text(first + HEAD.format(step=5, atoms=1, columns="id x y z") + "1 0 0 0\n")
    with pytest.raises(TrajectoryError, match=r"2 atoms .*got 1 at step 5"):
        LammpsDump(tmp_path / "x.dump")
    (tmp_path / "x.dump").write_text(first + HEAD.format(step=5, atoms=2, columns="id x y z") + "1 0 0 0\n3 0 0 0\n")
    with pytest.raises(TrajectoryError, match=r"frame 1 \(step 5\).*got others"):
        LammpsDump(tmp_path / "x.dump").read(1)
    (tmp_path / "x.dump").write_text(first + HEAD.format(step=5, atoms=2, columns="id x z y") + "1 0 0 0\n2 0 0 0\n")
    with pytest.raises(TrajectoryError, match=r"columns id x y z .*got id x z y"):
        LammpsDump(tmp_path / "x.dump").read(1)
