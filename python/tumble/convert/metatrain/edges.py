"""The edges that metatrain's PET uses, and their weights: all within the cutoff, or adaptive cutoffs of atoms."""

# Without `from __future__ import annotations`: TorchScript reads the annotations.
from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from metatrain.pet.modules.adaptive_cutoff import get_adaptive_cutoffs_grid, get_adaptive_cutoffs_solver
from metatrain.pet.modules.utilities import cutoff_func_bump, cutoff_func_cosine
from torch import Tensor, nn

_SWITCHES: dict[str, Callable[..., Tensor]] = {"bump": cutoff_func_bump, "cosine": cutoff_func_cosine}
_ADAPTIVE: dict[str, Callable[..., Tensor]] = {
    "grid": get_adaptive_cutoffs_grid,
    "solver": get_adaptive_cutoffs_solver,
}


class Edges(NamedTuple):
    """Edges of a graph, sorted by center.

    Attributes:
        vectors: From center to neighbor [E, 3], in metatrain's unit of length.
        centers: [E].
        neighbors: [E].
        reverse: Index of the opposite edge, or -1 [E].
        weights: Values of the cutoff function [E].
    """

    vectors: Tensor
    centers: Tensor
    neighbors: Tensor
    reverse: Tensor
    weights: Tensor


class FixedCutoff(nn.Module):
    """One cutoff for all pairs."""

    def __init__(self, backend: Any) -> None:  # metatrain has no types
        """Take over the settings of a `PETBackend`."""
        super().__init__()
        self.cutoff: float = backend.cutoff
        self.width: float = backend.cutoff_width
        self.switch = _SWITCHES[backend.cutoff_function.lower()]

    def pair_cutoffs(self, distances: Tensor, centers: Tensor, neighbors: Tensor, atoms: int) -> Tensor:
        """Return the cutoff of each pair [E]."""
        return torch.full_like(distances, self.cutoff)

    def forward(self, vectors: Tensor, edge_index: Tensor, reverse: Tensor, atoms: int) -> Edges:
        """Return the edges within the cutoffs of their pairs.

        Args:
            vectors: Edge vectors [E, 3], in metatrain's unit of length.
            edge_index: Center and neighbor of each edge [2, E], sorted by center.
            reverse: Index of the opposite edge, or -1 [E].
            atoms: Number of atoms.
        """
        distances = torch.linalg.vector_norm(vectors, dim=1) + 1e-15  # as in metatrain
        cutoffs = self.pair_cutoffs(distances, edge_index[0], edge_index[1], atoms)
        inside = distances <= cutoffs
        kept = torch.nonzero(inside).squeeze(1)
        # Both directions of a pair have one distance and one cutoff: both are kept, or none. Only at the rim of a halo,
        # where an atom has no edges, may one be missing.
        number = torch.where(inside, torch.cumsum(inside, 0) - 1, -1)
        opposite = reverse.index_select(0, kept)
        opposite = torch.where(opposite >= 0, number.index_select(0, opposite.clamp_min(0)), -1)
        return Edges(
            vectors.index_select(0, kept),
            edge_index[0].index_select(0, kept),
            edge_index[1].index_select(0, kept),
            opposite,
            self.switch(distances.index_select(0, kept), cutoffs.index_select(0, kept), self.width),
        )


class AdaptiveCutoff(FixedCutoff):
    """The mean of the cutoffs of both atoms, of which each depends on the neighbors of its atom."""

    def __init__(self, backend: Any, width: float) -> None:
        """Take over the settings of a `PETBackend`.

        Args:
            backend: metatrain's.
            width: Width in which a neighbor fades out when an atom counts its neighbors.
        """
        super().__init__(backend)
        self.count: float = backend.num_neighbors_adaptive
        self.counting_width: float = width
        self.atom_cutoffs = _ADAPTIVE[backend.adaptive_cutoff_method.lower()]

    def pair_cutoffs(self, distances: Tensor, centers: Tensor, neighbors: Tensor, atoms: int) -> Tensor:
        """Return the cutoff of each pair [E]."""
        own = self.atom_cutoffs(centers, distances, self.count, atoms, self.cutoff, self.counting_width)
        return (own.index_select(0, centers) + own.index_select(0, neighbors)) / 2.0
