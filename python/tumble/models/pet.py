"""PET, the Point Edge Transformer of Pozdnyakov and Ceriotti (NeurIPS 2023, arXiv:2305.19302).

Each atom holds one token for itself and one per edge to a neighbor. A message-passing layer runs a transformer
over the tokens of each atom's neighborhood; its outputs on the edge i->j become the input message of the edge
j->i in the next layer, so that ``depth`` layers see ``depth`` cutoff radii. The energy is the sum of readouts of
all atom tokens and, times f_c(r), of all edge tokens, after every layer.

The model isn't rotation-invariant: it uses the components of the edge vectors, and invariance is only learned. The
invariance under translations and permutations is exact, and the energy is smooth. The cutoff weight

    f_c(r) = x^3 (10 - 15 x + 6 x^2),  x = clamp((cutoff - r) / cutoff_width, 0, 1)

multiplies the attention weights (softmax(q.k + ln f_c), that is f_c exp(q.k), renormalized) and the edge readouts,
so an atom at the cutoff has no influence, up to and including the second derivative.

Tokens are packed along one axis, [atoms; edges], so operations on single tokens need no padding. An exported model runs
whole transformer layers and readouts as Tumble's operators (`csrc/operators/transformer.h`), which have one derivative
and no padding at all.
"""

# No postponed annotations in this file, since TorchScript reads the annotations of attributes.
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import torch
from torch import Tensor, nn
from torch.jit import is_scripting  # type: ignore[attr-defined]  # public, but not in __all__
from torch.nn.functional import silu

import tumble._core  # noqa: F401  # registers torch.ops.tumble
from tumble.models.attention import Slots, first_edges, lay_out, padded_attention


@dataclass(frozen=True)
class PetConfig:
    """Sizes of a PET model.

    Attributes:
        species: Chemical symbols, in the order of the model's species indices.
        cutoff: Radius of a neighborhood, Å.
        cutoff_width: Width of the shell below ``cutoff`` in which a neighbor fades out, Å.
        width: Length of a token.
        heads: Number of attention heads; divides ``width``.
        radial: Number of Gaussians in which the distance is expanded, in addition to its value.
        feedforward: Hidden width of the block after each attention.
        message_layers: Number of message-passing layers, which is the depth in units of the cutoff.
        attention_layers: Number of transformer layers in each message-passing layer.
        outputs: Outputs in addition to the energy: none.
    """

    species: tuple[str, ...]
    cutoff: float = 4.0
    cutoff_width: float = 1.0
    width: int = 64
    heads: int = 4
    radial: int = 16
    feedforward: int = 128
    message_layers: int = 2
    attention_layers: int = 1
    outputs: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        """Check the values.

        Raises:
            ValueError: If a size is impossible.
        """
        if not self.species or len(set(self.species)) != len(self.species):
            raise ValueError(f"`species`: expected distinct chemical symbols, got {self.species}")
        for name in ("width", "heads", "radial", "feedforward", "message_layers", "attention_layers"):
            if getattr(self, name) < 1:
                raise ValueError(f"`{name}`: expected at least 1, got {getattr(self, name)}")
        if self.width % self.heads != 0:
            raise ValueError(f"`heads`: expected a divisor of `width` = {self.width}, got {self.heads}")
        if not self.cutoff > 0.0:
            raise ValueError(f"`cutoff`: expected a length above 0, got {self.cutoff}")
        if not 0.0 < self.cutoff_width <= self.cutoff:
            raise ValueError(f"`cutoff_width`: expected a length in (0, {self.cutoff}], got {self.cutoff_width}")


class Neighborhoods(NamedTuple):
    """Neighborhoods within which tokens attend to each other; see `tumble.models.attention`.

    Attributes:
        first: Index of the first edge of each atom, and E at the end [N + 1].
        log_weights: Logarithm of the weight of each neighbor, ln f_c [E].
        slots: Padded rows for a model that must be differentiable twice; None for the core's operators.
    """

    first: Tensor
    log_weights: Tensor
    slots: Slots | None


class Attention(nn.Module):
    """Multi-head self-attention in each neighborhood, with smooth weights of the neighbors."""

    def __init__(self, width: int, heads: int) -> None:
        """Build the layer; the number of heads must divide the width of a token."""
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)

    def forward(self, tokens: Tensor, slots: Slots, log_weights: Tensor, n_atoms: int) -> Tensor:
        """Return the update of packed tokens [T, width] by the attention; see `tumble.models.attention`."""
        added: Tensor = self.out(padded_attention(self.qkv(tokens), log_weights, slots, n_atoms, self.heads))
        return added


class TransformerLayer(nn.Module):
    """Pre-norm transformer layer: attention, then a two-layer perceptron on each token."""

    def __init__(self, width: int, heads: int, feedforward: int) -> None:
        """Build the layer with sizes as in `PetConfig`."""
        super().__init__()
        self.attention_norm = nn.LayerNorm(width)
        self.attention = Attention(width, heads)
        self.feedforward_norm = nn.LayerNorm(width)
        self.expand = nn.Linear(width, feedforward)
        self.contract = nn.Linear(feedforward, width)

    def forward(self, tokens: Tensor, around: Neighborhoods) -> Tensor:
        """Update packed tokens [T, width]."""
        slots = around.slots
        if slots is None:
            return self._packed(tokens, around)
        attended = self.attention(self.attention_norm(tokens), slots, around.log_weights, around.first.size(0) - 1)
        tokens = tokens + attended
        change: Tensor = self.contract(silu(self.expand(self.feedforward_norm(tokens))))
        return tokens + change

    def _packed(self, tokens: Tensor, around: Neighborhoods) -> Tensor:
        """Update packed tokens [T, width] with the core's operator."""
        parameters = [
            self.attention_norm.weight,
            self.attention_norm.bias,
            self.attention.qkv.weight,
            self.attention.qkv.bias,
            self.attention.out.weight,
            self.attention.out.bias,
            self.feedforward_norm.weight,
            self.feedforward_norm.bias,
            self.expand.weight,
            self.expand.bias,
            self.contract.weight,
            self.contract.bias,
        ]
        heads, epsilon = self.attention.heads, self.attention_norm.eps
        updated: Tensor = torch.ops.tumble.transformer_layer(
            tokens, around.log_weights, around.first, heads, epsilon, parameters
        )
        return updated


class Readout(nn.Module):
    """Energy of each token, from one hidden layer."""

    def __init__(self, width: int) -> None:
        """Build the readout; tokens and hidden layer have the same width."""
        super().__init__()
        self.hidden = nn.Linear(width, width)
        self.out = nn.Linear(width, 1)

    def forward(self, tokens: Tensor, packed: bool) -> Tensor:
        """Return energies [T], eV, of tokens [T, width]; if `packed`, with the core's operator."""
        if packed:
            parameters = [self.hidden.weight, self.hidden.bias, self.out.weight, self.out.bias]
            energies: Tensor = torch.ops.tumble.readout(tokens, parameters)
        else:
            energies = self.out(silu(self.hidden(tokens))).squeeze(1)
        return energies


class MessageLayer(nn.Module):
    """One message-passing layer: tokens from geometry, species and messages, a transformer, energy readouts."""

    def __init__(self, config: PetConfig) -> None:
        """Build the layer with random weights from torch's global generator."""
        super().__init__()
        width, n_species = config.width, len(config.species)
        self.atom_species = nn.Embedding(n_species, width)
        self.edge_species = nn.Embedding(n_species, width)
        self.geometry = nn.Linear(4 + config.radial, width, bias=False)
        self.message = nn.Linear(width, width, bias=False)
        self.compress = nn.Linear(width, width)
        self.layers = nn.ModuleList(
            TransformerLayer(width, config.heads, config.feedforward) for _ in range(config.attention_layers)
        )
        self.atom_head = Readout(width)
        self.edge_head = Readout(width)

    def forward(
        self,
        geometry: Tensor,
        species: Tensor,
        neighbor_species: Tensor,
        messages: Tensor | None,
        around: Neighborhoods,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Run the layer.

        Args:
            geometry: Features of the edge vectors [E, 4 + radial].
            species: Species of the atoms [N].
            neighbor_species: Species of the neighbor of each edge [E].
            messages: Input messages of the edges [E, width]; the first layer has none.
            around: Neighborhoods of the atoms.

        Returns:
            Output tokens of the edges [E, width], readouts of the atoms [N], and readouts of the edges [E], both in eV.
        """
        # The published encoder, linear(cat(geometry, species, message)), written as a sum of three products.
        edges = self.geometry(geometry) + self.edge_species(neighbor_species)
        if messages is not None:
            edges = edges + self.message(messages)
        edges = self.compress(silu(edges))
        tokens = torch.cat((self.atom_species(species), edges))
        for layer in self.layers:
            tokens = layer(tokens, around)
        atoms, edges = torch.split(tokens, [species.size(0), edges.size(0)])
        packed = around.slots is None
        return edges, self.atom_head(atoms, packed), self.edge_head(edges, packed)


class Pet(nn.Module):
    """PET with the inputs and outputs that Tumble requires of a model.

    Attributes:
        cutoff: Radius of the neighbor lists that the model needs, Å.
        depth: Range of an atomic energy, in cutoffs.
        radial_centers: Centers of the Gaussians in the distance, Å.
    """

    radial_centers: Tensor

    def __init__(self, config: PetConfig) -> None:
        """Build the model with random weights from torch's global generator."""
        super().__init__()
        self.cutoff = config.cutoff
        self.cutoff_width = config.cutoff_width
        self.depth = config.message_layers
        self.width = config.width
        self.radial_inverse_width = config.radial / config.cutoff
        self.register_buffer("radial_centers", torch.linspace(0.5, config.cutoff, config.radial), persistent=False)
        self.layers = nn.ModuleList(MessageLayer(config) for _ in range(config.message_layers))

    def forward(self, edge_vectors: Tensor, edge_index: Tensor, reverse: Tensor, species: Tensor) -> dict[str, Tensor]:
        """Return the energies of atoms.

        Args:
            edge_vectors: Vectors from center to neighbor [E, 3], Å; their dtype is that of the model.
            edge_index: Center and neighbor of each edge [2, E], sorted by center.
            reverse: Index of the edge neighbor -> center [E], or -1 for none (its message is zero).
            species: Index of each atom's species [N].

        Returns:
            ``energy``: atomic energies without the composition baseline [N], eV.
        """
        centers = edge_index[0].contiguous()
        first = first_edges(centers, species.size(0))
        slots: Slots | None = None
        # An exported model needs one derivative, for forces, and uses the fast operators; training needs two.
        if not is_scripting():
            slots = lay_out(centers, first)
        return {"energy": self.atomic_energies(edge_vectors, edge_index[1], reverse, species, centers, first, slots)}

    def atomic_energies(
        self,
        edge_vectors: Tensor,
        neighbors: Tensor,
        reverse: Tensor,
        species: Tensor,
        centers: Tensor,
        first: Tensor,
        slots: Slots | None,
    ) -> Tensor:
        """Return atomic energies, from the arguments of `forward` and the layout of neighborhoods.

        Args:
            edge_vectors: See `forward`.
            neighbors: Neighbor of each edge [E].
            reverse: See `forward`.
            species: See `forward`.
            centers: Center of each edge [E], ascending.
            first: Index of the first edge of each atom, and E at the end [N + 1].
            slots: Layout for attention with all derivatives; None for the core's operators.

        Returns:
            Atomic energies [N], eV.
        """
        lengths = edge_vectors.square().sum(1, keepdim=True).sqrt()
        bumps = torch.exp(-((lengths - self.radial_centers) * self.radial_inverse_width).square())
        geometry = torch.cat((edge_vectors, lengths, bumps), 1)
        # The lower limit gives a neighbor exactly at the cutoff the weight 1e-26 and avoids ln 0.
        x = ((self.cutoff - lengths.squeeze(1)) / self.cutoff_width).clamp(1e-9, 1.0)
        shape = 10.0 + x * (6.0 * x - 15.0)
        around = Neighborhoods(first, 3.0 * x.log() + shape.log(), slots)

        neighbor_species = species.index_select(0, neighbors)
        sources = reverse.clamp_min(0)
        has_source = (reverse >= 0).to(edge_vectors.dtype).unsqueeze(1)
        messages: Tensor | None = None
        atom_energies = edge_vectors.new_zeros(species.size(0))
        edge_energies = edge_vectors.new_zeros(centers.size(0))
        for layer in self.layers:
            outputs, of_atoms, of_edges = layer(geometry, species, neighbor_species, messages, around)
            atom_energies = atom_energies + of_atoms
            edge_energies = edge_energies + of_edges
            incoming = outputs.index_select(0, sources) * has_source
            messages = 0.5 * (incoming if messages is None else messages + incoming)
        return atom_energies.index_add(0, centers, edge_energies * (x * x * x * shape))
