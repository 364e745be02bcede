"""Frames for training: reading, neighbor lists, baseline.

A frame is one labeled structure. It is stored as edge vectors, so a rotation is a matrix product on these and on the
labels that are vectors, and neighbor lists are built only once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from ase import Atoms
from torch import Tensor

from tumble.errors import StructureError, TrainingError
from tumble.frames import read_frames
from tumble.labels import DipoleKind, DipoleLabel
from tumble.structures import to_graph
from tumble.train.dipoles import Dipoles
from tumble.train.labels import read_labels
from tumble.train.sections import DataConfig
from tumble.train.targets import Target


@dataclass(frozen=True)
class Frame:
    """One labeled structure.

    Attributes:
        vectors: Edge vectors, sorted by center [E, 3], Å.
        edge_index: Center and neighbor of each edge [2, E], int32.
        reverse: Index of the reverse edge [E], int32.
        species: Species index of each atom [N].
        energy: Total energy, eV; None without this label.
        forces: Forces [N, 3], eV/Å; None if they aren't a target.
        group: Name of the frame's group; all frames of a group are on the same side of the split.
        dipole: Dipole of the atoms or of the structure; None if it isn't a target.
        weight: Weight in the loss.
        name: File and number, for messages.
    """

    vectors: Tensor
    edge_index: Tensor
    reverse: Tensor
    species: Tensor
    energy: float | None
    forces: Tensor | None
    group: str
    dipole: Dipoles | None = None
    weight: float = 1.0
    name: str = "frame"


def load_frames(
    data: DataConfig, species: Sequence[str], cutoff: float, dtype: torch.dtype, targets: Sequence[Target]
) -> list[Frame]:
    """Return the labeled frames of a file, with their edges.

    Args:
        data: File that ASE reads, and the names of groups and labels in it.
        species: Chemical symbols in the model's order.
        cutoff: Å.
        dtype: Type of vectors, forces and dipoles.
        targets: Labels that each frame must have.

    Raises:
        FramesError: If the file is missing, is empty, or has no format that ASE reads, or a label isn't finite.
        TrainingError: If a frame lacks labels or its group, has an unknown element, or an impossible geometry.
    """
    return [
        _frame(atoms, f"`{data.path}`, frame {k}", data, species, cutoff, dtype, targets)
        for k, atoms in enumerate(read_frames(data.path))
    ]


def _frame(
    atoms: Atoms,
    where: str,
    data: DataConfig,
    species: Sequence[str],
    cutoff: float,
    dtype: torch.dtype,
    targets: Sequence[Target],
) -> Frame:
    if data.group is not None and data.group not in atoms.info:
        raise TrainingError(f"{where}: expected the key `{data.group}` in its info, got {sorted(atoms.info)}")
    found = read_labels(atoms, where, data, targets)
    try:
        graph = to_graph([atoms], species, cutoff)
    except StructureError as error:
        raise TrainingError(f"{where}: {error}") from error
    return Frame(
        vectors=torch.from_numpy(graph.vectors).to(dtype),
        edge_index=torch.from_numpy(graph.edge_index).int(),
        reverse=torch.from_numpy(graph.reverse).int(),
        species=torch.from_numpy(graph.species),
        energy=found.energy,
        forces=None if found.forces is None else torch.from_numpy(found.forces).to(dtype),
        group=where if data.group is None else str(atoms.info[data.group]),
        dipole=None if found.dipole is None else _dipole(found.dipole, dtype),
        name=where,
    )


def _dipole(label: DipoleLabel, dtype: torch.dtype) -> Dipoles:
    values = torch.from_numpy(np.atleast_1d(label.values)).to(dtype)
    if label.kind is DipoleKind.VECTOR:
        values = values.unsqueeze(0)
    return Dipoles(label.kind, values, torch.zeros(len(values), dtype=torch.int64))


def fit_baseline(frames: Sequence[Frame], n_species: int) -> Tensor:
    """Fit energies as a function of composition alone, by least squares in double precision.

    Frames without an energy don't count; without any, all energies are zero. If the compositions don't determine the
    energies of all species (as in pure water), take the solution of least norm.

    Returns:
        Energy of each species [S], float64, eV.
    """
    labeled = [frame for frame in frames if frame.energy is not None]
    if not labeled:
        return torch.zeros(n_species, dtype=torch.float64)
    counts = torch.stack([torch.bincount(frame.species, minlength=n_species) for frame in labeled]).double()
    energies = torch.tensor([frame.energy for frame in labeled], dtype=torch.float64)
    solution: Tensor = torch.linalg.lstsq(counts, energies.unsqueeze(1), driver="gelsd").solution
    return solution.squeeze(1)
