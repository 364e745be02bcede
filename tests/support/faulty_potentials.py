"""Potentials that break one law each: networks for model files, and calculators of ASE."""

# No postponed annotations here: TorchScript reads those of attributes.
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from ase import Atoms
from ase.calculators.emt import EMT
from torch import Tensor, nn

from support.model_files import with_metadata, with_other_network
from support.toy_calculator import ToyCalculator
from support.toys import smooth_cutoff, sum_over_edges
from tumble.audit.model_subject import ModelSubject

CUTOFF = 4.0
HANDED = 1e-2  # eV
JUMP = 0.3  # eV per edge
ORDER = 0.1
NET = 0.02  # eV/Å
SWIRL = 0.05  # eV/Å²


class Chiral(nn.Module):
    """a . (b x c) with three sums of edge vectors: exact under rotations, and of the other sign after an inversion."""

    def forward(self, edge_vectors: Tensor, edge_index: Tensor, reverse: Tensor, species: Tensor) -> dict[str, Tensor]:
        r = torch.sqrt((edge_vectors**2).sum(dim=1))
        n, centers = species.size(0), edge_index[0]
        sums: list[Tensor] = []
        for power in range(3):
            weighted = (smooth_cutoff(r, 4.0) * r**power).unsqueeze(1) * edge_vectors
            sums.append(torch.zeros(n, 3, dtype=r.dtype).index_add(0, centers, weighted))
        return {"energy": 0.01 * (sums[0] * torch.linalg.cross(sums[1], sums[2])).sum(dim=1)}


class Abrupt(nn.Module):
    """Each edge has 0.3 eV up to the cutoff, and a smooth part."""

    def forward(self, edge_vectors: Tensor, edge_index: Tensor, reverse: Tensor, species: Tensor) -> dict[str, Tensor]:
        r = torch.sqrt((edge_vectors**2).sum(dim=1))
        return {"energy": sum_over_edges(0.3 + smooth_cutoff(r, 4.0), edge_index[0], species.size(0))}


class Kinked(nn.Module):
    """4 - r for each edge: the force of a pair falls from 2 eV/Å to 0 at the cutoff."""

    def forward(self, edge_vectors: Tensor, edge_index: Tensor, reverse: Tensor, species: Tensor) -> dict[str, Tensor]:
        r = torch.sqrt((edge_vectors**2).sum(dim=1))
        return {"energy": sum_over_edges(4.0 - r, edge_index[0], species.size(0))}


class Bent(nn.Module):
    """60 (4 - r)^3 for each edge: force and its first derivative are smooth, the second falls from 720 eV/Å^3 to 0."""

    def forward(self, edge_vectors: Tensor, edge_index: Tensor, reverse: Tensor, species: Tensor) -> dict[str, Tensor]:
        r = torch.sqrt((edge_vectors**2).sum(dim=1))
        return {"energy": sum_over_edges(60.0 * (4.0 - r) ** 3, edge_index[0], species.size(0))}


class Ordered(nn.Module):
    """Atoms later in the list weigh more: 1 + 0.1 n."""

    def forward(self, edge_vectors: Tensor, edge_index: Tensor, reverse: Tensor, species: Tensor) -> dict[str, Tensor]:
        r = torch.sqrt((edge_vectors**2).sum(dim=1))
        energy = sum_over_edges(smooth_cutoff(r, 4.0), edge_index[0], species.size(0))
        return {"energy": energy * (1.0 + 0.1 * torch.arange(species.size(0), dtype=r.dtype))}


class Crowded(nn.Module):
    """The energy of an atom is divided by the number of all atoms in the batch."""

    def forward(self, edge_vectors: Tensor, edge_index: Tensor, reverse: Tensor, species: Tensor) -> dict[str, Tensor]:
        r = torch.sqrt((edge_vectors**2).sum(dim=1))
        energy = sum_over_edges(smooth_cutoff(r, 4.0), edge_index[0], species.size(0))
        return {"energy": energy / species.size(0)}


class Direct(nn.Module):
    """Direct forces 0.05 s(r) (z x v), summed over edges: they have a curl, and no sum."""

    def forward(self, edge_vectors: Tensor, edge_index: Tensor, reverse: Tensor, species: Tensor) -> dict[str, Tensor]:
        r = torch.sqrt((edge_vectors**2).sum(dim=1))
        n = species.size(0)
        axis = torch.tensor([0.0, 0.0, 1.0], dtype=r.dtype).expand(edge_vectors.shape)
        swirl = 0.05 * smooth_cutoff(r, 4.0).unsqueeze(1) * torch.linalg.cross(axis, edge_vectors)
        forces = torch.zeros(n, 3, dtype=r.dtype).index_add(0, edge_index[0], swirl)
        return {"energy": sum_over_edges(smooth_cutoff(r, 4.0), edge_index[0], n), "forces": forces}


class Lonely(nn.Module):
    """Fails for structures without edges."""

    def forward(self, edge_vectors: Tensor, edge_index: Tensor, reverse: Tensor, species: Tensor) -> dict[str, Tensor]:
        r = torch.sqrt((edge_vectors**2).sum(dim=1))
        assert r.size(0) > 0, "no edges"
        return {"energy": sum_over_edges(smooth_cutoff(r, 4.0), edge_index[0], species.size(0))}


def faulty_model(pair: Path, folder: Path, network: nn.Module, outputs: tuple[str, ...] = ("energy",)) -> ModelSubject:
    """A subject of a model file with the metadata of the toy `pair`, which export would partly refuse."""
    changed = with_other_network(pair, folder / "network.pt", network)
    return ModelSubject(with_metadata(changed, folder / "faulty.pt", outputs=list(outputs)), device="cpu", check=False)


class FaultyEmt(ToyCalculator):
    """EMT, with results changed by a function of the structure and the results."""

    implemented_properties: ClassVar = ["energy", "forces", "stress"]

    def __init__(self, fault: Callable[[Atoms, dict[str, Any]], None]) -> None:
        super().__init__()
        self._emt, self._fault = EMT(), fault

    def results_of(self, atoms: Atoms) -> dict[str, Any]:
        copy = atoms.copy()
        copy.calc = self._emt
        results = {"energy": copy.get_potential_energy(), "forces": copy.get_forces()}
        if copy.pbc.all():
            results["stress"] = copy.get_stress()
        self._fault(atoms, results)
        return results


def drifting(atoms: Atoms, results: dict[str, Any]) -> None:
    """A constant force on every atom."""
    results["forces"] = results["forces"] + np.array([NET, 0.0, 0.0])


def swirling(atoms: Atoms, results: dict[str, Any]) -> None:
    """Forces SWIRL z x x about the origin: their Jacobian is antisymmetric."""
    results["forces"] = results["forces"] + SWIRL * np.cross([0.0, 0.0, 1.0], atoms.positions)


def absolute(atoms: Atoms, results: dict[str, Any]) -> None:
    """An energy that depends on where the atoms are."""
    results["energy"] += 1e-3 * atoms.positions[:, 0].sum()


def stressed(atoms: Atoms, results: dict[str, Any]) -> None:
    """A stress that is 10 % too large."""
    if "stress" in results:
        results["stress"] = 1.1 * results["stress"]


def oriented(atoms: Atoms, results: dict[str, Any]) -> None:
    """An energy of 1 meV times the z component of the first cell vector."""
    results["energy"] += 1e-3 * atoms.cell.array[0, 2]
