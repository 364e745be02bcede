"""PET, the Point Edge Transformer of Pozdnyakov and Ceriotti (NeurIPS 2023, arXiv:2305.19302).

Each atom holds one token for itself and one per edge to a neighbour. A message-passing layer runs a transformer
over the tokens of each atom's neighbourhood; its outputs on the edge i->j become the input message of the edge
j->i in the next layer, so that ``depth`` layers see ``depth`` cutoff radii. The energy is the sum of readouts of
all atom tokens and, times f_c(r), of all edge tokens, after every layer.

Nothing here is rotation-invariant: the components of the edge vectors enter as they are, and invariance is only
learned. Everything else is exact: translations, permutations, and smoothness. The cutoff weight

    f_c(r) = x^3 (10 - 15 x + 6 x^2),  x = clamp((cutoff - r) / cutoff_width, 0, 1)

multiplies the attention weights (softmax(q.k + ln f_c), that is f_c exp(q.k), renormalised) and the edge readouts,
so an atom at the cutoff has no influence, up to and including the second derivative.

Tokens are kept packed, [atoms; edges] along one axis, and are padded to [atoms, 1 + most neighbours] only inside
the attention: what acts on single tokens spends nothing on padding.
"""

# No postponed annotations here: TorchScript reads those of attributes.
import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import silu


@dataclass(frozen=True)
class PetConfig:
    """Sizes of a PET model.

    Attributes:
        species: Chemical symbols, in the order of the model's species indices.
        cutoff: Radius of a neighbourhood, Å.
        cutoff_width: Width of the shell below ``cutoff`` in which a neighbour fades out, Å.
        width: Length of a token.
        heads: Attention heads; divides ``width``.
        radial: Gaussians in which the distance is expanded, beside its plain value.
        feedforward: Hidden width of the block after each attention.
        message_layers: Message-passing layers, that is the depth in units of the cutoff.
        attention_layers: Transformer layers in each message-passing layer.
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
        if not 0.0 < self.cutoff_width <= self.cutoff:
            raise ValueError(f"`cutoff_width`: expected a length in (0, {self.cutoff}], got {self.cutoff_width}")


class Attention(nn.Module):
    """Multi-head self-attention in each neighbourhood, with smooth weights of the neighbours."""

    def __init__(self, width: int, heads: int) -> None:
        """Build it for tokens of a width that the number of heads divides."""
        super().__init__()
        self.heads = heads
        self.scale = 1.0 / math.sqrt(width // heads)
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)

    def forward(self, tokens: Tensor, slots: Tensor, token_slots: Tensor, log_weights: Tensor) -> Tensor:
        """Attend within neighbourhoods.

        Args:
            tokens: Packed tokens [T, width].
            slots: Token that fills each padded slot [N * M].
            token_slots: Padded slot of each token [T].
            log_weights: Logarithm of the weight of each slot as a key [N, 1, 1, M].

        Returns:
            What the attention adds to the tokens [T, width].
        """
        n_atoms, n_slots = log_weights.size(0), log_weights.size(3)
        width = tokens.size(1)
        qkv = self.qkv(tokens).index_select(0, slots)
        qkv = qkv.view(n_atoms, n_slots, 3, self.heads, width // self.heads)
        query, key, value = qkv.permute(2, 0, 3, 1, 4).contiguous().unbind(0)
        scores = torch.matmul(query * self.scale, key.transpose(2, 3)) + log_weights
        mixed = torch.matmul(torch.softmax(scores, dim=-1), value)
        mixed = mixed.transpose(1, 2).reshape(n_atoms * n_slots, width)
        attended: Tensor = self.out(mixed.index_select(0, token_slots))
        return attended


class TransformerLayer(nn.Module):
    """Pre-norm transformer layer: attention, then a two-layer perceptron on each token."""

    def __init__(self, width: int, heads: int, feedforward: int) -> None:
        """Build it; the arguments are those of `PetConfig`."""
        super().__init__()
        self.attention_norm = nn.LayerNorm(width)
        self.attention = Attention(width, heads)
        self.feedforward_norm = nn.LayerNorm(width)
        self.expand = nn.Linear(width, feedforward)
        self.contract = nn.Linear(feedforward, width)

    def forward(self, tokens: Tensor, slots: Tensor, token_slots: Tensor, log_weights: Tensor) -> Tensor:
        """Update packed tokens [T, width]; the arguments are those of `Attention.forward`."""
        tokens = tokens + self.attention(self.attention_norm(tokens), slots, token_slots, log_weights)
        change: Tensor = self.contract(silu(self.expand(self.feedforward_norm(tokens))))
        return tokens + change


class MessageLayer(nn.Module):
    """One message-passing layer: tokens from geometry, species and messages, a transformer, energy readouts."""

    def __init__(self, config: PetConfig) -> None:
        """Build it with random weights, from torch's global generator."""
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
        self.atom_head = _readout(width)
        self.edge_head = _readout(width)

    def forward(
        self,
        geometry: Tensor,
        species: Tensor,
        neighbour_species: Tensor,
        messages: Tensor,
        slots: Tensor,
        token_slots: Tensor,
        log_weights: Tensor,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Run the layer.

        Args:
            geometry: Features of the edge vectors [E, 4 + radial].
            species: Species of the atoms [N].
            neighbour_species: Species of the neighbour of each edge [E].
            messages: Input messages of the edges [E, width].
            slots: See `Attention.forward`.
            token_slots: See `Attention.forward`.
            log_weights: See `Attention.forward`.

        Returns:
            Output tokens of the edges [E, width], readouts of the atoms [N] and of the edges [E], both in eV.
        """
        # The published encoder, linear(cat(geometry, species, message)), written as a sum of three products.
        edges = self.geometry(geometry) + self.edge_species(neighbour_species) + self.message(messages)
        edges = self.compress(silu(edges))
        tokens = torch.cat((self.atom_species(species).to(edges.dtype), edges))
        for layer in self.layers:
            tokens = layer(tokens, slots, token_slots, log_weights)
        atoms, edges = torch.split(tokens, [species.size(0), edges.size(0)])
        return edges, self.atom_head(atoms).squeeze(1), self.edge_head(edges).squeeze(1)


class Pet(nn.Module):
    """PET with the model contract of Tumble.

    Attributes:
        cutoff: Radius of the neighbour list that it must be given, Å.
        depth: Cutoff radii that an atomic energy sees.
        radial_centres: Centres of the Gaussians of the distance, Å.
    """

    radial_centres: Tensor

    def __init__(self, config: PetConfig) -> None:
        """Build it with random weights, from torch's global generator."""
        super().__init__()
        self.cutoff = config.cutoff
        self.cutoff_width = config.cutoff_width
        self.depth = config.message_layers
        self.width = config.width
        self.radial_inverse_width = config.radial / config.cutoff
        self.register_buffer("radial_centres", torch.linspace(0.5, config.cutoff, config.radial), persistent=False)
        self.layers = nn.ModuleList(MessageLayer(config) for _ in range(config.message_layers))

    def forward(self, edge_vectors: Tensor, edge_index: Tensor, reverse: Tensor, species: Tensor) -> dict[str, Tensor]:
        """Energies of atoms.

        Args:
            edge_vectors: Vectors from centre to neighbour [E, 3], Å; their dtype is that of the model.
            edge_index: Centre and neighbour of each edge [2, E], sorted by centre.
            reverse: Index of the edge neighbour -> centre [E], or -1 for none (its message is zero).
            species: Index of each atom's species [N].

        Returns:
            ``energy``: atomic energies without the composition baseline [N], eV.
        """
        centres = edge_index[0]
        lengths = edge_vectors.square().sum(1, keepdim=True).sqrt()
        bumps = torch.exp(-((lengths - self.radial_centres) * self.radial_inverse_width).square())
        geometry = torch.cat((edge_vectors, lengths, bumps), 1)
        x = ((self.cutoff - lengths.squeeze(1)) / self.cutoff_width).clamp(0.0, 1.0)
        weights = x * x * x * (10.0 + x * (6.0 * x - 15.0))
        # The floor lets a neighbour at the cutoff exactly weigh 1e-26 rather than giving ln 0.
        floored = x.clamp_min(1e-9)
        log_edge_weights = 3.0 * floored.log() + (10.0 + floored * (6.0 * floored - 15.0)).log()
        slots, token_slots, log_weights = self.padding(centres, log_edge_weights, species.size(0))

        neighbour_species = species.index_select(0, edge_index[1])
        sources = reverse.clamp_min(0)
        has_source = (reverse >= 0).to(edge_vectors.dtype).unsqueeze(1)
        messages = edge_vectors.new_zeros((edge_vectors.size(0), self.width))
        energy = edge_vectors.new_zeros(species.size(0))
        for layer in self.layers:
            outputs, atom_energy, edge_energy = layer(
                geometry, species, neighbour_species, messages, slots, token_slots, log_weights
            )
            energy = (energy + atom_energy).index_add(0, centres, edge_energy * weights)
            messages = 0.5 * (messages + outputs.index_select(0, sources) * has_source)
        return {"energy": energy}

    def padding(self, centres: Tensor, log_edge_weights: Tensor, n_atoms: int) -> tuple[Tensor, Tensor, Tensor]:
        """Lay packed tokens out as one padded row per atom: the atom itself, its edges, padding.

        Args:
            centres: Centre of each edge [E], ascending.
            log_edge_weights: ln f_c of each edge [E].
            n_atoms: Number of atoms N.

        Returns:
            Token of each slot [N * M], slot of each token [N + E], logarithmic weights of slots [N, 1, 1, M].
        """
        n_edges = centres.size(0)
        atoms = torch.arange(n_atoms, device=centres.device)
        edges = torch.arange(n_edges, device=centres.device)
        first = torch.searchsorted(centres.contiguous(), atoms)
        ranks = edges - first.index_select(0, centres)
        n_slots = 2 + int(ranks.max()) if n_edges > 0 else 1
        token_slots = torch.cat((atoms * n_slots, centres * n_slots + 1 + ranks))
        # Padding repeats the row's own atom token. Its weight, exp(-1e4), is exactly zero in every floating-point
        # type, and so is all that flows back from it.
        slots = atoms.unsqueeze(1).expand(n_atoms, n_slots).reshape(-1)
        slots = slots.index_copy(0, token_slots, torch.arange(n_atoms + n_edges, device=centres.device))
        log_weights = torch.full((n_atoms * n_slots,), -1e4, dtype=log_edge_weights.dtype, device=centres.device)
        log_weights = log_weights.index_copy(
            0, token_slots, torch.cat((log_edge_weights.new_zeros(n_atoms), log_edge_weights))
        )
        return slots, token_slots, log_weights.view(n_atoms, 1, 1, n_slots)


def _readout(width: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(width, width), nn.SiLU(), nn.Linear(width, 1))
