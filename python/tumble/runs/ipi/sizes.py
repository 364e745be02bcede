"""Sizes of the files that i-PI writes, from its input (`ipi.utils.io.backends`, `ipi.engine.outputs`)."""

from __future__ import annotations

from tumble.runs.ipi.extras import KEYS
from tumble.runs.ipi.input import IpiInput, TrajectoryOutput

# Bytes.
_ATOM = {"xyz": 48, "pdb": 81, "ase": 60, "bin": 30}
_HEADING = 120
_NUMBER = 17
_RAW = 400  # of the driver's extras as text
_OF_BEADS = (
    "positions",
    "velocities",
    "forces",
    "forces_spring",
    "momenta",
    "extras",
    "extras_bias",
    "forces_sc",
    "Eforces",
)


def sizes_of(found: IpiInput, atoms: int) -> dict[str, int]:
    """Return the size of each output of a whole run, in bytes, by its name without bead number and ending.

    Args:
        found: The input of a system.
        atoms: Number of its atoms.
    """
    steps = max(found.total_steps - found.start, 0)
    sizes = {each.stem.name: _trajectory(each, atoms, found.beads, steps) for each in found.trajectories}
    return sizes | {each.path.name: _NUMBER * len(each.names) * steps // each.stride for each in found.properties}


def _trajectory(output: TrajectoryOutput, atoms: int, beads: int, steps: int) -> int:
    files = len(output.beads(beads)) if output.quantity in _OF_BEADS else 1
    if output.quantity.startswith("extras"):
        frame = 30 + sum(_NUMBER * KEYS[key] if key in KEYS else _RAW for key in output.extra_keys)
    else:
        frame = _HEADING + atoms * _ATOM.get(output.format, _ATOM["xyz"])
    return files * frame * (steps // output.stride + 1)
