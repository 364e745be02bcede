"""Models that go wrong in one way each, once the structure leaves what they were exported with."""

from __future__ import annotations

import torch
from torch import Tensor


class NanBeyond(torch.nn.Module):
    """A harmonic pair energy that turns into NaN where an edge is shorter than `threshold` (Å)."""

    def __init__(self, threshold: float) -> None:
        super().__init__()
        self.threshold = threshold

    def forward(self, edge_vectors: Tensor, edge_index: Tensor, reverse: Tensor, species: Tensor) -> dict[str, Tensor]:
        r = torch.linalg.vector_norm(edge_vectors, dim=1)
        energy = torch.where(r < self.threshold, torch.full_like(r, float("nan")), r * r)
        zero = torch.zeros(species.size(0), dtype=r.dtype, device=r.device)
        return {"energy": zero.index_add(0, edge_index[0], energy)}


class RaisesBeyond(torch.nn.Module):
    """The same with an exception."""

    def __init__(self, threshold: float) -> None:
        super().__init__()
        self.threshold = threshold

    def forward(self, edge_vectors: Tensor, edge_index: Tensor, reverse: Tensor, species: Tensor) -> dict[str, Tensor]:
        r = torch.linalg.vector_norm(edge_vectors, dim=1)
        if r.numel() > 0 and bool((r < self.threshold).any()):
            raise ValueError("atoms have come too close")
        zero = torch.zeros(species.size(0), dtype=r.dtype, device=r.device)
        return {"energy": zero.index_add(0, edge_index[0], r * r)}
