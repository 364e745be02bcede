"""Toy models with known answers.

All cut off smoothly with s(r) = (1 - (r/r_c)^2)^4 inside the cutoff r_c, three times continuously
differentiable. They know two species; which they are is for the exporter to say. Energies in eV, lengths in Å.
"""

# No postponed annotations here: TorchScript reads those of attributes.
import torch
from e3nn import o3
from torch import Tensor, nn


def smooth_cutoff(r: Tensor, cutoff: float) -> Tensor:
    """Return s(r) = (1 - (r/cutoff)^2)^4 inside the cutoff and 0 outside.

    Args:
        r: Distances [E], Å.
        cutoff: r_c, Å.
    """
    return (1.0 - (r / cutoff) ** 2).clamp_min(0.0) ** 4


def sum_over_edges(values: Tensor, centers: Tensor, n_atoms: int) -> Tensor:
    """Sum values [E] of edges over those with the same center [E]; gives [n_atoms]."""
    return torch.zeros(n_atoms, dtype=values.dtype, device=values.device).index_add(0, centers, values)


class EdgeHarmonic(nn.Module):
    """Sum over edges of a_i b_j s(r) Y_lm(v/r): a symmetry error of the one degree l.

    Under a rotation R of everything, E(R) is a combination of the Wigner functions D^l_mm'(R) alone. So the
    energy averages to zero over every set of rotations that is exact to degree l, and l = 0 is invariant. Y_lm
    are the real spherical harmonics of e3nn, normalized to a mean square of 1 on the sphere.

    Attributes:
        cutoff: r_c, Å.
        depth: 1, there are no messages.
    """

    center_weights: Tensor
    neighbor_weights: Tensor

    def __init__(self, l: int, m: int, cutoff: float = 4.0, strength: float = 1.0) -> None:  # noqa: E741
        """Choose the harmonic.

        Args:
            l: Degree.
            m: Order, from -l to l.
            cutoff: r_c, Å.
            strength: Energy scale, eV.

        Raises:
            ValueError: If there is no such harmonic.
        """
        super().__init__()
        if l < 0 or abs(m) > l:
            raise ValueError(f"`l`, `m`: expected l >= 0 and -l <= m <= l, got l = {l}, m = {m}")
        self.cutoff = cutoff
        self.depth = 1
        self.order = l + m
        self.harmonics = o3.SphericalHarmonics(l, normalize=True, normalization="component")
        self.register_buffer("center_weights", strength * torch.tensor([1.0, 0.7], dtype=torch.float64))
        self.register_buffer("neighbor_weights", torch.tensor([1.0, -0.4], dtype=torch.float64))

    def forward(self, edge_vectors: Tensor, edge_index: Tensor, reverse: Tensor, species: Tensor) -> dict[str, Tensor]:
        """Energies of the atoms; the contract is that of every model, see docs/model-file.md."""
        r = torch.linalg.vector_norm(edge_vectors, dim=1)
        weights = self.center_weights[species[edge_index[0]]] * self.neighbor_weights[species[edge_index[1]]]
        values = self.harmonics(edge_vectors)[:, self.order] * smooth_cutoff(r, self.cutoff)
        return {"energy": sum_over_edges(values * weights.to(r.dtype), edge_index[0], species.size(0))}


class TwoHop(nn.Module):
    """Two message-passing layers without invariance: an atomic energy depends on atoms two cutoffs away.

    With u = v/r, edges carry h_e = s(r) (1 + c.u), atoms the sum rho_i of h over their edges, and

        energy_i = sum_e s(r_e) tanh(rho_j h_rev(e)),

    where rho_j h_rev(e) is the message that the reverse edge j->i sends from its own center j; it is zero where
    there is no reverse edge.

    Attributes:
        cutoff: r_c, Å.
        depth: 2.
    """

    direction: Tensor
    scale: Tensor

    def __init__(self, cutoff: float = 4.0) -> None:
        """Set the cutoff, Å."""
        super().__init__()
        self.cutoff = cutoff
        self.depth = 2
        self.register_buffer("direction", torch.tensor([0.3, -0.5, 0.2], dtype=torch.float64))
        self.register_buffer("scale", torch.tensor([1.0, 0.6], dtype=torch.float64))

    def forward(self, edge_vectors: Tensor, edge_index: Tensor, reverse: Tensor, species: Tensor) -> dict[str, Tensor]:
        """Energies of the atoms; the contract is that of every model, see docs/model-file.md."""
        r = torch.linalg.vector_norm(edge_vectors, dim=1)
        decay = smooth_cutoff(r, self.cutoff)
        projection = torch.mv(edge_vectors, self.direction.to(r.dtype)) / r
        h = decay * (1.0 + projection) * self.scale.to(r.dtype)[species[edge_index[1]]]
        rho = sum_over_edges(h, edge_index[0], species.size(0))
        has_reverse = (reverse >= 0).to(r.dtype)
        message = (rho[edge_index[0]] * h)[reverse.clamp_min(0)] * has_reverse
        return {"energy": sum_over_edges(decay * torch.tanh(message), edge_index[0], species.size(0))}


class MorsePair(nn.Module):
    """Exactly invariant pair potential: half of D ((1 - exp(-a (r - r_0)))^2 - 1) s(r) per directed edge.

    The parameters hold a water molecule together if the species are O and H, in this order; nothing else is
    water about it.

    Attributes:
        cutoff: r_c, Å.
        depth: 1, there are no messages.
        depths: D of pairs of species [2, 2], eV.
        widths: a of pairs of species [2, 2], 1/Å.
        lengths: r_0 of pairs of species [2, 2], Å.
    """

    depths: Tensor
    widths: Tensor
    lengths: Tensor

    def __init__(self, cutoff: float = 4.0) -> None:
        """Set the cutoff, Å."""
        super().__init__()
        self.cutoff = cutoff
        self.depth = 1
        self.register_buffer("depths", torch.tensor([[0.01, 4.8], [4.8, 1.0]], dtype=torch.float64))
        self.register_buffer("widths", torch.tensor([[1.2, 2.2], [2.2, 1.5]], dtype=torch.float64))
        self.register_buffer("lengths", torch.tensor([[3.2, 0.97], [0.97, 1.53]], dtype=torch.float64))

    def forward(self, edge_vectors: Tensor, edge_index: Tensor, reverse: Tensor, species: Tensor) -> dict[str, Tensor]:
        """Energies of the atoms; the contract is that of every model, see docs/model-file.md."""
        r = torch.linalg.vector_norm(edge_vectors, dim=1)
        center, neighbor = species[edge_index[0]], species[edge_index[1]]
        depth, width, length = (
            self.depths[center, neighbor].to(r.dtype),
            self.widths[center, neighbor].to(r.dtype),
            self.lengths[center, neighbor].to(r.dtype),
        )
        well = depth * ((1.0 - torch.exp(-width * (r - length))) ** 2 - 1.0)
        values = 0.5 * well * smooth_cutoff(r, self.cutoff)
        return {"energy": sum_over_edges(values, edge_index[0], species.size(0))}


class Handed(nn.Module):
    """The pair potential and a pseudoscalar: exact under rotations, but not under inversion.

    With u = v/r and c_j = 1 or 0.4 for the species of the neighbor, atom i has the vectors A_n = sum_e c_j s(r) r^n u
    and the additional energy o_i = strength A_0 . (A_1 x A_2). So E(-x) = E_pair(x) - O(x), with O the sum of the o_i:
    the error of the energy under inversion is |O|, and the frame torque is zero. O vanishes for structures with a
    mirror plane, such as a molecule of water.

    Attributes:
        cutoff: r_c, Å.
        depth: 1, there are no messages.
        strength: Scale of the pseudoscalar, eV/Å^3.
    """

    shares: Tensor

    def __init__(self, cutoff: float = 4.0, strength: float = 20.0) -> None:
        """Set the cutoff, Å, and the scale of the pseudoscalar, eV/Å^3."""
        super().__init__()
        self.cutoff = cutoff
        self.depth = 1
        self.strength = strength
        self.pair = MorsePair(cutoff)
        self.register_buffer("shares", torch.tensor([1.0, 0.4], dtype=torch.float64))

    def forward(self, edge_vectors: Tensor, edge_index: Tensor, reverse: Tensor, species: Tensor) -> dict[str, Tensor]:
        """Energies of the atoms; the contract is that of every model, see docs/model-file.md."""
        r = torch.linalg.vector_norm(edge_vectors, dim=1).unsqueeze(1)
        parts = edge_vectors / r * smooth_cutoff(r, self.cutoff)
        parts = parts * self.shares.to(r.dtype)[species[edge_index[1]]].unsqueeze(1)
        zero = torch.zeros(species.size(0), 3, dtype=r.dtype, device=r.device)
        first = zero.index_add(0, edge_index[0], parts)
        second = zero.index_add(0, edge_index[0], parts * r)
        third = zero.index_add(0, edge_index[0], parts * r * r)
        odd = self.strength * (first * torch.linalg.cross(second, third)).sum(1)
        return {"energy": self.pair(edge_vectors, edge_index, reverse, species)["energy"] + odd}
