"""Loss of energies, forces and dipoles, each normalized by its running value, and of their variance over rotations.

    L = w_E <(dE/N)^2> / m_E + w_F <rho(dF)> / m_F + w_D <(dD)^2> / m_D,   m <- 0.99 m + 0.01 (term's value)

so a weight is the share of its term in the gradient, independent of units and of the progress of the training (after
the loss of Pozdnyakov and Ceriotti, NeurIPS 2023, appendix). rho is the square, or, for a Huber width h, the
pseudo-Huber function 2 h^2 (sqrt(1 + (x/h)^2) - 1), which is linear far beyond h. D is the dipole of an atom or of a
structure, or its magnitude (`tumble.train.dipoles`).

Each mean is over structures with weights w_s. The mean of these weights over the frames of a stage is one.

With a weight w of the variance, each structure appears in k random rotations, and

    L <- L + w [w_E Var(E/N) / m_E + w_F Var(F) / m_F + w_D Var(D) / m_D]

with unbiased variances (divisor k - 1) and vectors turned back to one frame of reference. Over random rotations a mean
square error is bias^2 + variance, so w is the additional weight of the variance. Langer, Pozdnyakov and Ceriotti (Mach.
Learn.: Sci. Technol. 5, 04LT01, 2024) measure the share of the variance in the error.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor

from tumble.labels import DipoleKind
from tumble.train.batches import Batch
from tumble.train.dipoles import like, turned
from tumble.train.prediction import Prediction
from tumble.train.sections import LossConfig
from tumble.train.targets import DIPOLE, ENERGY, FORCES, Target

_MEMORY = 0.99


@dataclass
class RunningLoss:
    """The loss and its running normalizations, which belong to the state of a training.

    Attributes:
        config: Weights.
        running: Running value of each term, by the name of its target; none before the first step.
    """

    config: LossConfig
    running: dict[str, float] = field(default_factory=dict)

    def __call__(self, batch: Batch, prediction: Prediction) -> Tensor:
        """Return the loss of a prediction, which has all that is a target."""
        loss = torch.zeros_like(prediction.energies[0])
        for target in self.config.targets:
            term = _ERRORS[target](batch, prediction, self.config)
            running = self.running[target.name] = _update(self.running.get(target.name), term)
            if self.config.variance > 0.0:
                term = term + self.config.variance * _VARIANCES[target](batch, prediction, self.config.copies)
            loss = loss + self.config.weight(target) * term / running
        return loss

    def rmse(self) -> dict[Target, float]:
        """Return the running root mean square error of each target in its unit; 0 before the first step."""
        return {target: target.scale * self.running.get(target.name, 0.0) ** 0.5 for target in self.config.targets}


def _energy_error(batch: Batch, prediction: Prediction, _: LossConfig) -> Tensor:
    return (batch.weights * ((prediction.energies - batch.energies) / batch.counts).square()).mean()


def _force_error(batch: Batch, prediction: Prediction, config: LossConfig) -> Tensor:
    assert prediction.forces is not None  # a target
    assert batch.forces is not None
    residuals = prediction.forces - batch.forces
    if config.huber is None:
        scale, penalties = 1.0, residuals.square()
    else:
        width = config.huber
        scale, penalties = 2.0 * width**2, (1.0 + (residuals / width).square()).sqrt() - 1.0
    return scale * (batch.weights[batch.structure, None] * penalties).mean()


def _dipole_error(batch: Batch, prediction: Prediction, _: LossConfig) -> Tensor:
    assert prediction.dipoles is not None  # a target
    assert batch.dipoles is not None
    found = like(batch.dipoles, prediction.dipoles, batch.structure)
    squares = (found.values - batch.dipoles.values).square()
    weights = batch.weights.index_select(0, batch.dipoles.structure)
    return (weights * (squares if squares.ndim == 1 else squares.mean(dim=1))).mean()


def energy_variance(batch: Batch, prediction: Prediction, copies: int) -> Tensor:
    """Return the variance of the energy per atom over the copies of each structure.

    Copies are consecutive and differently rotated. The variance is unbiased (divisor k - 1).

    Args:
        batch: Batch.
        prediction: Results of the model.
        copies: Number k of copies of each structure, at least two.

    Returns:
        Mean over structures with their weights, (eV/atom)^2.
    """
    variances = (prediction.energies / batch.counts).view(-1, copies).var(dim=1)
    return (batch.weights[::copies] * variances).mean()


def force_variance(batch: Batch, prediction: Prediction, copies: int) -> Tensor:
    """Return the variance of the force components, turned back, over the copies of each structure.

    Args:
        batch: Batch.
        prediction: Results of the model, with forces.
        copies: As in `energy_variance`.

    Returns:
        Mean over atoms and components with the weights of their structures, (eV/Å)^2.
    """
    assert prediction.forces is not None
    return _atomic_variance(batch, prediction.forces, copies)


def dipole_variance(batch: Batch, prediction: Prediction, copies: int) -> Tensor:
    """Return the variance of the dipoles, in the form of the labels and turned back, over the copies.

    Args:
        batch: Batch, with dipoles.
        prediction: Results of the model, with dipoles.
        copies: As in `energy_variance`.

    Returns:
        Mean over atoms or structures, and over components, with the weights of the structures, (e Å)^2.
    """
    assert prediction.dipoles is not None
    assert batch.dipoles is not None
    if batch.dipoles.kind is DipoleKind.ATOMS:
        return _atomic_variance(batch, prediction.dipoles, copies)
    found = like(batch.dipoles, prediction.dipoles, batch.structure).turned(batch.rotations.mT)
    variances = found.values.view(len(batch.energies) // copies, copies, -1).var(dim=1).mean(dim=1)
    return (batch.weights[::copies] * variances).mean()


def _atomic_variance(batch: Batch, vectors: Tensor, copies: int) -> Tensor:
    squares = deviations_from_mean(batch, vectors, copies).square() * copies / (copies - 1)
    return (batch.weights[batch.structure, None] * squares).mean()


def deviations_from_mean(batch: Batch, vectors: Tensor, copies: int) -> Tensor:
    """Turn vectors of atoms back and subtract their mean over the copies of each structure, which are consecutive.

    Args:
        batch: Batch.
        vectors: Vectors, rotated like the copies [N, 3].
        copies: Number of copies of each structure.

    Returns:
        Deviations in the common frame of reference [N, 3].
    """
    back = turned(vectors, batch.rotations.mT, batch.structure)
    # Atom a of copy c of structure s, with N_s atoms, is row k (N_0 + ... + N_{s-1}) + c N_s + a; its mean has the row
    # (N_0 + ... + N_{s-1}) + a.
    counts = batch.counts.long()
    first = counts.cumsum(0) - counts
    first_mean = (counts[::copies].cumsum(0) - counts[::copies]).repeat_interleave(copies)
    rows = torch.arange(len(back), device=back.device) + (first_mean - first).index_select(0, batch.structure)
    means = back.new_zeros(len(back) // copies, 3).index_add(0, rows, back) / copies
    return back - means.index_select(0, rows)


def running_values(saved: dict[str, float] | list[float | None]) -> dict[str, float]:
    """Return the running values in a checkpoint; in those of earlier versions they are a list of two."""
    if isinstance(saved, dict):
        return saved
    return {name: value for name, value in zip(("energy", "forces"), saved, strict=True) if value is not None}


def _update(running: float | None, term: Tensor) -> float:
    value = max(float(term.detach()), torch.finfo(term.dtype).tiny)
    return value if running is None else _MEMORY * running + (1.0 - _MEMORY) * value


_ERRORS = {ENERGY: _energy_error, FORCES: _force_error, DIPOLE: _dipole_error}
_VARIANCES = {ENERGY: energy_variance, FORCES: force_variance, DIPOLE: dipole_variance}
