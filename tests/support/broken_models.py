"""Models with a cutoff of 4 Å for tests alone: two that fail once atoms come close, one that shows what it is given."""

# No postponed annotations here: TorchScript reads those of attributes.
import torch
from torch import Tensor

from tumble.models.toys import smooth_cutoff


class NanBeyond(torch.nn.Module):
    """A harmonic pair energy that turns into NaN where an edge is shorter than `threshold` (Å)."""

    def __init__(self, threshold: float) -> None:
        super().__init__()
        self.threshold = threshold

    def forward(self, edge_vectors: Tensor, edge_index: Tensor, reverse: Tensor, species: Tensor) -> dict[str, Tensor]:
        r = torch.linalg.vector_norm(edge_vectors, dim=1)
        energy = torch.where(r < self.threshold, torch.full_like(r, float("nan")), r * r * smooth_cutoff(r, 4.0))
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
        return {"energy": zero.index_add(0, edge_index[0], r * r * smooth_cutoff(r, 4.0))}


class PrintsEdges(torch.nn.Module):
    """A harmonic pair energy that prints a line `edge SPECIES SPECIES X Y Z` for each edge, the vector in 1e-6 Å."""

    def forward(self, edge_vectors: Tensor, edge_index: Tensor, reverse: Tensor, species: Tensor) -> dict[str, Tensor]:
        print("edges of", species.size(0))
        rounded = torch.round(edge_vectors.detach() * 1e6).long()
        for e in range(edge_vectors.size(0)):
            i, j = int(species[edge_index[0, e]]), int(species[edge_index[1, e]])
            print("edge", i, j, int(rounded[e, 0]), int(rounded[e, 1]), int(rounded[e, 2]))
        zero = torch.zeros(species.size(0), dtype=edge_vectors.dtype, device=edge_vectors.device)
        r = torch.linalg.vector_norm(edge_vectors, dim=1)
        return {"energy": zero.index_add(0, edge_index[0], r * r * smooth_cutoff(r, 4.0))}
