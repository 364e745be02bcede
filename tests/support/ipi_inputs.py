"""Inputs of i-PI with something wrong: a sound one for a water molecule, and texts that replace parts of it."""

from __future__ import annotations

import uuid
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ase import Atoms
from ase.io import write

from tumble import _core, load
from tumble.ipi_check.case import Case
from tumble.ipi_check.check import Check
from tumble.ipi_check.finding import Finding, Level
from tumble.ipi_check.model import Model
from tumble.ipi_check.options import Options
from tumble.ipi_check.view import View
from tumble.runs.ipi.input import read_ipi_system
from tumble.runs.ipi.systems import systems_of

THERMOSTAT = "<thermostat mode='pile_l'> <tau units='femtosecond'> 100 </tau> </thermostat>"
FORCES = "<forces> <force forcefield='tumble'/> </forces>"
SOCKET = "<ffsocket name='tumble' mode='unix'> <address> ADDRESS </address> </ffsocket>"
INPUT = f"""
<simulation verbosity='low'>
  <total_steps> 1000 </total_steps>
  {SOCKET}
  <output prefix='out'>
    <properties filename='properties' stride='10'>
      [ step, time{{picosecond}}, conserved, temperature, potential, kinetic_cv ]
    </properties>
    <trajectory filename='pos' stride='10' cell_units='angstrom'> positions{{angstrom}} </trajectory>
    <trajectory filename='torque' stride='10' extra_type='torque'> extras </trajectory>
    <checkpoint stride='100'/>
  </output>
  <system>
    <initialize nbeads='32'>
      <file mode='ase'> start.extxyz </file>
      <velocities mode='thermal' units='kelvin'> 300 </velocities>
    </initialize>
    {FORCES}
    <ensemble> <temperature units='kelvin'> 300 </temperature> </ensemble>
    <motion mode='dynamics'>
      <dynamics mode='nvt'> <timestep units='femtosecond'> 0.5 </timestep> {THERMOSTAT} </dynamics>
    </motion>
  </system>
</simulation>
"""

WATER = Atoms("OHH", [[5.0, 5.0, 5.0], [5.76, 5.59, 5.0], [4.24, 5.59, 5.1]], cell=[12, 12, 12], pbc=True)

#: What i-PI can write, as far as the tests need it.
QUANTITIES = {
    "properties": ["step", "time", "conserved", "temperature", "potential", "kinetic_cv", "volume"],
    "trajectories": ["positions", "velocities", "forces", "extras", "x_centroid"],
}

#: A replacement of a text in the input.
Change = tuple[str, str]


def changed(changes: Sequence[Change], text: str = INPUT) -> str:
    """The input with some texts replaced, and with an address of its own."""
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text.replace("ADDRESS", f"check-{uuid.uuid4().hex[:12]}")


def view_of(atoms: Atoms, labels: Sequence[str] = (), **facts: Any) -> View:
    """What i-PI would make of an input that starts from these atoms."""
    system = {
        "labels": list(labels or atoms.symbols),
        "masses": atoms.get_masses().tolist(),
        "positions": atoms.positions.tolist(),
        "cell": atoms.cell.array.tolist(),
        "spread": 0.1,
        "moving": True,
    }
    return View(version="3.3.1", quantities=QUANTITIES, systems=[system | facts])


def write_input(folder: Path, changes: Sequence[Change] = (), atoms: Atoms = WATER) -> Path:
    """The input, next to the structure from which it starts."""
    write(folder / "start.extxyz", atoms)
    (folder / "input.xml").write_text(changed(changes))
    return folder / "input.xml"


def make_case(xml: Path, model: Path, view: View, options: Options) -> Case:
    """The case of the only system of an input."""
    root = ElementTree.parse(xml).getroot()
    (system,) = systems_of(root)
    return Case(xml, root, system, 0, read_ipi_system(xml, root, system), view, make_model(model, options), options)


def make_model(path: Path, options: Options) -> Model:
    """A model on the CPU."""
    metadata = _core.read_metadata(str(path))
    return Model(metadata, lambda: load(path, device="cpu", check=False), options.symmetrizer())


def findings(check: type[Check], case: Case, *levels: Level) -> list[Finding]:
    """What a check finds, of these levels, or of all."""
    return [each for each in check().run(case) if not levels or each.level in levels]
