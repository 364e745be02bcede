"""Reading the outputs of i-PI. The texts are those of real runs, cut short; tests/demo reads whole ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from ase import units

from tumble.analysis import TrajectoryError
from tumble.runs import open_run
from tumble.runs.ipi_run import read_extras

INPUT = """\
<simulation verbosity='low'>
  <output prefix='water'>
    <properties filename='out' stride='1'> [ step, time{picosecond}, conserved, temperature{kelvin} ] </properties>
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
# column   3     --> conserved : The value of the conserved energy quantity per bead.
# column   4     --> temperature{kelvin} : The current temperature, as obtained from the MD kinetic energy.
# column   5     --> kinetic_cv(H){millielectronvolt} : The quantum kinetic energy.
  0.0e+00  0.0e+00  5.0e+00  3.0e+02  0.8e+03
  2.0e+00  1.0e-03  5.2e+00  3.1e+02  0.9e+03
  4.0e+00  2.0e-03  5.4e+00  3.2e+02  1.0e+03
  2.0e+00  1.0e-03  6.2e+00  3.3e+02  0.9e+03
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
    found = open_run(folder)
    assert (found.engine, found.beads, found.ensemble, found.thermostat) == ("i-PI", 2, "NVT (PILE-L)", "local")
    assert (found.timestep, found.temperature) == (pytest.approx(0.0005), 300.0)
    assert [path.name for path in found.trajectory.positions] == ["water.pos_0.xyz", "water.pos_1.xyz"]
    assert [path.name for path in found.trajectory.velocities] == ["water.vel_0.xyz", "water.vel_1.xyz"]
    assert found.trajectory.forces == ()
    assert found.inputs == {"input.xml": INPUT}


def test_centroid_where_there_are_no_beads(folder: Path) -> None:
    (folder / "water.pos.xyz").write_text("")
    centroid = INPUT.replace("positions{angstrom}", "x_centroid{angstrom}").replace(" velocities ", " v_centroid ")
    (folder / "input.xml").write_text(centroid)
    (folder / "water.vel.xyz").write_text("")
    for path in folder.glob("water.???_*.xyz"):
        path.unlink()
    found = open_run(folder).trajectory
    assert ([path.name for path in found.positions], [path.name for path in found.velocities]) == (
        ["water.pos.xyz"],
        ["water.vel.xyz"],
    )


def test_properties_without_the_steps_that_a_restart_repeated(folder: Path) -> None:
    found = open_run(folder / "input.xml")
    assert found.time == pytest.approx([0.0, 0.001])
    assert found.log["temperature"] == pytest.approx([300.0, 330.0])
    assert found.log["conserved"] == pytest.approx(np.array([5.0, 6.2]) * units.Hartree)
    assert found.log["kinetic_cv(H)"] == pytest.approx([0.8, 0.9])


def test_torques(folder: Path) -> None:
    found = open_run(folder)
    assert found.torque is not None
    assert found.torque_time == pytest.approx([0.0, 0.002])
    assert found.torque == pytest.approx(np.array([[[0, 0, 0], [0, 0, 1]], [[3, 0, 4], [3, 0, 4]]]))


def test_extras_of_another_kind_are_refused(folder: Path) -> None:
    path = folder / "water.torque_0"
    path.write_text(TORQUES.format("nothing"))
    with pytest.raises(TrajectoryError, match="torque_0`: expected numbers for each step"):
        read_extras((path,))
    path.write_text("")
    with pytest.raises(TrajectoryError, match="expected extras of i-PI, found none"):
        read_extras((path,))


def test_unknown_unit_is_named(folder: Path) -> None:
    (folder / "input.xml").write_text(INPUT.replace("'femtosecond'> 0.5", "'fortnight'> 0.5"))
    with pytest.raises(TrajectoryError, match=r"timestep`: expected one of the units picosecond, .*, got `fortnight`"):
        open_run(folder)


def test_several_inputs_need_a_choice(folder: Path) -> None:
    (folder / "other.xml").write_text(INPUT)
    (folder / "no-input.xml").write_text("<something/>")
    with pytest.raises(TrajectoryError, match=r"expected one input of i-PI, got input\.xml, other\.xml; name the one"):
        open_run(folder)
    assert open_run(folder / "other.xml").engine == "i-PI"
    with pytest.raises(TrajectoryError, match="expected an input of i-PI, with the element `simulation`"):
        open_run(folder / "no-input.xml")


def test_run_without_outputs(tmp_path: Path) -> None:
    (tmp_path / "input.xml").write_text("<simulation><system/></simulation>")
    found = open_run(tmp_path)
    assert (found.timestep, found.temperature, found.ensemble, found.beads) == (None, None, "unknown", 1)
    assert (len(found.time), found.torque, found.trajectory.positions) == (0, None, ())
