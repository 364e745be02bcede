"""A model file with declared outputs whose values are known in any frame."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from ase import Atoms
from torch import Tensor

import tumble

#: A vector that stays where it is when the structure turns: what a broken symmetry adds to the dipoles, e·Å.
FIXED = np.array([0.125, -0.25, 0.375])
CUTOFF = 3.0
SPECIES = ("O", "H")


class Outputs(torch.nn.Module):
    """d_n = sum_e v_e + FIXED, q_n = species + sum_e v_z; energies as of springs within 2 Å.

    From 6 atoms on it behaves as `kind` says: `right`, `constant` (an energy that knows nothing of the edges),
    `shape` or `nan` (of the dipoles), `unusable` (an operation on dipoles that fails).
    """

    def __init__(self, kind: str = "right") -> None:
        super().__init__()
        self.kind = kind

    def forward(self, edge_vectors: Tensor, edge_index: Tensor, reverse: Tensor, species: Tensor) -> dict[str, Tensor]:
        zero = torch.zeros(species.size(0), dtype=edge_vectors.dtype)
        lengths = torch.sqrt(torch.sum(edge_vectors**2, dim=1))
        energy = zero.index_add(0, edge_index[0], torch.clamp(2.0 - lengths, min=0.0) ** 3)
        dipole = zero.unsqueeze(1).repeat(1, 3).index_add(0, edge_index[0], edge_vectors)
        dipole = dipole + torch.tensor([0.125, -0.25, 0.375], dtype=edge_vectors.dtype)
        charge = species + zero.index_add(0, edge_index[0], edge_vectors[:, 2])
        if species.size(0) >= 6:
            if self.kind == "constant":
                energy = zero
            if self.kind == "shape":
                dipole = dipole[:, :2]
            if self.kind == "unusable":
                dipole = dipole + torch.zeros(species.size(0) + 1, 3, dtype=dipole.dtype)
            if self.kind == "nan":
                dipole = dipole / 0.0
        return {"energy": energy, "charge": charge, "dipole": dipole}


def export(folder: Path, kind: str = "right", configuration: dict[str, Any] | None = None) -> Path:
    """Write it, in float64."""
    return tumble.export(
        Outputs(kind),
        folder / f"{kind}.pt",
        name="outputs",
        species=list(SPECIES),
        cutoff=CUTOFF,
        depth=1,
        dtype="float64",
        baseline=[0.0, 0.0],
        outputs=["energy", "charge", "dipole"],
        symmetry={"group": "O(3)", "kind": "approximate", "energy_error": None, "force_error": None, "how": "toy"},
        provenance={"data": [], "seeds": {}, "metrics": {}, "configuration": configuration or {}},
        licence="none",
        citation="none",
        references=[Atoms("OH", [[0, 0, 0], [0.3, 0.2, 0.9]])],
    )
