"""The repulsion of Ziegler, Biersack and Littmark (ZBL) that a PET of metatrain may have at short distances.

For a pair with the atomic numbers Z_i and Z_j at the distance r,

    V(r) = f/r sum_k c_k exp(-d_k r/a) + A/3 r^3 + B/4 r^4 + C,   f = e^2/(4 pi eps_0) Z_i Z_j,

with a = 0.4685 Å / (Z_i^0.23 + Z_j^0.23). A, B and C let the energy and its first two derivatives vanish at the sum of
the covalent radii. Sources: J. F. Ziegler, J. P. Biersack and U. Littmark, The Stopping and Range of Ions in Solids
(1985); the documentation of `pair_style zbl` in LAMMPS.
"""

# Without `from __future__ import annotations`: TorchScript reads the annotations.
import torch
from torch import Tensor, nn

_WEIGHTS = (0.02817, 0.28022, 0.50986, 0.18175)  # c_k
_DECAYS = (0.20162, 0.40290, 0.94229, 3.19980)  # d_k


class Repulsion(nn.Module):
    """Energies of atoms from the repulsion, in double precision: its terms are large, and nearly cancel.

    Attributes:
        reach: Largest distance at which there is a repulsion, Å.
    """

    weights: Tensor
    decays: Tensor
    pairs: Tensor

    def __init__(self, numbers: Tensor, radii: Tensor) -> None:
        """Compute the coefficients.

        Args:
            numbers: Atomic number of each species.
            radii: Covalent radius of each species, Å, in double precision.
        """
        super().__init__()
        z = numbers
        ends = radii[:, None] + radii
        # metatrain raises integers to a power and multiplies them by a number, which has the result in single precision
        power = z**0.23
        a = (0.46850 / (power[:, None] + power)).double()
        f = (14.399645478425668 * z[:, None] * z).double()
        weights = torch.tensor(_WEIGHTS, dtype=torch.float64)
        decays = torch.tensor(_DECAYS, dtype=torch.float64) / a[..., None]

        screening, slope, curvature = (
            (weights * (-decays) ** order * torch.exp(-decays * ends[..., None])).sum(-1) for order in range(3)
        )
        energy = f / ends * screening
        first = f / ends * (slope - screening / ends)
        second = f / ends * (curvature - 2.0 / ends * slope + 2.0 / ends**2 * screening)
        cubic = (ends * second - 3.0 * first) / ends**2 / 3.0
        quartic = (2.0 * first - ends * second) / ends**3 / 4.0
        constant = ends * first / 2.0 - ends**2 * second / 12.0 - energy
        self.register_buffer("weights", weights)
        self.register_buffer("decays", decays.flatten(0, 1))
        self.register_buffer("pairs", torch.stack((f, cubic, quartic, constant, ends), -1).flatten(0, 1))
        self.species = len(numbers)
        self.reach = float(ends.max())

    def forward(self, edge_vectors: Tensor, edge_index: Tensor, species: Tensor) -> Tensor:
        """Return energies of atoms [N] in eV, from edge vectors [E, 3] in Å."""
        pair = species.index_select(0, edge_index[0]) * self.species + species.index_select(0, edge_index[1])
        r = torch.linalg.vector_norm(edge_vectors.double(), dim=1)
        f, cubic, quartic, constant, ends = self.pairs.index_select(0, pair).unbind(1)
        screening = (self.weights * torch.exp(-self.decays.index_select(0, pair) * r.unsqueeze(1))).sum(1)
        energies = f / r * screening + r**3 * (cubic + quartic * r) + constant
        energies = torch.where(r <= ends, 0.5 * energies, torch.zeros_like(energies))
        atoms = torch.zeros(species.size(0), dtype=r.dtype, device=r.device)
        return atoms.index_add(0, edge_index[0], energies).to(edge_vectors.dtype)
