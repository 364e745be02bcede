"""Frames of LAMMPS' text dumps, and what the core says about them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from ase import Atoms

import tumble
from tumble import _core
from tumble.structures import to_graph

#: What a dump or write_dump has to write; `DUMP_FORMAT` goes to dump_modify, or behind `modify`.
COLUMNS = "id type xu yu zu vx vy vz fx fy fz"
DUMP_FORMAT = "sort id format float %.17g"


@dataclass(frozen=True)
class Frame:
    """Atoms in the order of their IDs; Å, and LAMMPS' metal units."""

    step: int
    ids: np.ndarray
    types: np.ndarray
    atoms: Atoms
    velocities: np.ndarray
    forces: np.ndarray


def _read_frame(text: str, species: list[str]) -> Frame:
    head, rows = text.split("ITEM: ATOMS " + COLUMNS)
    bounds_text, *bounds = head.split("ITEM: BOX BOUNDS ")[1].splitlines()
    box = np.array([[float(word) for word in line.split()] for line in bounds])
    xy, xz, yz = box[:, 2] if box.shape[1] == 3 else (0.0, 0.0, 0.0)
    # a dump has the bounds of the tilted box as a whole
    lx = box[0, 1] - box[0, 0] - (max(0.0, xy, xz, xy + xz) - min(0.0, xy, xz, xy + xz))
    ly = box[1, 1] - box[1, 0] - abs(yz)
    cell = [[lx, 0, 0], [xy, ly, 0], [xz, yz, box[2, 1] - box[2, 0]]]
    table = np.array([[float(word) for word in line.split()] for line in rows.splitlines()[1:]])
    types = table[:, 1].astype(int)
    pbc = [flag[0] == "p" for flag in bounds_text.split()[-3:]]
    atoms = Atoms([species[t - 1] for t in types], table[:, 2:5], cell=cell, pbc=pbc)
    step = int(head.split("ITEM: TIMESTEP\n")[1].split()[0])
    return Frame(step, table[:, 0].astype(int), types, atoms, table[:, 5:8], table[:, 8:11])


def read_frames(path: Path, species: list[str]) -> list[Frame]:
    """All frames of a dump of `COLUMNS`; `species` are the elements of types 1, 2, ..."""
    texts = path.read_text().split("ITEM: TIMESTEP\n")[1:]
    return [_read_frame("ITEM: TIMESTEP\n" + text, species) for text in texts]


def core_result(model: Path, atoms: Atoms, frames: _core.Frames | None = None) -> _core.Evaluation:
    """The core's own result for a structure, seen from the lab frame or from others."""
    potential = tumble.load(model, "cpu")
    graph = to_graph([atoms], potential.metadata.species, potential.metadata.cutoff)
    return potential.evaluate(graph, [] if frames is None else [frames])
