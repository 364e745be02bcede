"""Frames for training: reading, neighbour lists (once), baseline, split by group, batches, random rotations.

Frames are kept as edge vectors, so a rotation is a matrix product on them and on the forces; nothing is rebuilt.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import ase.io
import numpy as np
import numpy.typing as npt
import torch
import vesin
from ase import Atoms
from torch import Tensor

from tumble.train.errors import TrainingError


@dataclass(frozen=True)
class Frame:
    """One labelled structure.

    Attributes:
        vectors: Edge vectors, sorted by centre [E, 3], Å.
        edge_index: Centre and neighbour of each edge [2, E], int32.
        reverse: Index of the reverse edge [E], int32.
        species: Species index of each atom [N].
        energy: Total energy, eV.
        forces: Forces [N, 3], eV/Å.
        group: Name of the group that must stay on one side of the split.
    """

    vectors: Tensor
    edge_index: Tensor
    reverse: Tensor
    species: Tensor
    energy: float
    forces: Tensor
    group: str


@dataclass(frozen=True)
class Batch:
    """Several frames as one disconnected graph.

    Attributes:
        vectors: Edge vectors [E, 3], Å.
        edge_index: Centre and neighbour of each edge [2, E].
        reverse: Index of the reverse edge [E].
        species: Species index of each atom [N].
        structure: Structure of each atom [N].
        counts: Atoms of each structure [B], floating point.
        energies: Energies without the composition baseline [B], eV.
        forces: Forces [N, 3], eV/Å.
    """

    vectors: Tensor
    edge_index: Tensor
    reverse: Tensor
    species: Tensor
    structure: Tensor
    counts: Tensor
    energies: Tensor
    forces: Tensor


def edges(
    positions: npt.NDArray[np.float64], cell: npt.NDArray[np.float64], periodic: Sequence[bool], cutoff: float
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """Find all edges within the cutoff.

    Args:
        positions: Positions [N, 3], Å.
        cell: Cell vectors as rows [3, 3], Å.
        periodic: Whether each cell vector is a period.
        cutoff: Å.

    Returns:
        Edge vectors sorted by centre [E, 3], Å; centres and neighbours [2, E]; index of the reverse edge [E].
    """
    search = vesin.NeighborList(cutoff=cutoff, full_list=True)
    i, j, shifts, vectors = search.compute(positions, cell, np.asarray(periodic, dtype=bool), "ijSD")
    i, j, shifts = i.astype(np.int64), j.astype(np.int64), shifts.astype(np.int64)
    order = np.lexsort((shifts[:, 2], shifts[:, 1], shifts[:, 0], j, i))
    i, j, shifts, vectors = i[order], j[order], shifts[order], vectors[order]
    # Edges are now in the order of (i, j, S); in the order of (j, i, -S) each one meets its reverse.
    reverse = np.empty(len(i), dtype=np.int32)
    reverse[np.lexsort((-shifts[:, 2], -shifts[:, 1], -shifts[:, 0], i, j))] = np.arange(len(i), dtype=np.int32)
    return vectors, np.stack((i, j)).astype(np.int32), reverse


def read_frames(
    path: Path, species: Sequence[str], cutoff: float, group: str | None, dtype: torch.dtype
) -> list[Frame]:
    """Read labelled frames and find their edges.

    Raises:
        TrainingError: The file holds no frames, or a frame lacks labels, has a NaN, an unknown element or no group.
    """
    try:
        images = ase.io.read(path, ":")
    except (OSError, ase.io.formats.UnknownFileTypeError, StopIteration, KeyError, ValueError) as error:
        raise TrainingError(f"`{path}`: expected extended XYZ, got {type(error).__name__}: {error}") from error
    if not images:
        raise TrainingError(f"`{path}`: expected frames, got none")
    return [_frame(atoms, f"`{path}`, frame {k}", species, cutoff, group, dtype) for k, atoms in enumerate(images)]


def _frame(
    atoms: Atoms, where: str, species: Sequence[str], cutoff: float, group: str | None, dtype: torch.dtype
) -> Frame:
    symbols = atoms.get_chemical_symbols()
    unknown = sorted(set(symbols) - set(species))
    if unknown:
        raise TrainingError(f"{where}: expected elements {list(species)}, got {unknown}; add them to `model.species`")
    results = atoms.calc.results if atoms.calc is not None else {}
    if "energy" not in results or "forces" not in results:
        raise TrainingError(f"{where}: expected an energy and forces, got {sorted(results)}")
    energy, forces = float(results["energy"]), np.asarray(results["forces"], dtype=np.float64)
    if not (np.isfinite(energy) and np.isfinite(forces).all() and np.isfinite(atoms.positions).all()):
        raise TrainingError(f"{where}: expected finite positions, energy and forces, got a NaN or infinity")
    if group is not None and group not in atoms.info:
        raise TrainingError(f"{where}: expected the key `{group}` in its info, got {sorted(atoms.info)}")
    atoms.wrap()
    vectors, edge_index, reverse = edges(atoms.positions, atoms.cell.array, list(atoms.pbc), cutoff)
    return Frame(
        vectors=torch.tensor(vectors, dtype=dtype),
        edge_index=torch.from_numpy(edge_index),
        reverse=torch.from_numpy(reverse),
        species=torch.tensor([list(species).index(symbol) for symbol in symbols]),
        energy=energy,
        forces=torch.tensor(forces, dtype=dtype),
        group=where if group is None else str(atoms.info[group]),
    )


def fit_baseline(frames: Sequence[Frame], n_species: int) -> Tensor:
    """Fit energies by composition alone, by least squares in double.

    Where compositions don't determine all species (water alone), the solution of least norm is taken.

    Returns:
        Energy of each species [S], float64, eV.
    """
    counts = torch.stack([torch.bincount(frame.species, minlength=n_species) for frame in frames]).double()
    energies = torch.tensor([frame.energy for frame in frames], dtype=torch.float64)
    return torch.linalg.lstsq(counts, energies.unsqueeze(1), driver="gelsd").solution.squeeze(1)


def split_by_group(frames: Sequence[Frame], validation: int, seed: int) -> tuple[list[Frame], list[Frame]]:
    """Hold out whole groups, drawn by the seed, until they have at least ``validation`` frames.

    Returns:
        Frames for training and for validation.

    Raises:
        TrainingError: Nothing would be left to train on.
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


def random_rotation(rng: np.random.Generator) -> Tensor:
    """Draw an orthogonal matrix uniformly from O(3), so improper with probability 1/2.

    The QR decomposition of a Gaussian matrix, with the signs of R's diagonal fixed (Mezzadri, Notices AMS 54, 592).

    Returns:
        Matrix [3, 3], float64.
    """
    q, r = np.linalg.qr(rng.standard_normal((3, 3)))
    return torch.from_numpy(q * np.sign(np.diagonal(r)))


def collate(frames: Sequence[Frame], baseline: Tensor, rotations: Sequence[Tensor] | None = None) -> Batch:
    """Join frames into one batch, each turned by its rotation if there are any.

    Args:
        frames: Frames.
        baseline: Energy of each species [S], float64, eV.
        rotations: One orthogonal matrix [3, 3] for each frame; the row vector v becomes v R^T.
    """
    vectors = [frame.vectors for frame in frames]
    forces = [frame.forces for frame in frames]
    if rotations is not None:
        turns = [rotation.to(vectors[0].dtype).T for rotation in rotations]
        vectors = [v @ turn for v, turn in zip(vectors, turns, strict=True)]
        forces = [f @ turn for f, turn in zip(forces, turns, strict=True)]
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
    )


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
