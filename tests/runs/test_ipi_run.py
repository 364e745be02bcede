"""Folders of runs of i-PI. The texts are those of real runs, cut short; tests/demo reads whole ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.ipi_harmonic import run_harmonic

from tumble.analysis import TrajectoryError
from tumble.runs import open_run
from tumble.runs.ipi_run import is_ipi_input, read_ipi_run

INPUT = """\
<simulation verbosity='low'>
  <output prefix='water'>
    <properties filename='out' stride='2'> [ step, time{picosecond}, temperature{kelvin} ] </properties>
    <trajectory filename='pos' stride='2' format='xyz' cell_units='angstrom'> positions{angstrom} </trajectory>
    <trajectory filename='vel' stride='2'> velocities </trajectory>
    <trajectory filename='torque' stride='1' extra_type='torque'> extras </trajectory>
  </output>
  <system>
    <initialize nbeads='2'> <file mode='xyz'> water64.xyz </file> </initialize>
    <ensemble> <temperature units='kelvin'> 300 </temperature> </ensemble>
    <motion mode='dynamics'>
      <dynamics mode='nvt'>
        <timestep units='femtosecond'> 0.5 </timestep>
        <thermostat mode='pile_l'> <tau units='femtosecond'> 100 </tau> </thermostat>
      </dynamics>
    </motion>
  </system>
</simulation>
"""

PROPERTIES = """\
# column   1     --> step : The current simulation time step.
# column   2     --> time{picosecond} : The elapsed simulation time.
# column   3     --> temperature{kelvin} : The current temperature, as obtained from the MD kinetic energy.
  0.0e+00  0.0e+00  3.0e+02
  2.0e+00  1.0e-03  3.1e+02
"""

TORQUES = """\
 #EXTRAS(torque)# Step:           0
 0.0 0.0 {}
 #EXTRAS(torque)# Step:           4
 3.0e+00 0.0 4.0
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "input.xml").write_text(INPUT)
    (tmp_path / "water.out").write_text(PROPERTIES)
    for bead in range(2):
        (tmp_path / f"water.pos_{bead}.xyz").write_text("")
        (tmp_path / f"water.vel_{bead}.xyz").write_text("")
        (tmp_path / f"water.torque_{bead}").write_text(TORQUES.format(bead))
    return tmp_path


def test_run(folder: Path) -> None:
    (folder / "drive.log").write_text("tumble drive: model water (1 MB) on cpu; symmetrize octahedral, 24 frames\n")
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
    with pytest.raises(TrajectoryError, match=r"expected one input of i-PI, got input\.xml, other\.xml; name the one"):
        open_run(folder)
    assert open_run(folder / "other.xml").engine == "i-PI"
    with pytest.raises(TrajectoryError, match="expected an input of i-PI, with the element `simulation`"):
        open_run(folder / "no-input.xml")


def test_a_checkpoint_beside_the_input_is_not_another_input(folder: Path) -> None:
    checkpoint = "<simulation> <system> <beads nbeads='2'> <q> [ 0, 0, 0 ] </q> </beads> </system> </simulation>"
    (folder / "checkpoint.xml").write_text(checkpoint)
    assert list(open_run(folder).inputs) == ["input.xml"]
    (folder / "input.xml").unlink()
    assert list(open_run(folder).inputs) == ["checkpoint.xml"]


def test_several_systems_are_refused(folder: Path) -> None:
    (folder / "input.xml").write_text(INPUT.replace("</system>", "</system> <system/>"))
    with pytest.raises(TrajectoryError, match="expected one system, got 2; name the files of one"):
        open_run(folder)


def test_run_without_outputs(tmp_path: Path) -> None:
    (tmp_path / "input.xml").write_text("<simulation><system/></simulation>")
    found = open_run(tmp_path)
    assert (found.timestep, found.temperature, found.ensemble, found.beads) == (None, None, "no motion", 1)
    assert (len(found.time), found.torque, found.trajectory.positions) == (0, None, ())
