"""Loss and error measures against numbers worked out here; forces against finite differences."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from ase import Atoms

from tumble.models.toys import MorsePair
from tumble.structures import to_graph
from tumble.train.config import LossConfig
from tumble.train.data import Batch, Frame, collate
from tumble.train.loss import RunningLoss, measure, predict

ZERO = torch.zeros(2, dtype=torch.float64)


def frame(positions: np.ndarray, energy: float = 0.0) -> Frame:
    graph = to_graph([Atoms("OHH", positions, pbc=False)], ("O", "H"), 4.0)
    return Frame(
        torch.from_numpy(graph.vectors),
        torch.from_numpy(graph.edge_index).int(),
        torch.from_numpy(graph.reverse).int(),
        torch.from_numpy(graph.species),
        energy,
        torch.zeros(3, 3, dtype=torch.float64),
        "g",
    )


WATER = np.array([[0, 0, 0], [0.8, 0.6, 0], [-0.8, 0.6, 0.1]])


@pytest.fixture
def batch() -> Batch:
    return collate([frame(WATER), frame(1.1 * WATER, 0.5)], ZERO)


def test_forces_are_finite_differences(batch: Batch) -> None:
    _, forces = predict(MorsePair(), batch, create_graph=False)
    h, moved = 1e-5, np.eye(3)[1] * np.array([[0], [1], [0]])
    ends = [predict(MorsePair(), collate([frame(WATER + s * h * moved)], ZERO), False)[0] for s in (-1, 1)]
    assert forces[1, 1].item() == pytest.approx(-(ends[1] - ends[0]).item() / (2 * h), rel=1e-8)


def test_structure_without_edges() -> None:
    lonely = collate([frame(20 * WATER)], ZERO)
    energies, forces = predict(MorsePair(), lonely, create_graph=False)
    assert energies.tolist() == [0.0]
    assert forces.abs().max() == 0.0


def test_first_loss_is_the_sum_of_the_weights(batch: Batch) -> None:
    loss = RunningLoss(LossConfig(energy=0.3, forces=2.0))
    value = loss(batch, batch.energies + 0.6, batch.forces + 0.2)
    assert value.item() == pytest.approx(2.3)
    assert loss.energy == pytest.approx((0.6 / 3) ** 2)
    assert loss.forces == pytest.approx(0.2**2)


def test_running_normalisation(batch: Batch) -> None:
    loss = RunningLoss(LossConfig(energy=0.0, forces=1.0))
    loss(batch, batch.energies, batch.forces + 0.2)
    value = loss(batch, batch.energies, batch.forces + 0.1)
    running = 0.99 * 0.04 + 0.01 * 0.01
    assert loss.forces == pytest.approx(running)
    assert value.item() == pytest.approx(0.01 / running)


def test_huber(batch: Batch) -> None:
    loss = RunningLoss(LossConfig(huber=0.2))
    residuals = torch.zeros_like(batch.forces)
    residuals[0, 0], residuals[1, 1] = 1e-3, 50.0
    loss(batch, batch.energies, batch.forces + residuals)
    small, large = 1e-6, 2 * 0.2 * 50.0 - 2 * 0.2**2
    assert loss.forces is not None
    assert loss.forces * residuals.numel() == pytest.approx(small + large, rel=1e-4)


class Shifted(torch.nn.Module):
    """A model that is right up to a constant per atom."""

    def forward(
        self, vectors: torch.Tensor, edge_index: torch.Tensor, reverse: torch.Tensor, species: torch.Tensor
    ) -> dict[str, torch.Tensor]:
        result: dict[str, torch.Tensor] = MorsePair()(vectors, edge_index, reverse, species)
        return {"energy": result["energy"] + 0.25}


def test_errors(batch: Batch) -> None:
    energies, forces = predict(MorsePair(), batch, create_graph=False)
    offsets = torch.tensor([0.1] * 9 + [-0.3] * 9, dtype=torch.float64).reshape(6, 3)
    labelled = dataclasses.replace(batch, energies=energies.detach(), forces=forces.detach() + offsets)
    errors = measure(Shifted(), [labelled])
    assert errors.energy_mae == pytest.approx(250.0)
    assert errors.energy_rmse == pytest.approx(250.0)
    assert errors.energy_mae_shifted == pytest.approx(0.0, abs=1e-9)
    assert errors.force_mae == pytest.approx(200.0)
    assert errors.force_rmse == pytest.approx(1000 * np.sqrt((0.01 + 0.09) / 2))
