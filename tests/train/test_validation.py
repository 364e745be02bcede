"""Errors on held-out frames against numbers worked out here."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import ase.io
import numpy as np
import pytest
import torch
from support.labeled import labeled_frames
from support.toys import MorsePair

from tumble.rotations import random_rotations
from tumble.train.data import Batch, Frame, collate, load_frames
from tumble.train.loss import predict
from tumble.train.validation import measure, symmetry_error

ZERO = torch.zeros(2, dtype=torch.float64)
CPU = torch.device("cpu")


@pytest.fixture
def frames(tmp_path: Path) -> list[Frame]:
    ase.io.write(tmp_path / "frames.extxyz", labeled_frames(2), format="extxyz")
    return load_frames(tmp_path / "frames.extxyz", ("O", "H"), 4.0, None, torch.float64)


@pytest.fixture
def batch(frames: list[Frame]) -> Batch:
    return collate(frames, ZERO)


class Shifted(torch.nn.Module):
    """A model that is right up to a constant per atom."""

    def forward(
        self, vectors: torch.Tensor, edge_index: torch.Tensor, reverse: torch.Tensor, species: torch.Tensor
    ) -> dict[str, torch.Tensor]:
        result: dict[str, torch.Tensor] = MorsePair()(vectors, edge_index, reverse, species)
        return {"energy": result["energy"] + 0.25}


def test_errors(batch: Batch) -> None:
    energies, forces = predict(MorsePair(), batch, create_graph=False)
    offsets = torch.tensor([0.1] * 27 + [-0.3] * 27, dtype=torch.float64).reshape(18, 3)
    labeled = dataclasses.replace(batch, energies=energies.detach(), forces=forces.detach() + offsets)
    errors = measure(Shifted(), [labeled])
    assert errors.energy_mae == pytest.approx(250.0)
    assert errors.energy_rmse == pytest.approx(250.0)
    assert errors.energy_mae_shifted == pytest.approx(0.0, abs=1e-9)
    assert errors.force_mae == pytest.approx(200.0)
    assert errors.force_rmse == pytest.approx(1000 * np.sqrt((0.01 + 0.09) / 2))
    assert errors.to_dict().keys() == {"energy_mae", "energy_rmse", "energy_mae_shifted", "force_mae", "force_rmse"}


class AlongZ(torch.nn.Module):
    """An energy that sees z alone, E = sum_n a_n sum_e z_e^2 / 2: it breaks the symmetry."""

    def forward(
        self, vectors: torch.Tensor, edge_index: torch.Tensor, reverse: torch.Tensor, species: torch.Tensor
    ) -> dict[str, torch.Tensor]:
        z = vectors[:, 2]
        return {"energy": torch.zeros_like(z[: len(species)]).index_add(0, edge_index[0], 0.5 * z * z)}


def test_symmetry_error_of_an_invariant_model_is_zero(frames: list[Frame]) -> None:
    assert symmetry_error(MorsePair(), frames, ZERO, CPU, 3, seed=0) == pytest.approx(0.0, abs=1e-9)


def test_symmetry_error_is_that_of_a_direct_evaluation(frames: list[Frame]) -> None:
    deviations = []
    for number, frame in enumerate(frames):
        turns = random_rotations(3, np.random.default_rng((5, number, 2)))
        # dE/dv = (R v)_z R_z for each edge; forces are sums over the edges from and to an atom.
        gradients = (frame.vectors.numpy() @ turns[:, 2, :, None]) * turns[:, 2, None, :]
        forces = np.zeros((3, 9, 3))
        for k, (i, j) in enumerate(frame.edge_index.T.tolist()):
            forces[:, i] += gradients[:, k]
            forces[:, j] -= gradients[:, k]
        deviations.append(np.abs(forces - forces.mean(axis=0)))
    found = symmetry_error(AlongZ(), frames, ZERO, CPU, 3, seed=5)
    # The mean over n rotations is nearer to each of them than the mean over all.
    assert found == pytest.approx(1000 * np.mean(deviations) / np.sqrt(1 - 1 / 3), rel=1e-9)
    assert found > 1.0
    assert symmetry_error(AlongZ(), frames, ZERO, CPU, 3, seed=5) == found
    assert symmetry_error(AlongZ(), frames, ZERO, CPU, 3, seed=6) != found


def test_symmetry_ratio(batch: Batch) -> None:
    _, forces = predict(MorsePair(), batch, create_graph=False)
    errors = measure(MorsePair(), [dataclasses.replace(batch, forces=forces.detach() + 0.02)], symmetry_mae=5.0)
    assert errors.to_dict()["force_symmetry_mae"] == 5.0
    assert errors.to_dict()["symmetry_ratio"] == pytest.approx(0.25)


def test_no_symmetry_ratio_of_isolated_atoms(batch: Batch) -> None:
    """Their forces, and so the errors of these, are exactly zero."""
    _, forces = predict(MorsePair(), batch, create_graph=False)
    errors = measure(MorsePair(), [dataclasses.replace(batch, forces=forces.detach())], symmetry_mae=0.0)
    assert errors.to_dict()["force_symmetry_mae"] == 0.0
    assert "symmetry_ratio" not in errors.to_dict()
