"""An i-PI input for benchmarks: path-integral dynamics with a local thermostat, and outputs with all digits."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from ase import Atoms

_INPUT = """<simulation verbosity='low' floatformat='%26.17e'>
  {forcefield}
  <total_steps> {steps} </total_steps>
  <prng> <seed> 7 </seed> </prng>
  <output prefix='out'>
    <properties filename='properties' flush='1'> [ step, potential, conserved, temperature ] </properties>
    {trajectories}
  </output>
  <system>
    <initialize nbeads='{beads}'> <file mode='xyz'> start.xyz </file>
      <velocities mode='thermal' units='kelvin'> 300 </velocities> </initialize>
    <forces> <force forcefield='tumble'/> </forces>
    <ensemble> <temperature units='kelvin'> 300 </temperature> </ensemble>
    <motion mode='dynamics'> <dynamics mode='nvt'> <timestep units='femtosecond'> {timestep} </timestep>
      <thermostat mode='pile_l'> <tau units='femtosecond'> 100 </tau> </thermostat> </dynamics> </motion>
  </system>
</simulation>
"""


_TRAJECTORIES = """<trajectory filename='positions' format='bin' stride='10'> positions </trajectory>
    <trajectory filename='forces' format='bin' stride='10'> forces </trajectory>
    <trajectory filename='torque' extra_type='torque' stride='10'> extras </trajectory>"""


def socket_block(address: str, options: str = "", mode: str = "unix") -> str:
    """Return an `ffsocket`."""
    inside = f"<address> {address} </address> <latency> 1e-4 </latency> {options}"
    return f"<ffsocket name='tumble' mode='{mode}'> {inside} </ffsocket>"


def write_input(
    folder: Path,
    atoms: Atoms,
    address: str,
    *,
    beads: int,
    steps: int = 1_000_000_000,
    options: str = "",
    forcefield: str | None = None,
    trajectories: bool = True,
    timestep: float = 0.25,
) -> None:
    """Write `input.xml` and `start.xyz`, of a structure with an orthogonal cell.

    Args:
        folder: Where.
        atoms: The structure.
        address: Name of a Unix domain socket.
        beads: Number of beads.
        steps: Number of steps.
        options: Elements in the `ffsocket`.
        forcefield: Block in place of that `ffsocket`, with the name `tumble`.
        trajectories: Whether there are outputs other than the properties; they need the driver's extras.
        timestep: Time step, fs.
    """
    text = _INPUT.format(
        forcefield=forcefield or socket_block(address, options),
        trajectories=_TRAJECTORIES if trajectories else "",
        beads=beads,
        steps=steps,
        timestep=timestep,
    )
    (folder / "input.xml").write_text(text)
    cell = " ".join(f"{length:.10g}" for length in atoms.cell.lengths())
    lines = [str(len(atoms)), f"# CELL(abcABC): {cell} 90 90 90 positions{{angstrom}} cell{{angstrom}}"]
    lines += [f"{atom.symbol} {atom.x:.10f} {atom.y:.10f} {atom.z:.10f}" for atom in atoms]
    (folder / "start.xyz").write_text("\n".join(lines) + "\n")


def ipi_program() -> str:
    """Return i-PI's program: that of TUMBLE_IPI, a folder of `pip install --target`, or of this environment."""
    other = os.environ.get("TUMBLE_IPI")
    return str((Path(other) if other else Path(sys.executable).parents[1]) / "bin" / "i-pi")
