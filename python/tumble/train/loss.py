"""Loss of energies and forces, each term normalised by its running value, and error measures.

    L = w_E <(dE/N)^2> / m_E + w_F <rho(dF)> / m_F,   m <- 0.99 m + 0.01 (term's value)

so that a weight is the share of its term in the gradient, whatever the units and however far the training has come
(after the loss of Pozdnyakov and Ceriotti, NeurIPS 2023, appendix). rho is the square, or, for a Huber width h, the
pseudo-Huber function 2 h^2 (sqrt(1 + (x/h)^2) - 1), that turns linear beyond h.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from tumble.accuracy import errors_of
from tumble.train.config import LossConfig
from tumble.train.data import Batch

_MEMORY = 0.99


@dataclass
class RunningLoss:
    """The loss with its two running normalisations (which belong to the state of a training)."""

    config: LossConfig
    energy: float | None = None
    forces: float | None = None

    def __call__(self, batch: Batch, energies: Tensor, forces: Tensor) -> Tensor:
        """Return the loss of predicted energies [B] (eV, without baseline) and forces [N, 3] (eV/Å)."""
        energy_term = ((energies - batch.energies) / batch.counts).square().mean()
        residuals = forces - batch.forces
        if self.config.huber is None:
            force_term = residuals.square().mean()
        else:
            width = self.config.huber
            force_term = 2.0 * width**2 * ((1.0 + (residuals / width).square()).sqrt() - 1.0).mean()
        self.energy = _update(self.energy, energy_term)
        self.forces = _update(self.forces, force_term)
        return self.config.energy * energy_term / self.energy + self.config.forces * force_term / self.forces


def predict(model: nn.Module, batch: Batch, create_graph: bool) -> tuple[Tensor, Tensor]:
    """Evaluate a model with the contract of Tumble.

    Args:
        model: Model.
        batch: Batch.
        create_graph: Whether the forces will be differentiated.

    Returns:
        Energies without baseline [B], eV; forces [N, 3], eV/Å: f_i += g_e, f_j -= g_e with g_e = dE/dv_e.
    """
    vectors = batch.vectors.detach().requires_grad_(True)
    atomic = model(vectors, batch.edge_index, batch.reverse, batch.species)["energy"]
    gradients = torch.zeros_like(vectors)
    if len(vectors) > 0:
        (gradients,) = torch.autograd.grad(atomic.sum(), vectors, create_graph=create_graph)
    forces = torch.zeros_like(batch.forces).index_add(0, batch.edge_index[0], gradients)
    forces = forces.index_add(0, batch.edge_index[1], -gradients)
    energies = torch.zeros_like(batch.energies).index_add(0, batch.structure, atomic)
    return energies, forces


@dataclass(frozen=True)
class HeldOutErrors:
    """Errors on a set of frames: energies in meV/atom (``shifted``: less their mean error), forces in meV/Å."""

    energy_mae: float
    energy_rmse: float
    energy_mae_shifted: float
    force_mae: float
    force_rmse: float


def measure(model: nn.Module, batches: list[Batch]) -> HeldOutErrors:
    """Measure a model's errors on unturned batches, at least one."""
    energy, force = [], []
    for batch in batches:
        energies, forces = predict(model, batch, create_graph=False)
        energy.append(((energies.detach() - batch.energies) / batch.counts).double().cpu())
        force.append((forces.detach() - batch.forces).double().cpu().flatten())
    e, f = 1000.0 * torch.cat(energy).numpy(), 1000.0 * torch.cat(force).numpy()
    of_energy, of_force = errors_of(e), errors_of(f)
    return HeldOutErrors(
        energy_mae=of_energy.mae,
        energy_rmse=of_energy.rmse,
        energy_mae_shifted=errors_of(e - e.mean()).mae,
        force_mae=of_force.mae,
        force_rmse=of_force.rmse,
    )


def _update(running: float | None, term: Tensor) -> float:
    value = max(float(term.detach()), torch.finfo(term.dtype).tiny)
    return value if running is None else _MEMORY * running + (1.0 - _MEMORY) * value
