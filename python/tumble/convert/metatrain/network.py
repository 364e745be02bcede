"""PET of metatrain with Tumble's `forward`, in both of its variants: residual and feedforward.

Sources: S. N. Pozdnyakov and M. Ceriotti, NeurIPS 36 (2023), arXiv:2305.19302; metatrain 2026.4,
`metatrain/pet/modules/backend.py`, whose numbers this gives.
"""

# Without `from __future__ import annotations`: TorchScript reads the annotations.
from typing import Any

import torch
from torch import Tensor, nn

import tumble._core  # noqa: F401 - registers torch.ops.tumble
from tumble.convert.metatrain.edges import AdaptiveCutoff, Edges, FixedCutoff
from tumble.convert.metatrain.layers import MessageLayer, Neighborhoods, Readout
from tumble.convert.metatrain.repulsion import Repulsion
from tumble.models.attention import first_edges


class Backbone(nn.Module):
    """What both variants have in common.

    Attributes:
        depth: Number of cutoffs that an energy sees.
    """

    depth: int

    def __init__(self, backend: Any, target: str) -> None:  # metatrain has no types
        """Take over a `PETBackend`, with the heads of one target."""
        super().__init__()
        self.layers = nn.ModuleList(
            MessageLayer(layer, len(backend.edge_embedder.weight)) for layer in backend.gnn_layers
        )
        self.first_atoms = backend.node_embedders
        self.first_messages = backend.edge_embedder
        last = [
            [next(iter(each.values())) for each in layers[target]]
            for layers in (backend.node_last_layers, backend.edge_last_layers)
        ]
        self.atom_readouts = nn.ModuleList(map(Readout, backend.node_heads[target], last[0]))
        self.edge_readouts = nn.ModuleList(map(Readout, backend.edge_heads[target], last[1]))


class Feedforward(Backbone):
    """Features pass through all layers, and those of the last one are read.

    Messages are exchanged after the last layer, too, so energies see one cutoff more than there are layers.
    """

    def __init__(self, backend: Any, target: str) -> None:
        """Take over a `PETBackend`, with the heads of one target."""
        super().__init__(backend, target)
        self.depth = len(backend.gnn_layers) + 1
        self.norms = backend.combination_norms
        self.mlps = backend.combination_mlps

    def forward(self, types: Tensor, edges: Edges, geometry: Tensor, around: Neighborhoods) -> tuple[Tensor, Tensor]:
        """Return energies of atoms [N] and of edges [E], in metatrain's unit before scaling."""
        neighbor_types = types.index_select(0, edges.neighbors)
        messages = self.first_messages(neighbor_types)
        atoms = types
        for embedder in self.first_atoms:  # there is one
            atoms = embedder(types)
        for layer, norm, mlp in zip(self.layers, self.norms, self.mlps):  # noqa: B905 - TorchScript knows no `strict`
            atoms, outputs = layer(geometry, neighbor_types, atoms, messages, around)
            messages = (
                messages + outputs + mlp(norm(torch.cat((outputs, reversed_messages(outputs, edges.reverse)), 1)))
            )
        of_atoms = of_edges = geometry.new_zeros(0)
        for atom_readout, edge_readout in zip(self.atom_readouts, self.edge_readouts):  # noqa: B905 - there is one
            of_atoms, of_edges = atom_readout(atoms), edge_readout(messages)
        return of_atoms, of_edges


class Residual(Backbone):
    """Features are read after each layer."""

    def __init__(self, backend: Any, target: str) -> None:
        """Take over a `PETBackend`, with the heads of one target."""
        super().__init__(backend, target)
        self.depth = len(backend.gnn_layers)

    def forward(self, types: Tensor, edges: Edges, geometry: Tensor, around: Neighborhoods) -> tuple[Tensor, Tensor]:
        """Return energies of atoms [N] and of edges [E], in metatrain's unit before scaling."""
        neighbor_types = types.index_select(0, edges.neighbors)
        messages = self.first_messages(neighbor_types)
        of_atoms, of_edges = geometry.new_zeros(types.size(0)), geometry.new_zeros(edges.neighbors.size(0))
        for layer, embedder, atom_readout, edge_readout in zip(  # noqa: B905 - TorchScript knows no `strict`
            self.layers, self.first_atoms, self.atom_readouts, self.edge_readouts
        ):
            atoms, outputs = layer(geometry, neighbor_types, embedder(types), messages, around)
            of_atoms, of_edges = of_atoms + atom_readout(atoms), of_edges + edge_readout(outputs)
            messages = 0.5 * (messages + reversed_messages(outputs, edges.reverse))
        return of_atoms, of_edges


class Network(nn.Module):
    """A PET of metatrain with Tumble's `forward`."""

    types: Tensor
    scales: Tensor

    def __init__(
        self,
        backbone: Feedforward | Residual,
        edges: FixedCutoff | AdaptiveCutoff,
        repulsion: Repulsion | None,
        types: Tensor,
        scales: Tensor,
        length: float,
    ) -> None:
        """Put the parts together.

        Args:
            backbone: From edges to energies.
            edges: Choice of edges.
            repulsion: Added to the energies, if the model has it.
            types: metatrain's type of each species.
            scales: Factor from the energies of the backbone to eV for each species.
            length: metatrain's unit of length, Å.
        """
        super().__init__()
        self.backbone = backbone
        self.edges = edges
        self.repulsion = repulsion
        self.register_buffer("types", types)
        self.register_buffer("scales", scales)
        self.length = length

    def forward(self, edge_vectors: Tensor, edge_index: Tensor, reverse: Tensor, species: Tensor) -> dict[str, Tensor]:
        """Return atomic energies [N] in eV; see docs/model-file.md for the arguments."""
        atoms = species.size(0)
        edges = self.edges(edge_vectors / self.length, edge_index, reverse, atoms)
        lengths = torch.sqrt(edges.vectors.square().sum(1, keepdim=True) + 1e-15)  # both numbers are metatrain's
        around = Neighborhoods(first_edges(edges.centers, atoms), edges.weights.clamp_min(1e-15).log())
        of_atoms, of_edges = self.backbone(self.types[species], edges, torch.cat((edges.vectors, lengths), 1), around)
        energies = self.scales[species] * of_atoms.index_add(0, edges.centers, of_edges * edges.weights)
        if self.repulsion is not None:
            energies = energies + self.repulsion(edge_vectors, edge_index, species)
        return {"energy": energies}


def reversed_messages(messages: Tensor, reverse: Tensor) -> Tensor:
    """Return the message of the opposite edge for each edge [E, width]; zero where there is none."""
    exists = (reverse >= 0).to(messages.dtype).unsqueeze(1)
    return messages.index_select(0, reverse.clamp_min(0)) * exists
