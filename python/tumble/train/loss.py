"""Loss of energies and forces, with each term normalized by its running value, and of their variance over rotations.

    L = w_E <(dE/N)^2> / m_E + w_F <rho(dF)> / m_F,   m <- 0.99 m + 0.01 (term's value)

so a weight is the share of its term in the gradient, independent of units and of the progress of the training (after
the loss of Pozdnyakov and Ceriotti, NeurIPS 2023, appendix). rho is the square, or, for a Huber width h, the
pseudo-Huber function 2 h^2 (sqrt(1 + (x/h)^2) - 1), which is linear far beyond h.

Each mean is over structures with weights w_s. The mean of these weights over the frames of a stage is one.

With a weight w of the variance, each structure appears in k random rotations, and

    L <- L + w [w_E Var(E/N) / m_E + w_F Var(F) / m_F]

with unbiased variances (divisor k - 1) and forces turned back to one frame of reference. Over random rotations a mean
square error is bias^2 + variance, so w is the additional weight of the variance. Langer, Pozdnyakov and Ceriotti (Mach.
Learn.: Sci. Technol. 5, 04LT01, 2024) measure the share of the variance in the error.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from tumble.train.data import Batch
from tumble.train.sections import LossConfig

_MEMORY = 0.99


@dataclass
class RunningLoss:
    """The loss with its two running normalizations, which belong to the state of a training."""

    config: LossConfig
    energy: float | None = None
    forces: float | None = None

    def __call__(self, batch: Batch, energies: Tensor, forces: Tensor) -> Tensor:
        """Return the loss of predicted energies [B] (eV, without baseline) and forces [N, 3] (eV/Å)."""
        energy_term = (batch.weights * ((energies - batch.energies) / batch.counts).square()).mean()
        residuals = forces - batch.forces
        if self.config.huber is None:
            scale, penalties = 1.0, residuals.square()
        else:
            width = self.config.huber
            scale, penalties = 2.0 * width**2, (1.0 + (residuals / width).square()).sqrt() - 1.0
        force_term = scale * (batch.weights[batch.structure, None] * penalties).mean()
        self.energy = _update(self.energy, energy_term)
        self.forces = _update(self.forces, force_term)
        if self.config.variance > 0.0:
            of_energy, of_forces = variances(batch, energies, forces, self.config.copies)
            energy_term = energy_term + self.config.variance * of_energy
            force_term = force_term + self.config.variance * of_forces
        return self.config.energy * energy_term / self.energy + self.config.forces * force_term / self.forces


def predict(model: nn.Module, batch: Batch, create_graph: bool) -> tuple[Tensor, Tensor]:
    """Return the energies and forces of a model.

    Args:
        model: Model, with the inputs and outputs of `Pet.forward`.
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


def variances(batch: Batch, energies: Tensor, forces: Tensor, copies: int) -> tuple[Tensor, Tensor]:
    """Return the variances over the copies of each structure, which are consecutive and differently rotated.

    Args:
        batch: Batch.
        energies: Predicted energies [B], eV.
        forces: Predicted forces, rotated like the copies [N, 3], eV/Å.
        copies: Number k of copies of each structure, at least two.

    Returns:
        Two unbiased variances (divisor k - 1), with the weights of the structures: that of the energy per atom,
        averaged over structures, (eV/atom)^2, and that of the force components in the common frame of reference,
        averaged over atoms and components, (eV/Å)^2.
    """
    energy_variances = (energies / batch.counts).view(-1, copies).var(dim=1)
    squares = deviations_from_mean(batch, forces, copies).square() * copies / (copies - 1)
    return (
        (batch.weights[::copies] * energy_variances).mean(),
        (batch.weights[batch.structure, None] * squares).mean(),
    )


def deviations_from_mean(batch: Batch, forces: Tensor, copies: int) -> Tensor:
    """Turn forces back and subtract their mean over the copies of each structure, which are consecutive.

    Args:
        batch: Batch.
        forces: Forces, rotated like the copies [N, 3], eV/Å.
        copies: Number of copies of each structure.

    Returns:
        Deviations in the common frame of reference [N, 3], eV/Å.
    """
    back = torch.bmm(forces.unsqueeze(1), batch.rotations.index_select(0, batch.structure)).squeeze(1)
    # Atom a of copy c of structure s, with N_s atoms, is row k (N_0 + ... + N_{s-1}) + c N_s + a; its mean has the row
    # (N_0 + ... + N_{s-1}) + a.
    counts = batch.counts.long()
    first = counts.cumsum(0) - counts
    first_mean = (counts[::copies].cumsum(0) - counts[::copies]).repeat_interleave(copies)
    rows = torch.arange(len(back), device=back.device) + (first_mean - first).index_select(0, batch.structure)
    means = back.new_zeros(len(back) // copies, 3).index_add(0, rows, back) / copies
    return back - means.index_select(0, rows)


def _update(running: float | None, term: Tensor) -> float:
    value = max(float(term.detach()), torch.finfo(term.dtype).tiny)
    return value if running is None else _MEMORY * running + (1.0 - _MEMORY) * value
