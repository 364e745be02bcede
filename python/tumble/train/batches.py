"""Batches: several frames as one disconnected graph, turned by rotations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tumble.division import divided
from tumble.train.data import Frame
from tumble.train.dipoles import Dipoles, joined, turned


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
        energies: Energies without the composition baseline [B], eV; zero without labels.
        forces: Forces [N, 3], eV/Å; None without labels.
        dipoles: Dipoles; None without labels.
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
    forces: Tensor | None
    dipoles: Dipoles | None
    rotations: Tensor
    weights: Tensor


def collate(frames: Sequence[Frame], baseline: Tensor, rotations: NDArray[np.float64] | None = None) -> Batch:
    """Join frames into one batch, each turned by its rotation if rotations are given.

    Args:
        frames: Frames, either all or none with forces, and either all or none with dipoles of one kind.
        baseline: Energy of each species [S], float64, eV.
        rotations: One orthogonal matrix for each frame [B, 3, 3]; the row vector v becomes v R^T.
    """
    dtype = frames[0].vectors.dtype
    counts = torch.tensor([len(frame.species) for frame in frames])
    edge_counts = torch.tensor([len(frame.vectors) for frame in frames])
    numbers = torch.arange(len(frames))
    structure = torch.repeat_interleave(numbers, counts)
    edge_structure = torch.repeat_interleave(numbers, edge_counts)
    first_atom = (counts.cumsum(0) - counts).index_select(0, edge_structure)
    first_edge = (edge_counts.cumsum(0) - edge_counts).index_select(0, edge_structure)
    species = torch.cat([frame.species for frame in frames])

    totals = torch.tensor([frame.energy or 0.0 for frame in frames], dtype=torch.float64)
    energies = totals.index_add(0, structure, -baseline.index_select(0, species))
    vectors = torch.cat([frame.vectors for frame in frames])
    forces = _forces(frames)
    dipoles = _dipoles(frames, structure)
    turns = torch.eye(3, dtype=dtype).repeat(len(frames), 1, 1)
    if rotations is not None:
        turns = torch.from_numpy(rotations).to(dtype)
        vectors = turned(vectors, turns, edge_structure)
        forces = None if forces is None else turned(forces, turns, structure)
        dipoles = None if dipoles is None else dipoles.turned(turns)
    return Batch(
        vectors=vectors,
        edge_index=torch.cat([frame.edge_index for frame in frames], dim=1).long() + first_atom,
        reverse=torch.cat([frame.reverse for frame in frames]).long() + first_edge,
        species=species,
        structure=structure,
        counts=counts.to(dtype),
        energies=energies.to(dtype),
        forces=forces,
        dipoles=dipoles,
        rotations=turns,
        weights=torch.tensor([frame.weight for frame in frames], dtype=dtype),
    )


def _forces(frames: Sequence[Frame]) -> Tensor | None:
    found = [frame.forces for frame in frames if frame.forces is not None]
    return torch.cat(found) if len(found) == len(frames) else None


def _dipoles(frames: Sequence[Frame], structure: Tensor) -> Dipoles | None:
    found = [frame.dipole for frame in frames if frame.dipole is not None]
    return joined(found, structure) if len(found) == len(frames) else None


def grouped(frames: Sequence[Frame], edges: int) -> Iterator[list[Frame]]:
    """Yield frames in their order, as many at a time as have at most this number of edges, at least one."""
    for places in divided((len(frame.vectors) for frame in frames), edges):
        yield list(frames[places.start : places.stop])


def to_device(batch: Batch, device: torch.device) -> Batch:
    """Copy a batch to a device."""
    return replace(batch, **{name: value.to(device) for name, value in vars(batch).items() if value is not None})
