"""Equivariant convolution: sums over neighbors of products of their features with spherical harmonics.

Features of degree l are tensors [N, 2l + 1, C] and have the parity (-1)^l. A product of degrees l1 (feature) and l2
(harmonic) has the degrees |l1 - l2| <= l3 <= l1 + l2, and this parity where l1 + l2 + l3 is even; only these paths are
used. So the network is invariant under O(3). With the Wigner 3j symbols w of e3nn, a path is

    F_i[m3, c] = sum_j R_path,c(r_ij) sum_m1 K[m3, m1] f_j[m1, c]
    K[m3, m1] = sqrt(2 l3 + 1) sum_m2 w[m1, m2, m3] Y_l2,m2(v_ij)

The matrices K of all paths from one degree l1 are stacked, so that a convolution takes one batched matrix product for
each l1.
"""

# No postponed annotations in this file, since TorchScript reads the annotations of attributes.
from collections.abc import Sequence
from typing import NamedTuple

import torch
from e3nn import o3
from torch import Tensor, nn

_SILU_GAIN = 1.679  # makes the mean square of silu(x) that of x, for normally distributed x


class Neighborhoods(NamedTuple):
    """Geometry of all edges.

    Attributes:
        centers: Center of each edge [E].
        neighbors: Neighbor of each edge [E].
        harmonics: Spherical harmonics of all edge degrees, normalized by component [E, M].
        basis: Radial basis, which vanishes at the cutoff [E, radial].
    """

    centers: Tensor
    neighbors: Tensor
    harmonics: Tensor
    basis: Tensor


def linear(width: int, outputs: int, gain: float = 1.0) -> nn.Linear:
    """Return a linear map without constants, whose random weights keep the mean square times the square of a gain."""
    layer = nn.Linear(width, outputs, bias=False)
    nn.init.normal_(layer.weight, std=gain / width**0.5)
    return layer


def paths(degree: int, edge_degrees: Sequence[int], targets: Sequence[int]) -> list[tuple[int, int]]:
    """Return the pairs (l2, l3) of the couplings of features of one degree that keep the parity.

    Args:
        degree: Degree l1 of the features.
        edge_degrees: Degrees l2 of the spherical harmonics.
        targets: Degrees l3 of the result.
    """
    return [
        (l2, l3)
        for l3 in targets
        for l2 in edge_degrees
        if abs(degree - l2) <= l3 <= degree + l2 and (degree + l2 + l3) % 2 == 0
    ]


class Products(nn.Module):
    """Products of features of one degree l1 with the harmonics of their edges, summed over neighbors.

    Attributes:
        paths: Pairs (l2, l3) of the products, in ascending order of l3.
    """

    coupling: Tensor
    row_paths: Tensor

    def __init__(self, degree: int, channels: int, edge_degrees: Sequence[int], targets: Sequence[int], radial: int):
        """Prepare the couplings.

        Args:
            degree: Degree l1 of the features.
            channels: Their number of channels.
            edge_degrees: Degrees l2 of the harmonics.
            targets: Degrees l3 of the result.
            radial: Length of the hidden radial features.
        """
        super().__init__()
        self.paths = paths(degree, edge_degrees, targets)
        self.order = 2 * degree + 1
        self.channels = channels
        self.rows = sum(2 * l3 + 1 for _, l3 in self.paths)
        self.radial = linear(radial, len(self.paths) * channels, _SILU_GAIN)
        blocks = [_coupling(degree, l2, l3, edge_degrees) for l2, l3 in self.paths]
        self.register_buffer("coupling", torch.cat(blocks, 1).flatten(1), persistent=False)
        row_paths = [p for p, (_, l3) in enumerate(self.paths) for _ in range(2 * l3 + 1)]
        self.register_buffer("row_paths", torch.tensor(row_paths), persistent=False)

    def forward(self, features: Tensor, around: Neighborhoods, hidden: Tensor) -> Tensor:
        """Return the sums over neighbors of all paths, one path after the other [N, rows, C].

        Args:
            features: Features of the atoms [N, 2 l1 + 1, C].
            around: Geometry.
            hidden: Hidden radial features of the edges [E, radial].
        """
        sources = features.index_select(0, around.neighbors)
        coupling = (around.harmonics @ self.coupling.to(features.dtype)).view(-1, self.rows, self.order)
        products = coupling * sources if self.order == 1 else torch.bmm(coupling, sources)
        weights = self.radial(hidden).view(-1, len(self.paths), self.channels)
        products = products * weights.index_select(1, self.row_paths)
        sums = features.new_zeros((features.size(0), self.rows, self.channels))
        return sums.index_add(0, around.centers, products)


def _coupling(l1: int, l2: int, l3: int, edge_degrees: Sequence[int]) -> Tensor:
    """Return the matrices K of one path as linear functions of all harmonics [M, 2 l3 + 1, 2 l1 + 1]."""
    blocks = []
    for degree in edge_degrees:
        block = torch.zeros(2 * degree + 1, 2 * l3 + 1, 2 * l1 + 1, dtype=torch.float64)
        if degree == l2:
            block = (2 * l3 + 1) ** 0.5 * o3.wigner_3j(l1, l2, l3, dtype=torch.float64).permute(1, 2, 0)
        blocks.append(block)
    return torch.cat(blocks)


class Convolution(nn.Module):
    """Sums over neighbors of all products, followed by a linear map of the channels for each degree."""

    def __init__(
        self,
        sizes: dict[int, int],
        edge_degrees: Sequence[int],
        targets: dict[int, int],
        radial: int,
        radial_width: int,
        neighbors: float,
    ) -> None:
        """Build the layer.

        Args:
            sizes: Number of channels of each degree of the features.
            edge_degrees: Degrees of the harmonics.
            targets: Number of channels of each degree of the result.
            radial: Length of the radial basis.
            radial_width: Width of the hidden layers of the radial weights.
            neighbors: Typical number of neighbors.
        """
        super().__init__()
        # Without constants, so that the weights vanish at the cutoff as the basis does.
        self.radial = nn.Sequential(
            linear(radial, radial_width),
            nn.SiLU(),
            linear(radial_width, radial_width, _SILU_GAIN),
            nn.SiLU(),
        )
        self.products = nn.ModuleList(
            Products(degree, channels, edge_degrees, list(targets), radial_width) for degree, channels in sizes.items()
        )
        self.scale = neighbors**-0.5
        # For each degree of the result: the products that have it, as (number of the input degree, first row, end).
        self.blocks: list[list[tuple[int, int, int]]] = [_blocks(self.products, l3) for l3 in targets]
        widths = [sum(list(sizes.values())[a] for a, _, _ in blocks) for blocks in self.blocks]
        self.mixing = nn.ModuleList(
            linear(width, channels) for width, channels in zip(widths, targets.values(), strict=True)
        )

    def forward(self, features: list[Tensor], around: Neighborhoods) -> list[Tensor]:
        """Return the result for each of its degrees [N, 2l + 1, C]."""
        hidden = self.radial(around.basis)
        sums: list[Tensor] = []
        for number, products in enumerate(self.products):
            sums.append(self.scale * products(features[number], around, hidden))
        mixed: list[Tensor] = []
        for number, mixing in enumerate(self.mixing):
            parts = [sums[a][:, first:end] for a, first, end in self.blocks[number]]
            mixed.append(mixing(torch.cat(parts, 2)))
        return mixed


def _blocks(products: nn.ModuleList, target: int) -> list[tuple[int, int, int]]:
    blocks = []
    for number, each in enumerate(products):
        first = 0
        for _, l3 in each.paths:  # type: ignore[union-attr]
            if l3 == target:
                blocks.append((number, first, first + 2 * l3 + 1))
            first += 2 * l3 + 1
    return blocks
