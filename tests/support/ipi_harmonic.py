"""A run of i-PI without a driver: atoms in harmonic wells around the origin, the force field of i-PI itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import ase.units

from support.ipi_runs import BIN, Program

TEMPERATURE = 300.0  # K
#: Spring constants along x, y and z, eV/Å².
SPRINGS = (40.0, 40.0, 40.0)

_OUTPUT = """
  <output prefix='run'>
    <properties filename='properties' stride='{stride}'>
      [ step, time{{picosecond}}, kinetic_cv{{electronvolt}}, kinetic_cv(O){{electronvolt}},
        kinetic_cv(H){{electronvolt}}, kinetic_tens(O){{electronvolt}}, kinetic_tens(H){{electronvolt}},
        r_gyration(O){{angstrom}}, r_gyration(H){{angstrom}} ]
    </properties>
    <trajectory filename='pos' stride='{stride}' format='xyz' cell_units='angstrom'> positions{{angstrom}} </trajectory>
    <trajectory filename='forces' stride='{stride}' format='xyz'> forces{{ev/ang}} </trajectory>
  </output>
"""

_INPUT = """
<simulation verbosity='low' floatformat='%26.17e'>
  {output}
  <total_steps> {steps} </total_steps>
  <prng> <seed> 1 </seed> </prng>
  <ffdirect name='well'>
    <pes> harmonic </pes> <parameters> {{ k1: {k[0]}, k2: {k[1]}, k3: {k[2]} }} </parameters>
  </ffdirect>
  <system>
    <initialize nbeads='{beads}'>
      <file mode='xyz'> start.xyz </file> <velocities mode='thermal' units='kelvin'> {temperature} </velocities>
    </initialize>
    <forces> <force forcefield='well'/> </forces>
    <ensemble> <temperature units='kelvin'> {temperature} </temperature> </ensemble>
    <motion mode='dynamics'>
      <fixcom> False </fixcom>
      <dynamics mode='{mode}'>
        <timestep units='femtosecond'> 0.5 </timestep>
        <thermostat mode='pile_l'> <tau units='femtosecond'> 20 </tau> {bath} </thermostat>
      </dynamics>
    </motion>
  </system>
</simulation>
"""


def run_harmonic(
    folder: Path,
    symbols: Sequence[str],
    *,
    beads: int,
    steps: int,
    stride: int = 1,
    springs: tuple[float, ...] = SPRINGS,
    output: str | None = None,
    mode: str = "nvt",
    bath: str = "",
) -> None:
    """Runs it, with steps of 0.5 fs; files begin with `run.`, if there is no other element `output`.

    `mode` is that of the dynamics; `bath` goes into the thermostat.
    """
    rows = [f"{len(symbols)}", "# CELL(abcABC): 20 20 20 90 90 90 positions{angstrom} cell{angstrom}"]
    rows += [f"{symbol} 0.0 0.0 0.0" for symbol in symbols]
    (folder / "start.xyz").write_text("\n".join(rows) + "\n")
    constants = [spring / (ase.units.Hartree / ase.units.Bohr**2) for spring in springs]
    output = _OUTPUT.format(stride=stride) if output is None else output
    text = _INPUT.format(
        beads=beads, steps=steps, output=output, temperature=TEMPERATURE, k=constants, mode=mode, bath=bath
    )
    (folder / "input.xml").write_text(text)
    with Program(folder, [BIN / "i-pi", "input.xml"], "server.log") as server:
        status = server.wait()
    if status != 0:
        raise RuntimeError(server.output)
