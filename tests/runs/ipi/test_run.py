"""Folders of runs of i-PI. The texts are those of real runs, cut short; tests/demo reads whole ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.ipi_folder import INPUT, write_ipi_run
from support.ipi_harmonic import run_harmonic

from tumble.analysis import open_trajectory
from tumble.errors import NotApplicableError, TrajectoryError
from tumble.observables.base.opened_run import OpenedRun
from tumble.observables.base.settings import Settings
from tumble.runs import open_run
from tumble.runs.ipi.run import is_ipi_input, read_ipi_run
from tumble.study.analyze import analyze
from tumble.trajectories.nuclei import Nuclei


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_ipi_run(tmp_path)


def test_run(folder: Path) -> None:
    (folder / "drive.log").write_text("tumble drive: model water (1 MB) on cpu; symmetrize octahedral, 24 rotations\n")
    found = open_run(folder)
    assert (found.engine, found.beads, found.ensemble, found.thermostat) == ("i-PI", 2, "NVT (PILE-L)", "local")
    assert (found.timestep, found.temperature) == (pytest.approx(0.0005), 300.0)
    assert [path.name for path in found.trajectory.positions] == ["water.pos_0.xyz", "water.pos_1.xyz"]
    assert [path.name for path in found.trajectory.velocities] == ["water.vel_0.xyz", "water.vel_1.xyz"]
    assert found.trajectory.forces == ()
    assert found.time == pytest.approx([0.0, 0.001])
    assert found.log["temperature"] == pytest.approx([300.0, 310.0])
    assert found.torque is not None
    assert found.torque_time == pytest.approx([0.0, 0.002])
    assert found.torque == pytest.approx(np.array([[[0, 0, 0], [0, 0, 1]], [[3, 0, 4], [3, 0, 4]]]))
    assert found.inputs == {"input.xml": INPUT}
    assert found.symmetrize == "octahedral"
    assert found.notes == ()


def test_time_of_the_thermostat_and_pressure(folder: Path) -> None:
    assert (open_run(folder).damping, open_run(folder).pressure) == (pytest.approx(0.1), None)
    text = (folder / "input.xml").read_text().replace("'nvt'", "'npt'")
    text = text.replace("<ensemble>", "<ensemble> <pressure units='megapascal'> 10 </pressure>")
    (folder / "input.xml").write_text(text)
    assert open_run(folder).pressure == pytest.approx(100.0)


def test_bad_logs_leave_the_trajectory(folder: Path) -> None:
    (folder / "water.out").write_text("")
    (folder / "water.torque_0").write_text("")
    (folder / "water.vel_1.xyz").unlink()
    found = open_run(folder)
    assert len(found.trajectory.positions) == 2
    assert (len(found.time), found.torque) == (0, None)
    assert [note.split(":")[0].split(",")[0] for note in found.notes] == [
        "The velocities in `water.vel_0.xyz` are left out",
        "A file of properties is left out",
        "The frame torque is left out",
    ]


@pytest.mark.parametrize(
    ("output", "beads", "names", "rows"),
    [
        ("", 2, [f"i-pi.pos_{bead}.xyz" for bead in range(2)], [0, 10, 20]),
        (
            "<output> <properties> [ step ] </properties> <trajectory> positions </trajectory> "
            "<trajectory filename='traj_c'> x_centroid </trajectory> </output>",
            10,
            [f"i-pi.traj_{bead:02d}.xyz" for bead in range(10)],
            list(range(21)),
        ),
        (
            "<output prefix='\"run\"'> <properties> [ time, potential ] </properties> "
            "<trajectory stride='5' filename='part' bead='1'> positions </trajectory> "
            "<trajectory stride='10' format='ase'> positions </trajectory> </output>",
            2,
            [f'"run".traj_{bead}.extxyz' for bead in range(2)],
            list(range(21)),
        ),
    ],
    ids=["no output", "defaults", "ase"],
)
def test_names_that_a_real_run_gives(
    tmp_path: Path, output: str, beads: int, names: list[str], rows: list[float]
) -> None:
    run_harmonic(tmp_path, "OHH", beads=beads, steps=20, output=output)
    found = open_run(tmp_path)
    assert [path.name for path in found.trajectory.positions] == names
    assert found.log["step"].tolist() == rows
    assert found.time == pytest.approx(np.array(rows) * 0.0005)
    assert found.universe().trajectory.n_beads == beads
    assert found.notes == ()
    # The checkpoint that i-PI left tells the same.
    assert is_ipi_input(tmp_path / "RESTART")
    again = read_ipi_run(tmp_path / "RESTART")
    assert (again.trajectory, again.beads) == (found.trajectory, found.beads)
    assert (again.ensemble, again.thermostat) == (found.ensemble, found.thermostat)
    assert (again.timestep, again.temperature) == (
        pytest.approx(found.timestep),
        pytest.approx(found.temperature, rel=2e-6),
    )


def test_several_inputs_need_a_choice(folder: Path) -> None:
    (folder / "other.xml").write_text(INPUT)
    (folder / "no-input.xml").write_text("<something/>")
    with pytest.raises(TrajectoryError, match=r"got input\.xml, other\.xml"):
        open_run(folder)
    assert open_run(folder / "other.xml").engine == "i-PI"
    with pytest.raises(TrajectoryError, match="element `simulation`"):
        open_run(folder / "no-input.xml")


def test_a_checkpoint_beside_the_input_is_not_another_input(folder: Path) -> None:
    checkpoint = "<simulation> <system> <beads nbeads='2'> <q> [ 0, 0, 0 ] </q> </beads> </system> </simulation>"
    (folder / "checkpoint.xml").write_text(checkpoint)
    assert list(open_run(folder).inputs) == ["input.xml"]
    (folder / "input.xml").unlink()
    assert list(open_run(folder).inputs) == ["checkpoint.xml"]


def test_several_systems_are_refused(folder: Path) -> None:
    (folder / "input.xml").write_text(INPUT.replace("</system>", "</system> <system/>"))
    with pytest.raises(TrajectoryError, match="system, got 2"):
        open_run(folder)


def test_run_without_outputs(tmp_path: Path) -> None:
    (tmp_path / "input.xml").write_text("<simulation><system/></simulation>")
    found = open_run(tmp_path)
    assert (found.timestep, found.temperature, found.ensemble, found.beads) == (None, None, "no motion", 1)
    assert (len(found.time), found.torque, found.trajectory.positions) == (0, None, ())


SUZUKI_CHIN = """<output prefix='run'>
  <properties filename='log'> [ step, time, potential, potential_opsc, kinetic_cv(H), kinetic_opsc(H) ] </properties>
  <trajectory filename='pos' cell_units='angstrom'> positions{angstrom} </trajectory>
  <trajectory filename='even' cell_units='angstrom'> x_centroid_even{angstrom} </trajectory>
</output>"""


def test_suzuki_chin_reads_the_beads_that_sample(tmp_path: Path) -> None:
    """Which these are says i-PI: its `x_centroid_even`, and the operator estimators, are made of the same ones."""
    run_harmonic(tmp_path, "OHH", beads=4, steps=20, output=SUZUKI_CHIN, mode="sc")
    run = open_run(tmp_path)
    assert run.ensemble == "NVT (PILE-L, Suzuki–Chin)"
    assert [path.name for path in run.trajectory.positions] == ["run.pos_0.xyz", "run.pos_2.xyz"]
    universe = run.universe()
    assert universe.trajectory.nuclei is Nuclei.EVEN_BEADS
    centroid = open_trajectory(tmp_path / "run.even.xyz", timestep=run.timestep)
    for frame, other in zip(universe.trajectory, centroid.trajectory, strict=True):
        np.testing.assert_allclose(frame.positions, other.positions, atol=1e-5)
    assert centroid.trajectory.source.centroid
    # The potential energy of the wells (40 eV/Å²), from the positions of these beads.
    energies = [np.mean([20.0 * np.sum(bead**2) for bead in frame.data["beads"]]) for frame in universe.trajectory]
    assert run.log["potential"] == pytest.approx(np.array(energies), rel=1e-4)
    assert "kinetic_cv(H)" in run.log
    (note,) = run.notes
    assert "2 of 4 beads with even numbers" in note
    with pytest.raises(NotApplicableError, match="got every second bead"):
        analyze(run, ("gyration",))
    assert analyze(run, ("kinetic",), Settings(blocks=4)).results[0]["kinetic_H"].values == pytest.approx(
        1000 * np.mean(run.log["kinetic_cv(H)"]) / 2
    )


def test_a_centroid_at_another_temperature(tmp_path: Path) -> None:
    hot = "<pile_centroid_t units='kelvin'> 600 </pile_centroid_t>"
    run_harmonic(tmp_path, "OHH", beads=2, steps=10, bath=hot)
    run = open_run(tmp_path)
    assert (run.temperature, run.centroid_temperature) == (pytest.approx(300.0), pytest.approx(600.0))
    opened = OpenedRun(run, Settings())
    assert (opened.temperature, opened.centroid_temperature) == (pytest.approx(300.0), pytest.approx(600.0))
    with pytest.raises(NotApplicableError, match=r"`temperature`: .*got 300.* 600 K"):
        analyze(run, ("kinetic",))
    # What the user says of the temperature wins.
    assert open_run(tmp_path, temperature=450.0).centroid_temperature is None


def test_a_run_without_a_trajectory_is_analyzed(tmp_path: Path) -> None:
    properties = "<properties> [ step, time, conserved, temperature, kinetic_cv(H) ] </properties>"
    output = f"<output prefix='run'> {properties} </output>"
    run_harmonic(tmp_path, "OHH", beads=2, steps=40, output=output)
    run = open_run(tmp_path)
    assert (run.trajectory.positions, dict(run.atoms)) == ((), {"O": 1, "H": 2})
    found = {result.observable: result for result in analyze(run, settings=Settings(blocks=4)).results}
    assert set(found) == {"kinetic", "drift"}
    assert found["kinetic"]["kinetic_H"].values == pytest.approx(1000 * np.mean(run.log["kinetic_cv(H)"]) / 2)
    assert found["kinetic"].metadata["nuclei"] == Nuclei.BEADS
    assert found["drift"]["temperature_logged"].values == pytest.approx(np.mean(run.log["temperature"]))
    assert "conserved_drift" in {quantity.name for quantity in found["drift"].quantities}
    # A checkpoint tells the atoms, too.
    (tmp_path / "start.xyz").unlink()
    assert dict(read_ipi_run(tmp_path / "RESTART").atoms) == {"O": 1, "H": 2}


def test_kinetic_energies_of_single_atoms_leave_those_of_forces(tmp_path: Path) -> None:
    output = """<output prefix='run'> <properties> [ step, time, kinetic_cv(2) ] </properties>
      <trajectory filename='pos' cell_units='angstrom'> positions{angstrom} </trajectory>
      <trajectory filename='f'> forces{ev/ang} </trajectory> </output>"""
    run_harmonic(tmp_path, "OHH", beads=2, steps=40, output=output)
    run = open_run(tmp_path)
    assert "kinetic_cv(2)" in run.log
    result = analyze(run, ("kinetic",), Settings(blocks=4)).results[0]
    assert {"kinetic_H", "kinetic_O"} <= {quantity.name for quantity in result.quantities}


def test_an_input_that_was_cut_off_is_said(tmp_path: Path) -> None:
    (tmp_path / "input.xml").write_text(INPUT[:300])
    with pytest.raises(TrajectoryError, match=r"input\.xml`.* line \d"):
        open_run(tmp_path)
