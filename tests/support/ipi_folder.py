"""What a run of i-PI with two beads leaves in a folder: small texts, and trajectories without frames."""

from __future__ import annotations

from pathlib import Path

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
 #EXTRAS(torque)# Step: {:11}
 3.0e+00 0.0 4.0
"""


def write_ipi_run(folder: Path, last_torque: int = 4) -> Path:
    """Write input, properties, trajectories, and torques of step 0 and of a later one; return the folder."""
    (folder / "input.xml").write_text(INPUT)
    (folder / "water.out").write_text(PROPERTIES)
    for bead in range(2):
        (folder / f"water.pos_{bead}.xyz").write_text("")
        (folder / f"water.vel_{bead}.xyz").write_text("")
        (folder / f"water.torque_{bead}").write_text(TORQUES.format(bead, last_torque))
    return folder
