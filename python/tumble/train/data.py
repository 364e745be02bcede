"""Frames for training: reading, neighbor lists, baseline, split by group, batches.

A frame is one labeled structure. It is stored as edge vectors, so a rotation is a matrix product on these and on the
forces, and neighbor lists are built only once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from ase import Atoms
from numpy.typing import NDArray
from torch import Tensor

from tumble.errors import StructureError, TrainingError
from tumble.frames import labels, read_frames
from tumble.structures import to_graph


@dataclass(frozen=True)
class Frame:
    """One labeled structure.

    Attributes:
        vectors: Edge vectors, sorted by center [E, 3], Å.
        edge_index: Center and neighbor of each edge [2, E], int32.
        reverse: Index of the reverse edge [E], int32.
        species: Species index of each atom [N].
        energy: Total energy, eV.
        forces: Forces [N, 3], eV/Å.
        group: Name of the frame's group; all frames of a group are on the same side of the split.
        weight: Weight in the loss.
        name: File and number, for messages.
    """

    vectors: Tensor
    edge_index: Tensor
    reverse: Tensor
    species: Tensor
    energy: float
    forces: Tensor
    group: str
    weight: float = 1.0
    name: str = "frame"


@dataclass(frozen=True)
class Batch:
    """Several frames as one disconnected graph.

    Attributes:
        vectors: Edge vectors [E, 3], Å.
        edge_index: Center and neighbor of each edge [2, E].
        reverse: Index of the reverse edge [E].
        species: Species index of each atom [N].
        structure: Structure of each atom [N].
        counts: Atoms of each structure [B], floating point.
        energies: Energies without the composition baseline [B], eV.
        forces: Forces [N, 3], eV/Å.
        rotations: Rotation R of each structure, by which a row vector v has become v R^T [B, 3, 3].
        weights: Weight of each structure in the loss [B].
    """

    vectors: Tensor
    edge_index: Tensor
    reverse: Tensor
    species: Tensor
    structure: Tensor
    counts: Tensor
    energies: Tensor
    forces: Tensor
    rotations: Tensor
    weights: Tensor


def load_frames(
    path: Path, species: Sequence[str], cutoff: float, group: str | None, dtype: torch.dtype
) -> list[Frame]:
    """Return the labeled frames of a file, with their edges.

    Args:
        path: File that ASE reads.
        species: Chemical symbols in the model's order.
        cutoff: Å.
        group: Key of a frame's info whose value names its group; None to make each frame a group.
        dtype: Type of vectors and forces.

    Raises:
        FramesError: If the file is missing, is empty, or has no format that ASE reads, or a label isn't finite.
        TrainingError: If a frame lacks labels or its group, has an unknown element, or an impossible geometry.
    """
    return [
        _frame(atoms, f"`{path}`, frame {k}", species, cutoff, group, dtype)
        for k, atoms in enumerate(read_frames(path))
    ]


def _frame(
    atoms: Atoms, where: str, species: Sequence[str], cutoff: float, group: str | None, dtype: torch.dtype
) -> Frame:
    found = labels(atoms, where)
    if found.energy is None or found.forces is None:
        missing = " and ".join(name for name in ("energy", "forces") if getattr(found, name) is None)
        raise TrainingError(f"{where}: expected an energy and forces, got no {missing}")
    if group is not None and group not in atoms.info:
        raise TrainingError(f"{where}: expected the key `{group}` in its info, got {sorted(atoms.info)}")
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
        forces=torch.from_numpy(found.forces).to(dtype),
        group=where if group is None else str(atoms.info[group]),
        name=where,
    )


def fit_baseline(frames: Sequence[Frame], n_species: int) -> Tensor:
    """Fit energies as a function of composition alone, by least squares in double precision.

    If the compositions don't determine the energies of all species (as in pure water), take the solution of least norm.

    Returns:
        Energy of each species [S], float64, eV.
    """
    counts = torch.stack([torch.bincount(frame.species, minlength=n_species) for frame in frames]).double()
    energies = torch.tensor([frame.energy for frame in frames], dtype=torch.float64)
    solution: Tensor = torch.linalg.lstsq(counts, energies.unsqueeze(1), driver="gelsd").solution
    return solution.squeeze(1)


def split_by_group(frames: Sequence[Frame], validation: int, seed: int) -> tuple[list[Frame], list[Frame]]:
    """Hold out whole groups, drawn at random with a seed, until they have at least ``validation`` frames.

    Returns:
        Frames for training and for validation.

    Raises:
        TrainingError: If no frame would be left to train on.
    """
    groups = sorted({frame.group for frame in frames})
    held: set[str] = set()
    n_held = 0
    for k in np.random.default_rng(seed).permutation(len(groups)):
        if n_held >= validation:
            break
        held.add(groups[k])
        n_held += sum(frame.group == groups[k] for frame in frames)
    training = [frame for frame in frames if frame.group not in held]
    if not training:
        raise TrainingError(f"`validation`: expected fewer than all {len(frames)} frames, got {n_held} in whole groups")
    return training, [frame for frame in frames if frame.group in held]


def collate(frames: Sequence[Frame], baseline: Tensor, rotations: NDArray[np.float64] | None = None) -> Batch:
    """Join frames into one batch, each turned by its rotation if rotations are given.

    Args:
        frames: Frames.
        baseline: Energy of each species [S], float64, eV.
        rotations: One orthogonal matrix for each frame [B, 3, 3]; the row vector v becomes v R^T.
    """
    vectors = [frame.vectors for frame in frames]
    forces = [frame.forces for frame in frames]
    turns = torch.eye(3, dtype=vectors[0].dtype).repeat(len(frames), 1, 1)
    if rotations is not None:
        turns = torch.from_numpy(rotations).to(vectors[0].dtype)
        vectors = [v @ turn.T for v, turn in zip(vectors, turns, strict=True)]
        forces = [f @ turn.T for f, turn in zip(forces, turns, strict=True)]
    counts = torch.tensor([len(frame.species) for frame in frames])
    first_atom = (counts.cumsum(0) - counts).tolist()
    n_edges = torch.tensor([len(frame.vectors) for frame in frames])
    first_edge = (n_edges.cumsum(0) - n_edges).tolist()
    energies = torch.stack([frame.energy - baseline[frame.species].sum() for frame in frames])
    return Batch(
        vectors=torch.cat(vectors),
        edge_index=torch.cat([f.edge_index.long() + k for f, k in zip(frames, first_atom, strict=True)], dim=1),
        reverse=torch.cat([f.reverse.long() + k for f, k in zip(frames, first_edge, strict=True)]),
        species=torch.cat([frame.species for frame in frames]),
        structure=torch.repeat_interleave(torch.arange(len(frames)), counts),
        counts=counts.to(vectors[0].dtype),
        energies=energies.to(vectors[0].dtype),
        forces=torch.cat(forces),
        rotations=turns,
        weights=torch.tensor([frame.weight for frame in frames], dtype=vectors[0].dtype),
    )


def to_device(batch: Batch, device: torch.device) -> Batch:
    """Copy a batch to a device."""
    return Batch(**{name: value.to(device) for name, value in vars(batch).items()})
