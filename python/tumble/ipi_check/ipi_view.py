"""Program: read an input with i-PI itself, and write what i-PI makes of it as JSON.

    python ipi_view.py INPUT.xml OUTPUT.json

It runs in a process of its own, in the folder of the input, since i-PI ends the process at some errors. It needs i-PI
and NumPy alone. No socket is opened, and no output is written. The JSON has the keys

- `version`: of i-PI;
- `unknown`: elements and attributes that i-PI doesn't know, with the names that it knows there;
- `refused`: why i-PI refuses the input; null if it accepts it;
- `defaults`: of the settings of each kind of forcefield;
- `quantities`: names of properties and of trajectories that i-PI can write;
- `systems`: of each system labels, masses (u), positions of the first bead (Å), cell vectors as rows (Å), the largest
  distance of a bead from the centroid (Å), and whether atoms move.
"""

import json
import os
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

_FORCEFIELDS = ("ffsocket", "ffdirect", "ffcavphsocket")


def view(path: Path) -> dict[str, Any]:
    """Return what i-PI makes of an input; the working directory becomes its folder."""
    import ipi
    import ipi.engine.outputs
    import ipi.inputs.forcefields
    from ipi.engine.simulation import Simulation
    from ipi.inputs.simulation import InputSimulation

    os.chdir(path.resolve().parent)
    ipi.engine.outputs.open_backup = _nowhere
    ipi.inputs.forcefields.FFDirect = _without_model(ipi.inputs.forcefields.FFDirect)
    found: dict[str, Any] = {
        "version": ipi.__version__,
        "unknown": [],
        "refused": None,
        "defaults": {
            kind: _defaults(InputSimulation, kind) for kind in _FORCEFIELDS if kind in InputSimulation.dynamic
        },
        "quantities": {},
        "systems": [],
    }
    _walk(ElementTree.parse(path.name).getroot(), InputSimulation(), "simulation", found["unknown"])
    if found["unknown"]:
        return found
    try:
        with Path(path.name).open() as file:
            simulation = Simulation.load_from_xml(file, custom_verbosity="quiet", read_only=True)
    # Errors of i-PI have any type, and some end the process. Each is a reason why it refuses the input.
    except (Exception, SystemExit) as error:
        found["refused"] = f"{error}".strip() or type(error).__name__
        return found
    first = simulation.syslist[0]
    found["quantities"] = {
        "properties": list(first.properties.property_dict),
        "trajectories": list(first.trajs.traj_dict),
    }
    found["systems"] = [_system(each) for each in simulation.syslist]
    return found


def _nowhere(name: str, mode: str = "r", **_: Any) -> Any:
    """Open nothing in place of an output."""
    return Path(os.devnull).open(mode)


def _without_model(direct: Any) -> Any:
    """Return a function that makes an FFDirect; one with a PES of the user loads no model."""

    def make(**options: Any) -> Any:
        own = options.get("pes") == "custom"
        return direct(**{**options, "pes": "dummy", "pes_path": "", "pars": {}} if own else options)

    return make


def _walk(element: Any, reader: Any, place: str, unknown: list[dict[str, Any]]) -> None:
    """Collect the attributes and elements that the readers of i-PI don't know."""
    fields, dynamic = reader.instancefields, reader.dynamic
    for name in element.attrib:
        if name not in reader.attribs:
            unknown.append({"place": place, "kind": "attribute", "name": name, "known": list(reader.attribs)})
    for child in element:
        if child.tag in dynamic:
            kind, arguments = dynamic[child.tag]
        elif child.tag in fields:
            kind, arguments = fields[child.tag]
        else:
            unknown.append({"place": place, "kind": "element", "name": child.tag, "known": [*fields, *dynamic]})
            continue
        # The content of a template is text until its labels are replaced.
        if kind.__name__ != "InputRaw":
            _walk(child, kind(**arguments), child.tag, unknown)


def _defaults(simulation: Any, kind: str) -> dict[str, str]:
    """Return the defaults of one kind of forcefield, as text of an input."""
    reader_kind, arguments = simulation.dynamic[kind]
    reader = reader_kind(**arguments)
    values = {}
    for name in (*reader.attribs, *reader.instancefields):
        value = getattr(getattr(reader, name), "_default", None)
        if isinstance(value, str | bool | int | float):
            values[name] = str(value)
    return values


def _system(system: Any) -> dict[str, Any]:
    """Return the atoms of a system."""
    import numpy as np
    from ipi.utils.units import Constants, unit_to_user

    angstrom = unit_to_user("length", "angstrom", 1.0)
    beads = np.array(system.beads.q).reshape(system.beads.nbeads, -1, 3) * angstrom
    return {
        "labels": [str(name) for name in system.beads.names],
        "masses": (np.array(system.beads.m) / Constants.amu).tolist(),
        "positions": beads[0].tolist(),
        "cell": (np.array(system.cell.h).T * angstrom).tolist(),
        "spread": float(np.abs(beads - beads.mean(axis=0)).max()),
        "moving": bool(np.any(np.array(system.beads.p) != 0.0)),
    }


if __name__ == "__main__":
    sys.path.pop(0)  # the folder of this file, whose modules aren't those that i-PI means
    Path(sys.argv[2]).write_text(json.dumps(view(Path(sys.argv[1]))))
