"""A real i-PI server that evaluates one structure and stores what it received, with all digits.

Run as a script, `python ipi_server.py ADDRESS STRUCTURE.npz RESULT.npz`, since i-PI starts threads and installs signal
handlers. i-PI's own output files have eight digits, hence its Python interface.
"""

from __future__ import annotations

import sys

import numpy as np
from ipi.scripting.interactive import InteractiveSimulation
from ipi.utils.softexit import softexit

INPUT = """
<simulation verbosity='quiet' safe_stride='1000'>
  <ffsocket name='driver' mode='unix' pbc='False'>
    <address> {address} </address>
    <latency> 1e-4 </latency>
    <timeout> 600 </timeout>
  </ffsocket>
  <total_steps> 10 </total_steps>
  <prng> <seed> 1 </seed> </prng>
  <output prefix='parity'> </output>
  <system>
    <beads natoms='{natoms}' nbeads='1'> <q shape='(1,{n3})'> {q} </q> <m shape='({natoms})'> {m} </m>
      <names shape='({natoms})'> {names} </names> </beads>
    <cell shape='(3,3)'> {h} </cell>
    <forces> <force forcefield='driver'/> </forces>
    <ensemble> <temperature units='kelvin'> 300 </temperature> </ensemble>
    <motion mode='dynamics'> <dynamics mode='nve'> <timestep units='femtosecond'> 0.5 </timestep> </dynamics> </motion>
  </system>
</simulation>
"""


def numbers(values: np.ndarray) -> str:
    return "[" + ", ".join(f"{value:.17e}" for value in np.ravel(values)) + "]"


def main(address: str, structure: str, result: str) -> None:
    data = np.load(structure)
    natoms = len(data["symbols"])
    simulation = InteractiveSimulation(
        INPUT.format(
            address=address,
            natoms=natoms,
            n3=3 * natoms,
            q=numbers(data["positions"]),
            m=numbers(np.full(natoms, 1000.0)),
            names="[" + ", ".join(data["symbols"]) + "]",
            h=numbers(data["cell"].T),
        )
    )
    system = simulation.syslist[0]
    forces = system.forces
    np.savez(
        result,
        q=np.array(system.beads.q[0]),
        h=np.array(system.cell.h),
        potential=np.array(forces.pots[0]),
        forces=np.array(forces.f[0]),
        virial=np.array(forces.virs[0]),
        torque=np.array(forces.extras["torque"][0], dtype=float),
    )
    softexit.trigger(status="success", message="one structure is enough")


if __name__ == "__main__":
    main(*sys.argv[1:])
