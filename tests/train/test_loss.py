"""Loss against numbers worked out here; variances against NumPy."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
import torch
from ase import Atoms
from support.toys import MorsePair

from tumble.labels import DipoleKind
from tumble.rotations import random_rotations
from tumble.structures import to_graph
from tumble.train.batches import Batch, collate
from tumble.train.data import Frame
from tumble.train.dipoles import Dipoles
from tumble.train.loss import RunningLoss, dipole_variance, energy_variance, force_variance, running_values
from tumble.train.prediction import Prediction, predict
from tumble.train.sections import LossConfig
from tumble.train.targets import DIPOLE

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


def test_first_loss_is_the_sum_of_the_weights(batch: Batch) -> None:
    loss = RunningLoss(LossConfig(energy=0.3, forces=2.0))
    value = loss(batch, Prediction(batch.energies + 0.6, batch.forces + 0.2))
    assert value.item() == pytest.approx(2.3)
    assert loss.running["energy"] == pytest.approx((0.6 / 3) ** 2)
    assert loss.running["forces"] == pytest.approx(0.2**2)


@pytest.mark.parametrize("huber", [None, 1e3])
def test_weights_of_structures(batch: Batch, huber: float | None) -> None:
    batch = dataclasses.replace(batch, weights=torch.tensor([0.5, 1.5], dtype=torch.float64))
    offsets = torch.tensor([0.1, 0.3], dtype=torch.float64)
    loss = RunningLoss(LossConfig(huber=huber))
    loss(batch, Prediction(batch.energies + 3 * offsets, batch.forces + offsets[batch.structure, None]))
    expected = (0.5 * 0.01 + 1.5 * 0.09) / 2
    assert loss.running["energy"] == pytest.approx(expected)
    assert loss.running["forces"] == pytest.approx(expected)


def test_variances_with_weights() -> None:
    batch, _ = turned_copies(2)
    rng = np.random.default_rng(0)
    energies, forces = torch.from_numpy(rng.standard_normal(4)), torch.from_numpy(rng.standard_normal((18, 3)))
    parts = []
    for s in range(2):
        weights = torch.zeros(4, dtype=torch.float64)
        weights[2 * s : 2 * s + 2] = 1.0
        parts.append(variances(dataclasses.replace(batch, weights=weights), Prediction(energies, forces), 2))
    weights = torch.tensor([0.5, 0.5, 3.0, 3.0], dtype=torch.float64)
    found = variances(dataclasses.replace(batch, weights=weights), Prediction(energies, forces), 2)
    assert found[0].item() == pytest.approx((0.5 * parts[0][0] + 3.0 * parts[1][0]).item())
    assert found[1].item() == pytest.approx((0.5 * parts[0][1] + 3.0 * parts[1][1]).item())


def test_running_normalization(batch: Batch) -> None:
    loss = RunningLoss(LossConfig(energy=0.0, forces=1.0))
    loss(batch, Prediction(batch.energies, batch.forces + 0.2))
    value = loss(batch, Prediction(batch.energies, batch.forces + 0.1))
    running = 0.99 * 0.04 + 0.01 * 0.01
    assert loss.running["forces"] == pytest.approx(running)
    assert value.item() == pytest.approx(0.01 / running)


def test_huber(batch: Batch) -> None:
    loss = RunningLoss(LossConfig(huber=0.2))
    residuals = torch.zeros_like(batch.forces)
    residuals[0, 0], residuals[1, 1] = 1e-3, 50.0
    loss(batch, Prediction(batch.energies, batch.forces + residuals))
    small, large = 1e-6, 2 * 0.2 * 50.0 - 2 * 0.2**2
    assert loss.running["forces"] * residuals.numel() == pytest.approx(small + large, rel=1e-4)


def variances(batch: Batch, found: Prediction, copies: int) -> tuple[torch.Tensor, torch.Tensor]:
    return energy_variance(batch, found, copies), force_variance(batch, found, copies)


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
    found = predict(MorsePair(), batch)
    of_energy, of_forces = variances(batch, found, 3)
    assert found.forces.abs().max() > 0.1
    assert of_energy.item() == pytest.approx(0.0, abs=1e-25)
    assert of_forces.item() == pytest.approx(0.0, abs=1e-25)


@pytest.mark.parametrize("copies", [2, 3])
def test_variances_are_those_of_numpy(copies: int) -> None:
    batch, turns = turned_copies(copies)
    rng = np.random.default_rng(0)
    energies = rng.standard_normal(2 * copies)
    small, large = rng.standard_normal((copies, 3, 3)), rng.standard_normal((copies, 6, 3))  # in the common frame
    turned = [f @ r.T for f, r in zip([*small, *large], turns.numpy(), strict=True)]
    found = variances(batch, Prediction(torch.from_numpy(energies), torch.from_numpy(np.concatenate(turned))), copies)
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
    value = loss(batch, Prediction(energies, batch.forces + errors))
    energy_mse, energy_variance = (0.09 + 0.01) / 2, 2 * 0.2**2
    force_mse, force_variance = 0.04 / 3, 2 * 0.04 / 3
    assert loss.running["energy"] == pytest.approx(energy_mse)  # the variance doesn't enter the normalization
    assert loss.running["forces"] == pytest.approx(force_mse)
    expected = 0.3 * (1 + 0.5 * energy_variance / energy_mse) + 2.0 * (1 + 0.5 * force_variance / force_mse)
    assert value.item() == pytest.approx(expected)
    plain = RunningLoss(LossConfig(energy=0.3, forces=2.0))
    assert plain(batch, Prediction(energies, batch.forces + errors)).item() == pytest.approx(2.3)


@pytest.mark.parametrize(
    ("kind", "label", "error"),
    [
        # Each atom of both structures has the dipole (0.3, 0.4, 0); three of them sum up to (0.9, 1.2, 0), of size 1.5.
        (DipoleKind.ATOMS, [[0.3, 0.1, 0.0]] * 6, 0.09 / 3),
        (DipoleKind.VECTOR, [[0.9, 0.9, 0.0]] * 2, 0.09 / 3),
        (DipoleKind.MAGNITUDE, [1.2, 1.2], 0.09),
    ],
)
def test_dipoles(batch: Batch, kind: DipoleKind, label: list[Any], error: float) -> None:
    rows = batch.structure if kind is DipoleKind.ATOMS else torch.arange(2)
    values = torch.tensor(label, dtype=torch.float64)
    values[len(values) // 2 :] *= 0.0  # far off, but without weight
    weights = torch.tensor([1.0, 0.0], dtype=torch.float64)
    batch = dataclasses.replace(batch, dipoles=Dipoles(kind, values, rows), weights=weights, forces=None)
    dipoles = torch.tensor([[0.3, 0.4, 0.0]], dtype=torch.float64).repeat(6, 1)
    loss = RunningLoss(LossConfig(energy=0.0, forces=0.0, dipole=0.7))
    assert loss(batch, Prediction(batch.energies, None, dipoles)).item() == pytest.approx(0.7)
    assert loss.running == {"dipole": pytest.approx(error / 2, rel=1e-5)}  # the mean over two structures
    assert list(loss.rmse()) == [DIPOLE]
    assert loss.rmse()[DIPOLE] == pytest.approx(1000 * np.sqrt(error / 2) / 0.2081943, rel=1e-5)


@pytest.mark.parametrize("copies", [2, 3])
def test_variances_of_dipoles_are_those_of_numpy(copies: int) -> None:
    batch, turns = turned_copies(copies)
    rng = np.random.default_rng(0)
    small, large = rng.standard_normal((copies, 3, 3)), rng.standard_normal((copies, 6, 3))  # in the common frame
    turned = torch.from_numpy(np.concatenate([d @ r.T for d, r in zip([*small, *large], turns.numpy(), strict=True)]))
    sums = [d.sum(axis=1) for d in (small, large)]
    expected = {
        DipoleKind.ATOMS: np.concatenate([d.var(axis=0, ddof=1).ravel() for d in (small, large)]).mean(),
        DipoleKind.VECTOR: np.mean([s.var(axis=0, ddof=1) for s in sums]),
        DipoleKind.MAGNITUDE: np.mean([np.linalg.norm(s, axis=1).var(ddof=1) for s in sums]),
    }
    for kind, variance in expected.items():
        shape = {DipoleKind.ATOMS: (9 * copies, 3), DipoleKind.VECTOR: (2 * copies, 3)}.get(kind, (2 * copies,))
        rows = batch.structure if kind is DipoleKind.ATOMS else torch.arange(2 * copies)
        labeled = dataclasses.replace(batch, dipoles=Dipoles(kind, torch.zeros(shape, dtype=torch.float64), rows))
        found = dipole_variance(labeled, Prediction(batch.energies, None, turned), copies)
        assert found.item() == pytest.approx(variance, rel=1e-5)


def test_running_values_of_an_earlier_version() -> None:
    assert running_values([0.5, 2.0]) == {"energy": 0.5, "forces": 2.0}
    assert running_values([None, None]) == {}
    assert running_values({"dipole": 0.5}) == {"dipole": 0.5}
