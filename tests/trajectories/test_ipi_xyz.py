"""The reader of i-PI's xyz files, on files that a real i-PI wrote."""

from __future__ import annotations

import pickle
from pathlib import Path

import ase.units
import MDAnalysis
import numpy as np
import pytest
from support.trajectories import CELL, SPRING, STEPS, STRIDE, TIMESTEP

from tumble.analysis import IPIXYZReader, TrajectoryError
from tumble.trajectories.ipi_xyz import IPIXYZ


# i-PI's own reader leaves its files open.
@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
@pytest.mark.parametrize("name", ["pos_0", "pos_2", "bohr_1", "mixed_1", "xc"])
def test_positions_and_cells_agree_with_the_reader_of_ipi(ipi_run: Path, name: str) -> None:
    from ipi import read_trajectory

    source = IPIXYZ(ipi_run / f"run.{name}.xyz")
    frames = list(read_trajectory(str(ipi_run / f"run.{name}.xyz")))
    assert len(source) == len(frames) == STEPS // STRIDE + 1
    for index, atoms in enumerate(frames):
        frame = source.read(index)
        np.testing.assert_allclose(frame.positions, atoms.positions, atol=2e-7)
        np.testing.assert_allclose(frame.dimensions, atoms.cell.cellpar(), rtol=2e-7)
    assert source.labels == tuple(frames[0].symbols)


def test_header(ipi_run: Path) -> None:
    source = IPIXYZ(ipi_run / "run.pos_1.xyz")
    assert source.steps.tolist() == list(range(0, STEPS + 1, STRIDE))
    assert (source.n_atoms, source.bead, source.centroid, source.quantity) == (6, 1, False, "positions")
    np.testing.assert_allclose(source.read(2).dimensions, CELL, atol=1e-5)
    assert source.unwrapped
    assert source.notes == ()
    assert IPIXYZ(ipi_run / "run.xc.xyz").centroid


def test_forces_are_those_of_the_wells(ipi_run: Path) -> None:
    # Analytic: -k x. In i-PI's file both have six digits.
    factor = ase.units.Hartree / ase.units.Bohr**2 * ase.units.mol / ase.units.kJ
    positions = IPIXYZ(ipi_run / "run.pos_1.xyz")
    for name in ("force_1", "forceev_1"):
        source = IPIXYZ(ipi_run / f"run.{name}.xyz")
        assert source.quantity == "forces"
        for index in range(len(source)):
            forces = source.read(index).forces
            np.testing.assert_allclose(forces, -SPRING * factor * positions.read(index).positions, rtol=2e-5)


def test_velocities_agree_in_all_units(ipi_run: Path) -> None:
    atomic, metric = (IPIXYZ(ipi_run / f"run.{name}_0.xyz") for name in ("vel", "velsi"))
    for index in range(len(atomic)):
        # i-PI's own constant for m/s.
        np.testing.assert_allclose(atomic.read(index).velocities, metric.read(index).velocities, rtol=2e-5)
    # Velocities are 300 K at the start, thermal for each bead at P times that.
    assert 5 < np.sqrt(np.mean(atomic.read(0).velocities ** 2)) < 50


def test_numbers_that_have_no_fixed_width_are_read_too(ipi_run: Path, tmp_path: Path) -> None:
    original = ipi_run / "run.pos_0.xyz"
    changed = tmp_path / "changed.xyz"
    changed.write_text(original.read_text().replace("       O ", "O "))
    one, other = IPIXYZ(original), IPIXYZ(changed)
    for index in range(len(one)):
        np.testing.assert_array_equal(one.read(index).positions, other.read(index).positions)


def test_cell_that_changes(ipi_run: Path, tmp_path: Path) -> None:
    frames = (ipi_run / "run.pos_0.xyz").read_text().split("6\n# ")[1:]
    grown = [frame.replace("   8.00000", f"   8.{index}0000", 1) for index, frame in enumerate(frames)]
    (tmp_path / "grown.xyz").write_text("".join(f"6\n# {frame}" for frame in grown))
    source = IPIXYZ(tmp_path / "grown.xyz")
    assert [source.read(index).dimensions[0] for index in range(len(source))] == pytest.approx([8, 8.1, 8.2, 8.3, 8.4])


def test_frame_that_was_cut_off_is_left_out_with_a_note(ipi_run: Path, tmp_path: Path) -> None:
    text = (ipi_run / "run.pos_0.xyz").read_text()
    frame = len(text) // 5
    for cut in (2, 30, 90, frame - 100, frame - 1):
        path = tmp_path / f"cut_{cut}.xyz"
        path.write_text(text[:-cut])
        source = IPIXYZ(path)
        assert source.steps.tolist() == [0, 2, 4, 6]
        assert "The last frame was cut off and is left out." in source.notes
        np.testing.assert_array_equal(source.read(3).positions, IPIXYZ(ipi_run / "run.pos_0.xyz").read(3).positions)


def test_last_frame_without_a_line_end(ipi_run: Path, tmp_path: Path) -> None:
    text = (ipi_run / "run.pos_0.xyz").read_text()
    (tmp_path / "x.xyz").write_text(text[:-1])
    source = IPIXYZ(tmp_path / "x.xyz")
    assert source.notes == ()
    np.testing.assert_array_equal(source.read(4).positions, IPIXYZ(ipi_run / "run.pos_0.xyz").read(4).positions)


@pytest.mark.parametrize("cut", [5, 49, 60, 200])
def test_run_that_goes_on_after_a_frame_that_was_cut_off(ipi_run: Path, tmp_path: Path, cut: int) -> None:
    text = (ipi_run / "run.pos_0.xyz").read_text()
    frame = len(text) // 5
    (tmp_path / "killed.xyz").write_text(text[: 3 * frame - cut] + text[2 * frame :])
    source = IPIXYZ(tmp_path / "killed.xyz")
    assert source.steps.tolist() == [0, 2, 4, 6, 8]
    assert source.notes == ("Frames that were cut off when a run was killed (1) are left out.",)
    whole = IPIXYZ(ipi_run / "run.pos_0.xyz")
    for index in range(5):
        np.testing.assert_array_equal(source.read(index).positions, whole.read(index).positions)


def test_file_that_grows_while_it_is_read(ipi_run: Path, tmp_path: Path) -> None:
    text = (ipi_run / "run.pos_0.xyz").read_text()
    path = tmp_path / "grows.xyz"
    path.write_text(text[:1300])
    source = IPIXYZ(path)
    with path.open("a") as file:
        file.write(text[1300:])
    assert len(source) == 2
    np.testing.assert_array_equal(source.read(1).positions, IPIXYZ(path).read(1).positions)


def test_file_that_was_written_anew_while_it_is_read(ipi_run: Path, tmp_path: Path) -> None:
    text = (ipi_run / "run.pos_0.xyz").read_text()
    path = tmp_path / "anew.xyz"
    path.write_text(text)
    source = IPIXYZ(path)
    path.write_text(text[200:])
    with pytest.raises(TrajectoryError, match=r"frame 3 \(step 6\) of .*anew\.xyz`: .*i-PI"):
        source.read(3)
    source.close()
    path.unlink()
    with pytest.raises(TrajectoryError, match="No such file"):
        source.read(3)


def test_quantities_that_are_not_known_are_refused(ipi_run: Path) -> None:
    with pytest.raises(TrajectoryError, match=r"trajectories positions.*got `momenta`"):
        IPIXYZ(ipi_run / "run.momenta_0.xyz")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda text: text.split("\n")[0] + "\n" + text.split("\n")[1] + "\n",
            "complete frame, got none",
        ),
        (
            lambda text: text.replace("6\n#", "7\n#", 1),
            r"7 atoms.*got a frame that begins with b'6'",
        ),
        (lambda text: "x\n" + text, r"number of atoms.*got b'x'"),
        (lambda text: text.replace("cell{angstrom}", "cell{furlong}"), "got `furlong`"),
        (lambda text: text.replace("CELL(abcABC)", "CELL(H)"), r"9 numbers.*`CELL\(H\)`"),
        (lambda text: text.replace("       O", "O  O   ", 1), r"4 words.*6 atoms, got 25 words"),
    ],
)
def test_damaged_files(ipi_run: Path, tmp_path: Path, change, message: str) -> None:
    path = tmp_path / "damaged.xyz"
    path.write_text(change((ipi_run / "run.pos_0.xyz").read_text()))
    with pytest.raises(TrajectoryError, match=message):
        IPIXYZ(path)


def test_atoms_that_change_places_are_refused(ipi_run: Path, tmp_path: Path) -> None:
    text = (ipi_run / "run.pos_0.xyz").read_text()
    half = len(text) // 2
    path = tmp_path / "order.xyz"
    path.write_text(text[:half] + text[half:].replace("       O", "       H").replace("       H", "       O", 1))
    source = IPIXYZ(path)
    with pytest.raises(TrajectoryError, match="same order, got others"):
        source.read(4)


def test_reader_of_mdanalysis(ipi_run: Path) -> None:
    path = str(ipi_run / "run.pos_1.xyz")
    universe = MDAnalysis.Universe(path, format="IPIXYZ", topology_format="XYZ", timestep=TIMESTEP)
    assert isinstance(universe.trajectory, IPIXYZReader)
    last = universe.trajectory[-1].positions.copy()
    universe.trajectory[0]
    for other in (universe.copy(), pickle.loads(pickle.dumps(universe))):
        ts = other.trajectory[-1]
        np.testing.assert_array_equal(ts.positions, last)
        assert ts.time == pytest.approx(8 * TIMESTEP)
        assert ts.data["bead"] == 1


def test_mdanalysis_itself_still_drops_the_cell(ipi_run: Path) -> None:
    """Why the reader exists; if this fails, MDAnalysis has learned to read i-PI's files."""
    assert MDAnalysis.Universe(str(ipi_run / "run.pos_0.xyz")).dimensions is None
