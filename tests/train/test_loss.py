"""Loss against numbers worked out here; variances against NumPy; forces against finite differences."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from ase import Atoms
from support.toys import MorsePair

from tumble.rotations import random_rotations
from tumble.structures import to_graph
from tumble.train.data import Batch, Frame, collate
from tumble.train.loss import RunningLoss, predict, variances
from tumble.train.sections import LossConfig

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


@pytest.mark.parametrize("huber", [None, 1e3])
def test_weights_of_structures(batch: Batch, huber: float | None) -> None:
    batch = dataclasses.replace(batch, weights=torch.tensor([0.5, 1.5], dtype=torch.float64))
    offsets = torch.tensor([0.1, 0.3], dtype=torch.float64)
    loss = RunningLoss(LossConfig(huber=huber))
    loss(batch, batch.energies + 3 * offsets, batch.forces + offsets[batch.structure, None])
    expected = (0.5 * 0.01 + 1.5 * 0.09) / 2
    assert loss.energy == pytest.approx(expected)
    assert loss.forces == pytest.approx(expected)


def test_variances_with_weights() -> None:
    batch, _ = turned_copies(2)
    rng = np.random.default_rng(0)
    energies, forces = torch.from_numpy(rng.standard_normal(4)), torch.from_numpy(rng.standard_normal((18, 3)))
    parts = []
    for s in range(2):
        weights = torch.zeros(4, dtype=torch.float64)
        weights[2 * s : 2 * s + 2] = 1.0
        parts.append(variances(dataclasses.replace(batch, weights=weights), energies, forces, 2))
    weights = torch.tensor([0.5, 0.5, 3.0, 3.0], dtype=torch.float64)
    found = variances(dataclasses.replace(batch, weights=weights), energies, forces, 2)
    assert found[0].item() == pytest.approx((0.5 * parts[0][0] + 3.0 * parts[1][0]).item())
    assert found[1].item() == pytest.approx((0.5 * parts[0][1] + 3.0 * parts[1][1]).item())


def test_running_normalization(batch: Batch) -> None:
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


def turned_copies(copies: int) -> tuple[Batch, torch.Tensor]:
    """Two structures of three and six atoms, in copies, with their rotations."""
    frames = [frame(WATER), frame(1.1 * WATER, 0.5)]
    pair = to_graph(
        [Atoms("OHH" * 2, np.concatenate([WATER, WATER + np.array([0, 0, 2.5])]), pbc=False)], ("O", "H"), 4.0
    )
    large = dataclasses.replace(
        frames[1],
        vectors=torch.from_numpy(pair.vectors),
        edge_index=torch.from_numpy(pair.edge_index).int(),
        reverse=torch.from_numpy(pair.reverse).int(),
        species=torch.from_numpy(pair.species),
        forces=torch.ones(6, 3, dtype=torch.float64),
    )
    turns = random_rotations(2 * copies, 1)
    return collate([f for f in (frames[0], large) for _ in range(copies)], ZERO, turns), torch.from_numpy(turns)


def test_variance_of_an_invariant_model_is_zero() -> None:
    batch, _ = turned_copies(3)
    energies, forces = predict(MorsePair(), batch, create_graph=False)
    of_energy, of_forces = variances(batch, energies, forces, 3)
    assert forces.abs().max() > 0.1
    assert of_energy.item() == pytest.approx(0.0, abs=1e-25)
    assert of_forces.item() == pytest.approx(0.0, abs=1e-25)


@pytest.mark.parametrize("copies", [2, 3])
def test_variances_are_those_of_numpy(copies: int) -> None:
    batch, turns = turned_copies(copies)
    rng = np.random.default_rng(0)
    energies = rng.standard_normal(2 * copies)
    small, large = rng.standard_normal((copies, 3, 3)), rng.standard_normal((copies, 6, 3))  # in the common frame
    turned = [f @ r.T for f, r in zip([*small, *large], turns.numpy(), strict=True)]
    found = variances(batch, torch.from_numpy(energies), torch.from_numpy(np.concatenate(turned)), copies)
    per_atom = energies.reshape(2, copies) / np.array([[3], [6]])
    assert found[0].item() == pytest.approx(per_atom.var(axis=1, ddof=1).mean())
    parts = [f.var(axis=0, ddof=1).ravel() for f in (small, large)]
    assert found[1].item() == pytest.approx(np.concatenate(parts).mean())


def test_loss_with_variance() -> None:
    batch, turns = turned_copies(2)
    offsets = torch.tensor([0.3, -0.1, 0.3, -0.1], dtype=torch.float64)  # the same for both structures
    energies = batch.energies + offsets * batch.counts
    common = torch.tensor([[0.2, 0.0, 0.0]], dtype=torch.float64)
    signs = torch.tensor([1.0, -1.0, 1.0, -1.0], dtype=torch.float64)[batch.structure, None]
    errors = torch.einsum("nij,nj->ni", turns[batch.structure], signs * common)
    loss = RunningLoss(LossConfig(energy=0.3, forces=2.0, variance=0.5, copies=2))
    value = loss(batch, energies, batch.forces + errors)
    energy_mse, energy_variance = (0.09 + 0.01) / 2, 2 * 0.2**2
    force_mse, force_variance = 0.04 / 3, 2 * 0.04 / 3
    assert loss.energy == pytest.approx(energy_mse)  # the variance doesn't enter the normalization
    assert loss.forces == pytest.approx(force_mse)
    expected = 0.3 * (1 + 0.5 * energy_variance / energy_mse) + 2.0 * (1 + 0.5 * force_variance / force_mse)
    assert value.item() == pytest.approx(expected)
    plain = RunningLoss(LossConfig(energy=0.3, forces=2.0))
    assert plain(batch, energies, batch.forces + errors).item() == pytest.approx(2.3)
