"""An equivariant message-passing network, exactly invariant under O(3), with a free choice of the degrees l.

The features of an atom are tensors of the chosen degrees. Each layer convolves those of the neighbors with spherical
harmonics (`tumble.models.equivariant.convolution`), and updates the features with gates,

    c_l = convolution_l(f) + linear_l(f_l),    u = (c_0, |c_1|, |c_2|, ...)
    f_0 <- f_0 + a(u),    f_l <- f_l + g_l(u) c_l

where one perceptron of the invariants u returns a and the gates g. After each layer, another one turns the scalars into
energies, with an output for each species. The construction follows NequIP (Batzner et al., Nat. Commun. 13, 2453
(2022)), with norms of the higher degrees in the gates.

The last layer computes only what the outputs need: scalars for the energy and, for the dipole, l = 1, whatever the
degrees of the features are.
"""

# No postponed annotations in this file, since TorchScript reads the annotations of attributes.
import math
from itertools import pairwise
from typing import Final

import torch
from e3nn import o3
from torch import Tensor, nn

import tumble._core  # noqa: F401  # registers torch.ops.tumble
from tumble.models.equivariant.config import EquivariantConfig
from tumble.models.equivariant.convolution import Convolution, Neighborhoods, linear


class Readout(nn.Module):
    """Numbers from scalars, from a perceptron with an output for each species."""

    def __init__(self, width: int, n_species: int) -> None:
        """Build the readout; the hidden layer is as wide as the scalars."""
        super().__init__()
        self.hidden = nn.Linear(width, width)
        self.out = nn.Linear(width, n_species)

    def forward(self, scalars: Tensor, species: Tensor) -> Tensor:
        """Return one number for each atom [N] from scalars [N, width] and species [N]."""
        outputs: Tensor = self.out(nn.functional.silu(self.hidden(scalars)))
        return outputs.gather(1, species.long().unsqueeze(1)).squeeze(1)


class Interaction(nn.Module):
    """One layer: convolution, a linear map of the atom's own features, and a gated update.

    Attributes:
        kept: For each degree of both input and result, its number in the one and in the other.
        residual: Whether it has the same number of channels in both, and is added to the result.
    """

    def __init__(self, config: EquivariantConfig, sizes: dict[int, int], targets: dict[int, int]) -> None:
        """Build the layer.

        Args:
            config: Sizes of the network.
            sizes: Number of channels of each degree of the features.
            targets: Number of channels of each degree of the result.
        """
        super().__init__()
        edge_degrees = edge_degrees_of(config)
        self.convolution = Convolution(
            sizes, edge_degrees, targets, config.radial, config.radial_width, config.neighbors
        )
        kept = [degree for degree in targets if degree in sizes]
        self.kept: list[tuple[int, int]] = [(list(sizes).index(degree), list(targets).index(degree)) for degree in kept]
        self.residual: list[bool] = [sizes[degree] == targets[degree] for degree in kept]
        self.linear = nn.ModuleList(linear(sizes[degree], targets[degree]) for degree in kept)
        self.channels = list(targets.values())
        invariants = sum(self.channels)
        self.normalization = nn.LayerNorm(invariants)
        self.update = nn.Sequential(nn.Linear(invariants, invariants), nn.SiLU(), nn.Linear(invariants, invariants))

    def forward(self, features: list[Tensor], around: Neighborhoods) -> list[Tensor]:
        """Return the updated features, one tensor for each degree of the result [N, 2l + 1, C]."""
        changes = self.convolution(features, around)
        for number, own in enumerate(self.linear):
            before, after = self.kept[number]
            changes[after] = changes[after] + own(features[before])
        invariants = [changes[0].squeeze(1)]
        for change in changes[1:]:
            invariants.append((change.square().sum(1) + 1e-4).sqrt())  # smooth at zero
        scalars = self.update(self.normalization(torch.cat(invariants, 1)))
        gates = scalars.unsqueeze(1).split(self.channels, 2)
        updated: list[Tensor] = []
        for number, change in enumerate(changes):
            updated.append(gates[number] if number == 0 else gates[number].sigmoid() * change)
        for number, residual in enumerate(self.residual):
            before, after = self.kept[number]
            if residual:
                updated[after] = features[before] + updated[after]
        return updated


class Equivariant(nn.Module):
    """Equivariant network with the inputs and outputs that Tumble requires of a model.

    Attributes:
        cutoff: Radius of the neighbor lists that the model needs, Å.
        depth: Range of an atomic energy, in cutoffs.
    """

    frequencies: Tensor
    has_dipole: Final[bool]

    def __init__(self, config: EquivariantConfig) -> None:
        """Build the model with random weights from torch's global generator."""
        super().__init__()
        self.cutoff = config.cutoff
        self.depth = config.layers
        self.has_dipole = "dipole" in config.outputs
        sizes = config.sizes
        width, n_species = sizes[0], len(config.species)
        self.embedding = nn.Embedding(n_species, width)
        self.harmonics = o3.SphericalHarmonics(edge_degrees_of(config), normalize=True, normalization="component")
        frequencies = torch.arange(1, config.radial + 1, dtype=torch.float64) * math.pi / config.cutoff
        self.register_buffer("frequencies", frequencies, persistent=False)

        last = {0: width} | ({1: sizes.get(1, width)} if self.has_dipole else {})
        stages = [{0: width}, *[sizes] * (config.layers - 1), last]
        self.layers = nn.ModuleList(Interaction(config, before, after) for before, after in pairwise(stages))
        self.irreps = [_irreps(stage) for stage in stages[1:]]
        self.readouts = nn.ModuleList(Readout(width, n_species) for _ in range(config.layers))
        if self.has_dipole:
            self.dipole = linear(last[1], 1, 0.1)  # small at first, as an atom's dipole is

    def forward(self, edge_vectors: Tensor, edge_index: Tensor, reverse: Tensor, species: Tensor) -> dict[str, Tensor]:
        """Return the energies and, if configured, the dipoles of atoms.

        Args:
            edge_vectors: Vectors from center to neighbor [E, 3], Å; their dtype is that of the model.
            edge_index: Center and neighbor of each edge [2, E], sorted by center.
            reverse: Not used.
            species: Index of each atom's species [N].

        Returns:
            ``energy``: atomic energies without the composition baseline [N], eV; ``dipole`` [N, 3], e Å.
        """
        around = self.neighborhoods(edge_vectors, edge_index)
        features = [self.embedding(species).unsqueeze(1)]
        energy = edge_vectors.new_zeros(species.size(0))
        for number, (layer, readout) in enumerate(zip(self.layers, self.readouts)):  # noqa: B905  # TorchScript
            features = layer(features, around)
            for place, irreps in enumerate(self.irreps[number]):
                features[place] = torch.ops.tumble.features(features[place], f"layer {number + 1}", irreps, "ir_mul")
            energy = energy + readout(features[0].squeeze(1), species)
        # Literal dictionaries: a run that doesn't need the dipole leaves its evaluation out.
        if self.has_dipole:
            return {"energy": energy, "dipole": self.dipole(features[1]).squeeze(2)}
        return {"energy": energy}

    def neighborhoods(self, edge_vectors: Tensor, edge_index: Tensor) -> Neighborhoods:
        """Return the geometry of the edges; the arguments are those of `forward`."""
        lengths = edge_vectors.square().sum(1, keepdim=True).sqrt()
        x = (lengths / self.cutoff).clamp_max(1.0)
        # 1 - 28 x^6 + 48 x^7 - 21 x^8 vanishes at the cutoff with two derivatives (Gasteiger et al., ICLR 2020).
        envelope = 1.0 - x.pow(6) * (28.0 - x * (48.0 - 21.0 * x))
        bessel = (lengths * self.frequencies.to(lengths.dtype)).sin() / lengths
        basis = 0.7 * self.cutoff * bessel * envelope  # of the order of one
        return Neighborhoods(edge_index[0], edge_index[1], self.harmonics(edge_vectors), basis)


def edge_degrees_of(config: EquivariantConfig) -> list[int]:
    """Return the degrees of the spherical harmonics: those of the features, and 1 if a dipole needs it."""
    return sorted({*config.degrees, *([1] if "dipole" in config.outputs else [])})


def _irreps(sizes: dict[int, int]) -> list[str]:
    """Return the irreps of each degree in e3nn's notation, such as ``32x1o``."""
    return [f"{channels}x{degree}{'eo'[degree % 2]}" for degree, channels in sizes.items()]
