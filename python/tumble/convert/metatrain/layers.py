"""The layers of metatrain's PET on packed tokens, [atoms; edges] along one axis.

metatrain pads each neighborhood to the largest one. Tokens of different neighborhoods meet only in the attention, for
which Tumble has an operator without padding (`csrc/operators/attention.h`); everything else acts on single tokens. So
memory grows with the number of edges, and a crowded atom costs its neighbors alone.

Layers take over metatrain's modules or their weights.
"""

# Without `from __future__ import annotations`: TorchScript reads the annotations.
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import linear, silu


class Neighborhoods(NamedTuple):
    """Neighborhoods within which tokens attend to each other.

    Attributes:
        first: Index of the first edge of each atom, and E at the end [N + 1].
        log_weights: Logarithm of the weight of each neighbor [E].
    """

    first: Tensor
    log_weights: Tensor


class Attention(nn.Module):
    """Multi-head attention of an atom and its neighbors."""

    def __init__(self, block: Any) -> None:  # metatrain has no types
        """Take over an `AttentionBlock`."""
        super().__init__()
        self.heads: int = block.num_heads
        self.qkv = block.input_linear
        self.out = block.output_linear
        width = self.out.in_features
        with torch.no_grad():  # the operator divides by the root of the width of a head, and metatrain by this, too
            self.qkv.weight[:width] /= block.temperature
            self.qkv.bias[:width] /= block.temperature

    def forward(self, tokens: Tensor, around: Neighborhoods) -> Tensor:
        """Return the update of tokens [N + E, width]."""
        mixed = torch.ops.tumble.attention(self.qkv(tokens), around.log_weights, around.first, self.heads)
        update: Tensor = self.out(mixed)
        return update


class EqualCenter(nn.Module):
    """Tokens of atoms that are as wide as those of edges: a layer replaces them."""

    def narrowed(self, atoms: Tensor) -> Tensor:
        """Return the tokens of atoms for the attention [N, width]."""
        return atoms

    def forward(self, atoms: Tensor, attended: Tensor) -> Tensor:
        """Return new tokens of atoms from old ones and what the layer made of them."""
        return attended


class WideCenter(nn.Module):
    """Tokens of atoms that are wider than those of edges: a layer changes them, followed by a perceptron."""

    def __init__(self, layer: Any) -> None:
        """Take over the modules of a `TransformerLayer`."""
        super().__init__()
        self.contraction = layer.center_contraction
        self.expansion = layer.center_expansion
        self.norm = layer.norm_center_features
        self.mlp = layer.center_mlp

    def narrowed(self, atoms: Tensor) -> Tensor:
        """Return the tokens of atoms for the attention [N, width]."""
        narrow: Tensor = self.contraction(atoms)
        return narrow

    def forward(self, atoms: Tensor, attended: Tensor) -> Tensor:
        """Return new tokens of atoms from old ones and what the layer made of them."""
        atoms = atoms + self.expansion(attended)
        new: Tensor = atoms + self.mlp(self.norm(atoms))
        return new


class TransformerLayer(nn.Module):
    """What both orders of norm and attention have in common."""

    def __init__(self, layer: Any) -> None:
        """Take over a `TransformerLayer` of metatrain."""
        super().__init__()
        self.attention = Attention(layer.attention)
        self.attention_norm = layer.norm_attention
        self.mlp = layer.mlp
        self.mlp_norm = layer.norm_mlp
        self.center = WideCenter(layer) if layer.expanded_node_features else EqualCenter()


class PreNorm(TransformerLayer):
    """Norms before the attention and before the perceptron, which acts on edges alone."""

    def forward(self, atoms: Tensor, edges: Tensor, around: Neighborhoods) -> tuple[Tensor, Tensor]:
        """Return new tokens of atoms [N, wide] and edges [E, width]."""
        tokens = torch.cat((self.center.narrowed(atoms), edges))
        attended = self.attention(self.attention_norm(tokens), around)
        of_atoms, of_edges = torch.split(attended, [atoms.size(0), edges.size(0)])
        edges = edges + of_edges
        return self.center(atoms, of_atoms), edges + self.mlp(self.mlp_norm(edges))


class PostNorm(TransformerLayer):
    """Norms after the attention and after the perceptron."""

    def forward(self, atoms: Tensor, edges: Tensor, around: Neighborhoods) -> tuple[Tensor, Tensor]:
        """Return new tokens of atoms [N, wide] and edges [E, width]."""
        tokens = torch.cat((self.center.narrowed(atoms), edges))
        tokens = self.attention_norm(tokens + self.attention(tokens, around))
        tokens = self.mlp_norm(tokens + self.mlp(tokens))
        of_atoms, of_edges = torch.split(tokens, [atoms.size(0), edges.size(0)])
        return self.center(atoms, of_atoms), of_edges


class MessageLayer(nn.Module):
    """Tokens from geometry, species and messages, and a transformer: metatrain's `CartesianTransformer`.

    metatrain applies a linear map to the concatenation of linear maps of the geometry and the species and of the
    message. Here that is one sum: a product with the geometry, a row of a table, and a product with the message.
    """

    geometry_weight: Tensor
    species_table: Tensor
    message_weight: Tensor

    def __init__(self, layer: Any, types: int) -> None:
        """Take over a layer.

        Args:
            layer: metatrain's, whose first one doesn't see the species of neighbors.
            types: Number of metatrain's types.
        """
        super().__init__()
        encoder = layer.compress[0]
        width = layer.edge_embedder.out_features
        of_geometry, of_rest = encoder.weight.detach().split([width, encoder.in_features - width], dim=1)
        table = (encoder.bias + linear(layer.edge_embedder.bias, of_geometry)).detach().expand(types, -1)
        if not layer.is_first:
            of_species, of_rest = of_rest.split([width, width], dim=1)
            table = table + linear(layer.neighbor_embedder.weight.detach(), of_species)
        self.register_buffer("geometry_weight", (of_geometry @ layer.edge_embedder.weight).detach().clone())
        self.register_buffer("species_table", table.clone())
        self.register_buffer("message_weight", of_rest.clone())
        self.compress = layer.compress[2]
        order = {"PreLN": PreNorm, "PostLN": PostNorm}[layer.trans.transformer_type]
        self.layers = nn.ModuleList(order(each) for each in layer.trans.layers)

    def forward(
        self, geometry: Tensor, neighbor_types: Tensor, atoms: Tensor, messages: Tensor, around: Neighborhoods
    ) -> tuple[Tensor, Tensor]:
        """Run the layer.

        Args:
            geometry: Edge vectors and distances [E, 4].
            neighbor_types: metatrain's type of the neighbor of each edge [E].
            atoms: Tokens of atoms [N, wide].
            messages: Input messages of edges [E, width].
            around: Neighborhoods of the atoms.

        Returns:
            New tokens of atoms [N, wide] and edges [E, width].
        """
        edges = linear(geometry, self.geometry_weight) + self.species_table.index_select(0, neighbor_types)
        edges = self.compress(silu(edges + linear(messages, self.message_weight)))
        for layer in self.layers:
            atoms, edges = layer(atoms, edges, around)
        return atoms, edges


class Readout(nn.Module):
    """Energy of each token, from two hidden layers."""

    def __init__(self, head: Any, last: Any) -> None:
        """Take over a head and the last layer behind it."""
        super().__init__()
        self.first, self.second = head[0], head[2]
        self.last = last

    def forward(self, tokens: Tensor) -> Tensor:
        """Return energies [T] of tokens [T, width], in metatrain's unit before scaling."""
        parameters = [self.second.weight, self.second.bias, self.last.weight, self.last.bias]
        energies: Tensor = torch.ops.tumble.readout(silu(self.first(tokens)), parameters)
        return energies
