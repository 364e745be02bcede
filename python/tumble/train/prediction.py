"""The results of a model on a batch, as a training needs them."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from tumble.train.batches import Batch


@dataclass(frozen=True)
class Prediction:
    """Results of a model on a batch.

    Attributes:
        energies: Energies without baseline [B], eV.
        forces: Forces [N, 3], eV/Å; None if they weren't asked for.
        dipoles: Dipole of each atom [N, 3], e Å; None if the model has no such output.
    """

    energies: Tensor
    forces: Tensor | None = None
    dipoles: Tensor | None = None


def predict(model: nn.Module, batch: Batch, *, forces: bool = True, differentiable: bool = False) -> Prediction:
    """Return the results of a model.

    Args:
        model: Model, with the inputs and outputs of `Pet.forward`.
        batch: Batch.
        forces: Whether to evaluate forces: f_i += g_e, f_j -= g_e with g_e = dE/dv_e.
        differentiable: Whether the results will be differentiated with respect to the weights.
    """
    vectors = batch.vectors.detach().requires_grad_(forces)
    with torch.set_grad_enabled(forces or differentiable):
        results = model(vectors, batch.edge_index, batch.reverse, batch.species)
        atomic = results["energy"]
        energies = torch.zeros_like(batch.energies).index_add(0, batch.structure, atomic)
    dipoles = results.get("dipole")
    if not forces:
        return Prediction(energies, None, dipoles)
    gradients = torch.zeros_like(vectors)
    if len(vectors) > 0:
        (gradients,) = torch.autograd.grad(
            atomic.sum(), vectors, create_graph=differentiable, retain_graph=differentiable
        )
    return Prediction(
        energies, forces_from(gradients, batch.edge_index[0], batch.edge_index[1], batch.species), dipoles
    )


def forces_from(gradients: Tensor, centers: Tensor, neighbors: Tensor, like: Tensor) -> Tensor:
    """Return the forces [N, 3], eV/Å, of the energy's gradients dE/dv_e [E, 3].

    Args:
        gradients: dE/dv_e [E, 3], eV/Å.
        centers: Center of each edge [E].
        neighbors: Neighbor of each edge [E].
        like: Any tensor with a row for each atom [N, ...].
    """
    zeros = gradients.new_zeros((like.size(0), 3))  # `len` would be a constant of a compiled graph
    return zeros.index_add(0, centers, gradients).index_add(0, neighbors, -gradients)
