"""The reader of i-PI's xyz files, on files that a real i-PI server wrote."""

from __future__ import annotations

import pickle
import secrets
import shutil
from pathlib import Path

import MDAnalysis
import numpy as np
import pytest
from ase import Atoms
from ase.units import Bohr

from tumble.analysis import TrajectoryError, open_beads
from tumble.analysis.ipi_xyz import parse_header
from tumble.demo.processes import Program, find_program, run_together

TIMESTEP = 0.0005  # ps
BEADS = 3
STRIDE = 2
STEPS = 7

INPUT = """
<simulation verbosity='low'>
  <total_steps> {steps} </total_steps>
  <prng> <seed> 1 </seed> </prng>
  <ffsocket name='driver' mode='unix'> <address> {address} </address> <latency> 0.0001 </latency> </ffsocket>
  <output prefix='run'>
    <trajectory filename='pos' stride='{stride}' cell_units='angstrom'> positions{{angstrom}} </trajectory>
    <trajectory filename='bohr' stride='{stride}'> positions </trajectory>
    <trajectory filename='mixed' stride='{stride}'> positions{{angstrom}} </trajectory>
    <trajectory filename='centroid' stride='{stride}' cell_units='angstrom'>
      x_centroid{{angstrom}}
    </trajectory>
    <trajectory filename='force' stride='{stride}' cell_units='angstrom'> forces </trajectory>
  </output>
  <system>
    <initialize nbeads='{beads}'>
      <file mode='xyz'> start.xyz </file>
      <velocities mode='thermal' units='kelvin'> 300 </velocities>
    </initialize>
    <forces> <force forcefield='driver'/> </forces>
    <ensemble> <temperature units='kelvin'> 300 </temperature> </ensemble>
    <motion mode='dynamics'>
      <dynamics mode='nve'> <timestep units='femtosecond'> 0.5 </timestep> </dynamics>
    </motion>
  </system>
</simulation>
"""

START = """\
3
# CELL(abcABC): 8.0 9.0 10.0 80.0 95.0 110.0 positions{angstrom} cell{angstrom}
O 0.1 0.2 0.3
H 1.1 0.2 0.3
H 0.1 1.2 0.3
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Output of a short path-integral run in a triclinic cell, with i-PI's own harmonic driver."""
    folder = tmp_path_factory.mktemp("ipi")
    address = f"tumble-test-{secrets.token_hex(4)}"
    (folder / "start.xyz").write_text(START)
    (folder / "input.xml").write_text(INPUT.format(steps=STEPS, address=address, stride=STRIDE, beads=BEADS))
    server = Program("i-PI", [find_program("i-pi"), "input.xml"], folder, folder / "server.log", {})
    socket = Path(f"/tmp/ipi_{address}")
    with server:
        # This driver doesn't wait for a server.
        while not socket.exists() and server.wait(0.05) is None and server.seconds < 60:
            pass
        command = [find_program("i-pi-py_driver"), "-m", "harmonic", "-o", "0.1", "-u", "-a", address]
        client = Program("driver", command, folder, folder / "driver.log", {})
        run_together(server, client, 60, "I-PI reports success")
    return folder


def reference(path: Path) -> list[Atoms]:
    """i-PI's own reader, into ASE."""
    from ipi import read_trajectory

    return list(read_trajectory(str(path)))


# i-PI's own reader leaves its files open.
@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
@pytest.mark.parametrize("name", ["pos", "bohr", "mixed"])
def test_positions_and_cells_agree_with_the_reader_of_ipi(run: Path, name: str) -> None:
    for bead, universe in enumerate(open_beads(str(run / f"run.{name}_*.xyz"))):
        frames = reference(run / f"run.{name}_{bead}.xyz")
        assert len(universe.trajectory) == len(frames) == STEPS // STRIDE + 1
        for ts, atoms in zip(universe.trajectory, frames, strict=True):
            # MDAnalysis keeps single precision.
            np.testing.assert_allclose(ts.positions, atoms.positions, atol=2e-6)
            np.testing.assert_allclose(ts.dimensions, atoms.cell.cellpar(), rtol=1e-6)


def test_step_bead_and_time_come_from_the_comment_line(run: Path) -> None:
    beads = open_beads(str(run / "run.pos_*.xyz"), TIMESTEP)
    assert len(beads) == BEADS
    for bead, universe in enumerate(beads):
        frames = [(ts.data["step"], ts.data["bead"], ts.time) for ts in universe.trajectory]
        expected = [(step, bead, step * TIMESTEP) for step in range(0, STEPS, STRIDE)]
        np.testing.assert_allclose(frames, expected)
        assert universe.trajectory.dt == pytest.approx(STRIDE * TIMESTEP)


def test_random_access_and_copies_keep_everything(run: Path) -> None:
    universe = open_beads(str(run / "run.pos_*.xyz"), TIMESTEP)[1]
    last = universe.trajectory[-1].positions.copy()
    universe.trajectory[0]
    for other in (universe.copy(), pickle.loads(pickle.dumps(universe))):
        ts = other.trajectory[-1]
        np.testing.assert_array_equal(ts.positions, last)
        assert ts.time == pytest.approx(6 * TIMESTEP)
        assert ts.data["bead"] == 1


def test_centroid_is_the_mean_of_the_beads(run: Path) -> None:
    beads = open_beads(str(run / "run.pos_*.xyz"))
    (centroid,) = open_beads(str(run / "run.centroid.xyz"))
    for frame, ts in enumerate(centroid.trajectory):
        mean = np.mean([bead.trajectory[frame].positions for bead in beads], axis=0)
        np.testing.assert_allclose(ts.positions, mean, atol=1e-5)


def test_elements_can_be_selected(run: Path) -> None:
    universe = open_beads(str(run / "run.pos_*.xyz"))[0]
    assert universe.select_atoms("element O").indices.tolist() == [0]


def test_frame_that_was_cut_off_is_left_out(run: Path, tmp_path: Path) -> None:
    text = (run / "run.pos_0.xyz").read_text()
    for cut in (1, 30, 90, 150):
        path = tmp_path / f"cut_{cut}.xyz"
        path.write_text(text[:-cut])
        (universe,) = open_beads([path])
        steps = [ts.data["step"] for ts in universe.trajectory]
        assert steps == [0, 2, 4]


def test_quantities_that_are_no_positions_are_refused(run: Path) -> None:
    with pytest.raises(TrajectoryError, match="expected a trajectory of `positions` or `x_centroid`, got `forces`"):
        open_beads(str(run / "run.force_*.xyz"))


def test_plain_xyz_is_refused(tmp_path: Path) -> None:
    (tmp_path / "plain.xyz").write_text("1\nLattice=whatever\nO 0 0 0\n")
    with pytest.raises(TrajectoryError, match=r"expected the comment line of i-PI .*, got `Lattice=whatever`"):
        open_beads([tmp_path / "plain.xyz"])


def test_missing_bead_is_noticed(run: Path) -> None:
    with pytest.raises(TrajectoryError, match="expected bead 1 next, got bead 2: a file is missing or twice"):
        open_beads([run / "run.pos_0.xyz", run / "run.pos_2.xyz"])


def test_beads_of_different_length_are_refused(run: Path, tmp_path: Path) -> None:
    shutil.copy(run / "run.pos_0.xyz", tmp_path)
    (tmp_path / "run.pos_1.xyz").write_text((run / "run.pos_1.xyz").read_text()[:-10])
    with pytest.raises(TrajectoryError, match="expected as many frames for each bead"):
        open_beads(str(tmp_path / "run.pos_*.xyz"))


def test_beads_of_different_runs_are_refused(run: Path, tmp_path: Path) -> None:
    shutil.copy(run / "run.pos_0.xyz", tmp_path)
    other = (run / "run.pos_1.xyz").read_text().replace("Step:           4", "Step:           5")
    (tmp_path / "run.pos_1.xyz").write_text(other)
    with pytest.raises(TrajectoryError, match="expected the same steps in each file"):
        open_beads(str(tmp_path / "run.pos_*.xyz"))


def test_no_match_and_empty_file(tmp_path: Path) -> None:
    with pytest.raises(TrajectoryError, match="expected files of beads, got no match"):
        open_beads(str(tmp_path / "nothing_*.xyz"))
    (tmp_path / "empty_0.xyz").touch()
    with pytest.raises(TrajectoryError, match="expected a trajectory, got no frame"):
        open_beads(str(tmp_path / "empty_*.xyz"))


def test_units_of_the_header() -> None:
    line = "# CELL(abcABC): 2.0 4.0 6.0 90.0 90.0 60.0 Step: 12 Bead: 3 positions{angstrom} cell{atomic_unit}"
    header = parse_header(line)
    np.testing.assert_allclose(header.cell, [2 * Bohr, 4 * Bohr, 6 * Bohr, 90, 90, 60])
    assert (header.step, header.bead, header.quantity, header.to_angstrom) == (12, 3, "positions", 1.0)
    with pytest.raises(TrajectoryError, match=r"expected one of the units .*, got `furlong`"):
        parse_header(line.replace("angstrom", "furlong"))


def test_mdanalysis_itself_still_drops_the_cell(run: Path) -> None:
    """Why the reader exists; if this fails, MDAnalysis has learned to read i-PI's files."""
    plain = MDAnalysis.Universe(str(run / "run.pos_0.xyz"))
    assert plain.dimensions is None
