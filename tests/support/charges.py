"""A second architecture for tests of the training: pair energies, and a dipole of each atom from bond charges."""

# No postponed annotations in this file, since TorchScript reads the annotations of attributes.
from dataclasses import dataclass

import pytest
import torch
from torch import Tensor, nn

from tumble.models import registry


@dataclass(frozen=True)
class ChargesConfig:
    """Sizes of a `Charges` model."""

    species: tuple[str, ...]
    cutoff: float = 4.0
    width: int = 8
    outputs: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.width < 1:
            raise ValueError(f"`width`: expected at least 1, got {self.width}")


class Charges(nn.Module):
    """Exactly invariant: E_n = sum_e f(r_e), d_n = sum_e q(r_e) v_e, with one network for f and q."""

    def __init__(self, config: ChargesConfig) -> None:
        super().__init__()
        self.cutoff = config.cutoff
        self.depth = 1
        self.dipole = "dipole" in config.outputs
        self.n_species = len(config.species)
        self.pairs = nn.Embedding(self.n_species**2, config.width)
        self.hidden = nn.Linear(config.width + 1, config.width)
        self.out = nn.Linear(config.width, 2)

    def forward(self, edge_vectors: Tensor, edge_index: Tensor, reverse: Tensor, species: Tensor) -> dict[str, Tensor]:
        lengths = edge_vectors.square().sum(1, keepdim=True).sqrt()
        ends = species.index_select(0, edge_index[0]) * self.n_species + species.index_select(0, edge_index[1])
        features = torch.tanh(self.hidden(torch.cat((lengths, self.pairs(ends)), 1)))
        x = (1.0 - lengths / self.cutoff).clamp(0.0, 1.0)
        values = self.out(features) * x * x * x
        energy = edge_vectors.new_zeros(species.size(0)).index_add(0, edge_index[0], values[:, 0])
        results = {"energy": energy}
        if self.dipole:
            moments = values[:, 1:] * edge_vectors
            results["dipole"] = edge_vectors.new_zeros((species.size(0), 3)).index_add(0, edge_index[0], moments)
        return results


def register(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the architecture known as the kind `charges` for one test."""
    monkeypatch.setitem(registry.ARCHITECTURES, "charges", lambda: registry.Architecture(ChargesConfig, Charges))
