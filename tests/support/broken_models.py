"""Models with a cutoff of 4 Å for tests alone: four fail once atoms come close, one once they are
turned, one never ends, one shows what it is given."""

# No postponed annotations here: TorchScript reads those of attributes.
import torch
from torch import Tensor

from support.toys import smooth_cutoff


def collect(edge_energies: Tensor, edge_index: Tensor, species: Tensor) -> dict[str, Tensor]:
    """Energies of atoms: the sums over the edges of each."""
    zero = torch.zeros(species.size(0), dtype=edge_energies.dtype, device=edge_energies.device)
    return {"energy": zero.index_add(0, edge_index[0], edge_energies)}


class NanBeyond(torch.nn.Module):
    """A harmonic pair energy that turns into NaN, or another value, where an edge is shorter than `threshold` (Å)."""

    def __init__(self, threshold: float, value: float = float("nan")) -> None:
        super().__init__()
        self.threshold = threshold
        self.value = value

    def forward(self, edge_vectors: Tensor, edge_index: Tensor, reverse: Tensor, species: Tensor) -> dict[str, Tensor]:
        r = torch.linalg.vector_norm(edge_vectors, dim=1)
        energy = torch.where(r < self.threshold, torch.full_like(r, self.value), r * r * smooth_cutoff(r, 4.0))
        return collect(energy, edge_index, species)


class RaisesBeyond(torch.nn.Module):
    """The harmonic pair energy with an exception."""

    def __init__(self, threshold: float) -> None:
        super().__init__()
        self.threshold = threshold

    def forward(self, edge_vectors: Tensor, edge_index: Tensor, reverse: Tensor, species: Tensor) -> dict[str, Tensor]:
        r = torch.linalg.vector_norm(edge_vectors, dim=1)
        if r.numel() > 0 and bool((r < self.threshold).any()):
            raise ValueError("atoms have come too close")
        return collect(r * r * smooth_cutoff(r, 4.0), edge_index, species)


class NanForcesBeyond(torch.nn.Module):
    """A finite pair energy whose gradient is NaN where an edge is shorter than `threshold`: the root of zero."""

    def __init__(self, threshold: float) -> None:
        super().__init__()
        self.threshold = threshold

    def forward(self, edge_vectors: Tensor, edge_index: Tensor, reverse: Tensor, species: Tensor) -> dict[str, Tensor]:
        r = torch.linalg.vector_norm(edge_vectors, dim=1)
        energy = torch.sqrt(torch.where(r < self.threshold, 0.0 * r, r)) * smooth_cutoff(r, 4.0)
        return collect(energy, edge_index, species)


class AllocatesTooMuch(torch.nn.Module):
    """The same with a request for 2^50 bytes, more than any machine has."""

    def __init__(self, threshold: float) -> None:
        super().__init__()
        self.threshold = threshold

    def forward(self, edge_vectors: Tensor, edge_index: Tensor, reverse: Tensor, species: Tensor) -> dict[str, Tensor]:
        r = torch.linalg.vector_norm(edge_vectors, dim=1)
        if r.numel() > 0 and bool((r < self.threshold).any()):
            r = r + torch.zeros([1 << 47], dtype=torch.float64, device=r.device)[: r.size(0)]
        return collect(r * r * smooth_cutoff(r, 4.0), edge_index, species)


class RaisesOutOfPlane(torch.nn.Module):
    """The harmonic pair energy with an exception where an edge leaves the xy plane by more than `threshold` (Å)."""

    def __init__(self, threshold: float) -> None:
        super().__init__()
        self.threshold = threshold

    def forward(self, edge_vectors: Tensor, edge_index: Tensor, reverse: Tensor, species: Tensor) -> dict[str, Tensor]:
        r = torch.linalg.vector_norm(edge_vectors, dim=1)
        if r.numel() > 0 and bool((edge_vectors[:, 2].abs() > self.threshold).any()):
            raise ValueError("an edge leaves the plane")
        return collect(r * r * smooth_cutoff(r, 4.0), edge_index, species)


class PrintsEdges(torch.nn.Module):
    """A harmonic pair energy that prints a line `edge SPECIES SPECIES X Y Z` for each edge, the vector in 1e-6 Å."""

    def forward(self, edge_vectors: Tensor, edge_index: Tensor, reverse: Tensor, species: Tensor) -> dict[str, Tensor]:
        print("edges of", species.size(0))
        rounded = torch.round(edge_vectors.detach() * 1e6).long()
        for e in range(edge_vectors.size(0)):
            i, j = int(species[edge_index[0, e]]), int(species[edge_index[1, e]])
            print("edge", i, j, int(rounded[e, 0]), int(rounded[e, 1]), int(rounded[e, 2]))
        r = torch.linalg.vector_norm(edge_vectors, dim=1)
        return collect(r * r * smooth_cutoff(r, 4.0), edge_index, species)


class NeverEnds(torch.nn.Module):
    """Says so, and computes for ever."""

    def forward(self, edge_vectors: Tensor, edge_index: Tensor, reverse: Tensor, species: Tensor) -> dict[str, Tensor]:
        print("never ends")
        turns = 0
        while turns >= 0:
            turns = (turns + 1) % 1000
        return collect(edge_vectors.square().sum(1), edge_index, species)
