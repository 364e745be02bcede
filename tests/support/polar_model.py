"""A model file of water with known charges and dipoles."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from ase import Atoms

import tumble

CHARGES = {"O": -0.8, "H": 0.4}
MOLECULE = np.array([[0.0, 0.0, 0.0], [0.76, 0.59, 0.0], [-0.76, 0.59, 0.0]])


class Polar(torch.nn.Module):
    """Fixed charges, and as the dipole of an O twice what they and its bonds give."""

    def forward(
        self, edge_vectors: torch.Tensor, edge_index: torch.Tensor, reverse: torch.Tensor, species: torch.Tensor
    ) -> dict[str, torch.Tensor]:
        lengths = torch.sqrt(torch.sum(edge_vectors**2, dim=1))
        smooth = torch.clamp(1.5 - lengths, min=0.0) ** 3
        energy = torch.zeros(species.shape[0], dtype=edge_vectors.dtype).index_add(0, edge_index[0], smooth)
        charge = torch.tensor([-0.8, 0.4], dtype=edge_vectors.dtype)[species]
        bonded = (species[edge_index[0]] == 0) & (species[edge_index[1]] == 1) & (lengths < 1.2)
        pull = 2 * 0.4 * edge_vectors * bonded[:, None]
        dipole = torch.zeros(species.shape[0], 3, dtype=edge_vectors.dtype).index_add(0, edge_index[0], pull)
        return {"energy": energy, "charge": charge, "dipole": dipole}


def export(path: Path, *outputs: str) -> Path:
    return tumble.export(
        Polar(),
        path,
        name="polar",
        species=["O", "H"],
        cutoff=1.5,
        depth=1,
        dtype="float64",
        baseline=[0.0, 0.0],
        outputs=["energy", *outputs],
        symmetry={"group": "O(3)", "kind": "exact", "energy_error": None, "force_error": None, "how": "toy"},
        provenance={"data": [], "seeds": {}, "metrics": {}, "configuration": {}},
        licence="none",
        citation="none",
        references=[Atoms("OHH", MOLECULE, cell=[9, 9, 9], pbc=True)],
    )
