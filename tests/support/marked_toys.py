"""Toy networks with marked features whose use of each l is known."""

# Without `from __future__ import annotations`: TorchScript reads the annotations.
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import torch
from ase import Atoms
from e3nn import o3
from torch import Tensor

import tumble
import tumble._core  # it registers the operator
from support.toys import smooth_cutoff

CUTOFF: Final = 2.0


class HarmonicFeatures(torch.nn.Module):
    """Energies a_l |f_l|^2 of features that are sums of spherical harmonics over neighbors, for l = 0, 1, 2.

        f_l,icm = sum_j s(r_ij) w_l,c(species j) Y_lm(v_ij)        |Y_l| = 1
        E_i = b sum_c f_0,ic h_i + sum_l a_l sum_c |f_l,ic|^2        h_i = sum_j s(r_ij)^2

    All are in one layer, "only", marked by one call for each l.
    """

    def __init__(
        self,
        weights: Sequence[Tensor],
        quadratic: Sequence[float] = (0.0, 0.0, 0.0),
        linear: float = 0.0,
        irreps: Sequence[str] = ("0e", "1o", "2e"),
        layout: str = "mul_ir",
        claimed_layout: str | None = None,
    ) -> None:
        """Take w_l [species, channels] and a_l of each l from 0, b, and what the marks say."""
        super().__init__()
        self.w0, self.w1, self.w2 = (torch.nn.Parameter(weight) for weight in weights)
        self.quadratic = list(quadratic)
        self.linear = linear
        self.cutoff = CUTOFF
        self.transposed = layout == "ir_mul"
        self.layout = claimed_layout or layout
        self.irreps = [
            f"{weight.size(1) * (2 * l + 1) // (2 * int(name[:-1]) + 1)}x{name}"
            for l, (weight, name) in enumerate(zip(weights, irreps, strict=True))  # noqa: E741
        ]
        self.harmonics = o3.SphericalHarmonics([0, 1, 2], normalize=True, normalization="norm")

    def _sum(self, values: Tensor, centers: Tensor, atoms: int) -> Tensor:
        zeros = torch.zeros((atoms, values.size(1)), dtype=values.dtype, device=values.device)
        return zeros.index_add(0, centers, values)

    def marked(self, harmonics: Tensor, weights: Tensor, centers: Tensor, atoms: int, l: int) -> Tensor:  # noqa: E741
        features = self._sum((weights[:, :, None] * harmonics[:, None, :]).flatten(1), centers, atoms)
        features = features.view(atoms, weights.size(1), harmonics.size(1))
        if self.transposed:
            features = features.transpose(1, 2)
        flat = torch.ops.tumble.features(features.reshape(atoms, -1), "only", self.irreps[l], self.layout)
        return flat

    def forward(self, edge_vectors: Tensor, edge_index: Tensor, reverse: Tensor, species: Tensor) -> dict[str, Tensor]:
        r = torch.linalg.vector_norm(edge_vectors, dim=1)
        s = smooth_cutoff(r, self.cutoff)
        y = s[:, None] * self.harmonics(edge_vectors)
        centers, neighbors, atoms = edge_index[0], species[edge_index[1]], species.size(0)
        f0 = self.marked(y[:, :1], self.w0[neighbors], centers, atoms, 0)
        f1 = self.marked(y[:, 1:4], self.w1[neighbors], centers, atoms, 1)
        f2 = self.marked(y[:, 4:], self.w2[neighbors], centers, atoms, 2)
        a0, a1, a2 = self.quadratic[0], self.quadratic[1], self.quadratic[2]
        energy = a0 * f0.square().sum(1) + a1 * f1.square().sum(1) + a2 * f2.square().sum(1)
        h = self._sum((s * s)[:, None], centers, atoms)[:, 0]
        return {"energy": energy + self.linear * f0.sum(1) * h}


class ScalarFeatures(torch.nn.Module):
    """Energies of scalars alone: the layer "given" has the species, and "seen" the sum_j s(r_ij) given_j."""

    def forward(self, edge_vectors: Tensor, edge_index: Tensor, reverse: Tensor, species: Tensor) -> dict[str, Tensor]:
        given = torch.stack([1.0 + species, 2.0 - species], 1).to(edge_vectors.dtype)
        given = torch.ops.tumble.features(given, "given", "2x0e", "mul_ir")
        s = smooth_cutoff(torch.linalg.vector_norm(edge_vectors, dim=1), 2.0)
        seen = torch.zeros_like(given).index_add(0, edge_index[0], s[:, None] * given[edge_index[1]])
        seen = torch.ops.tumble.features(seen, "seen", "2x0e", "mul_ir")
        return {"energy": seen.square().sum(1)}


class SeveralCalls(torch.nn.Module):
    """Layers that are marked by several calls, in turns, with features of both kinds; another mark for large graphs."""

    def forward(self, edge_vectors: Tensor, edge_index: Tensor, reverse: Tensor, species: Tensor) -> dict[str, Tensor]:
        s = smooth_cutoff(torch.linalg.vector_norm(edge_vectors, dim=1), 2.0)
        zeros = torch.zeros((species.size(0), 3), dtype=edge_vectors.dtype, device=edge_vectors.device)
        vector = zeros.index_add(0, edge_index[0], s[:, None] * edge_vectors)
        scalar = zeros[:, :1].index_add(0, edge_index[0], s[:, None])
        a = torch.ops.tumble.features(torch.cat([vector, scalar], 1), "a", "1x1o+1x0e", "mul_ir")
        b = torch.ops.tumble.features(2.0 * scalar, "b", "1x0e", "mul_ir")
        again = torch.ops.tumble.features(3.0 * vector, "a", "1x1o", "ir_mul")
        if species.size(0) > 7:
            b = torch.ops.tumble.features(b, "c", "1x0e", "mul_ir")
        return {"energy": a.square().sum(1) + b.square().sum(1) + again.square().sum(1)}


def s_of(r: float) -> float:
    """Return s(r) of the toys."""
    return float(smooth_cutoff(torch.tensor([r], dtype=torch.float64), CUTOFF))


def exported(network: torch.nn.Module, path: Path, references: Sequence[Atoms], **options: object) -> Path:
    """Write the model file of a toy in double precision, for H and O."""
    settings: dict[str, object] = {
        "name": "toy",
        "species": ["H", "O"],
        "cutoff": CUTOFF,
        "depth": 1,
        "dtype": "float64",
        "baseline": [0.0, 0.0],
        "references": references,
    }
    return tumble.export(network, path, **(settings | options))  # type: ignore[arg-type]


def molecule(seed: int, atoms: int = 5) -> Atoms:
    """Return a random cluster of H and O without symmetry."""
    draw = np.random.default_rng(seed)
    positions = np.array([[0.0, 0, 0], [0.9, 0.2, 0], [-0.2, 1.0, 0.4], [0.3, -0.5, 0.9], [-0.8, -0.4, -0.6]])
    cluster = Atoms("OHHOH", positions=positions + 0.1 * draw.standard_normal((5, 3)))
    return cluster[:atoms]
