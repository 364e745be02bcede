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

from tumble.labels import DipoleKind
from tumble.rotations import random_rotations
from tumble.train.batches import Batch, collate
from tumble.train.data import Frame, load_frames
from tumble.train.dipoles import Dipoles
from tumble.train.prediction import predict
from tumble.train.sections import DataConfig
from tumble.train.targets import DIPOLE, ENERGY, FORCES
from tumble.train.validation import HeldOut, measure, symmetry_error

ZERO = torch.zeros(2, dtype=torch.float64)
CPU = torch.device("cpu")
TARGETS = (ENERGY, FORCES)


@pytest.fixture
def frames(tmp_path: Path) -> list[Frame]:
    ase.io.write(tmp_path / "frames.extxyz", labeled_frames(2), format="extxyz")
    return load_frames(DataConfig(tmp_path / "frames.extxyz"), ("O", "H"), 4.0, torch.float64, TARGETS)


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
    found = predict(MorsePair(), batch)
    offsets = torch.tensor([0.1] * 27 + [-0.3] * 27, dtype=torch.float64).reshape(18, 3)
    labeled = dataclasses.replace(batch, energies=found.energies.detach(), forces=found.forces.detach() + offsets)
    errors = measure(Shifted(), [labeled], TARGETS)
    assert errors.energy_mae == pytest.approx(250.0)
    assert errors.energy_rmse == pytest.approx(250.0)
    assert errors.energy_mae_shifted == pytest.approx(0.0, abs=1e-9)
    assert errors.energy_total_mae == pytest.approx(9 * 250.0)
    assert errors.force_mae == pytest.approx(200.0)
    assert errors.force_rmse == pytest.approx(1000 * np.sqrt((0.01 + 0.09) / 2))
    assert errors.to_dict().keys() == {
        *("energy_mae", "energy_rmse", "energy_mae_shifted", "energy_total_mae"),
        *("force_mae", "force_rmse"),
    }


class AlongZ(torch.nn.Module):
    """An energy that sees z alone, E = sum_n a_n sum_e z_e^2 / 2: it breaks the symmetry."""

    def forward(
        self, vectors: torch.Tensor, edge_index: torch.Tensor, reverse: torch.Tensor, species: torch.Tensor
    ) -> dict[str, torch.Tensor]:
        z = vectors[:, 2]
        return {"energy": torch.zeros_like(z[: len(species)]).index_add(0, edge_index[0], 0.5 * z * z)}


def test_symmetry_error_of_an_invariant_model_is_zero(frames: list[Frame]) -> None:
    assert symmetry_error(MorsePair(), frames, ZERO, CPU, FORCES, 3, seed=0) == pytest.approx(0.0, abs=1e-9)


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
    found = symmetry_error(AlongZ(), frames, ZERO, CPU, FORCES, 3, seed=5)
    # The mean over n rotations is nearer to each of them than the mean over all.
    assert found == pytest.approx(1000 * np.mean(deviations) / np.sqrt(1 - 1 / 3), rel=1e-9)
    assert found > 1.0
    assert symmetry_error(AlongZ(), frames, ZERO, CPU, FORCES, 3, seed=5) == found
    assert symmetry_error(AlongZ(), frames, ZERO, CPU, FORCES, 3, seed=6) != found


def test_symmetry_error_of_energies(frames: list[Frame]) -> None:
    """E = sum_e z_e^2 / 2 in a turned structure is v^T R^T P_z R v / 2."""
    deviations = []
    for number, frame in enumerate(frames):
        turns = random_rotations(4, np.random.default_rng((5, number, 2)))
        energies = 0.5 * np.square(frame.vectors.numpy() @ turns[:, 2, :, None]).sum(axis=(1, 2)) / 9
        deviations.append(np.abs(energies - energies.mean()))
    found = symmetry_error(AlongZ(), frames, ZERO, CPU, ENERGY, 4, seed=5)
    assert found == pytest.approx(1000 * np.mean(deviations) / np.sqrt(1 - 1 / 4), rel=1e-9)
    held_out = HeldOut(frames, ZERO, CPU, (ENERGY,), rotations=4, seed=5)
    assert held_out.errors(AlongZ()).energy_symmetry_mae == found


def test_without_forces_none_are_evaluated(frames: list[Frame]) -> None:
    unlabeled = [dataclasses.replace(frame, forces=None) for frame in frames]

    class Detached(Shifted):
        def forward(self, vectors: torch.Tensor, *others: torch.Tensor) -> dict[str, torch.Tensor]:
            return {"energy": super().forward(vectors.detach(), *others)["energy"].detach()}

    errors = HeldOut(unlabeled, ZERO, CPU, (ENERGY,)).errors(Detached())
    assert errors.to_dict().keys() == {"energy_mae", "energy_rmse", "energy_mae_shifted", "energy_total_mae"}
    assert str(errors).startswith("energy MAE ")
    assert "meV per structure" in str(errors)


class Polar(torch.nn.Module):
    """Each atom has the dipole (0.3, 0.4, 0) e Å, in any orientation of the structure."""

    def forward(
        self, vectors: torch.Tensor, edge_index: torch.Tensor, reverse: torch.Tensor, species: torch.Tensor
    ) -> dict[str, torch.Tensor]:
        zeros = torch.zeros_like(species, dtype=vectors.dtype)
        return {"energy": zeros, "dipole": torch.stack((zeros + 0.3, zeros + 0.4, zeros), dim=1)}


def test_dipole_errors(frames: list[Frame]) -> None:
    """Of nine atoms each: the sum is (2.7, 3.6, 0), of magnitude 4.5 e Å; 1 D is 0.2081943 e Å (CODATA)."""
    zeros = torch.zeros(9, dtype=torch.int64)
    for kind, label, mae, rmse in (
        (DipoleKind.ATOMS, [[0.1, 0.4, 0.0]] * 9, 0.2 / 3, 0.2 / np.sqrt(3)),
        (DipoleKind.VECTOR, [[2.7, 3.0, 0.0]], 0.2, 0.6 / np.sqrt(3)),
        (DipoleKind.MAGNITUDE, [4.0], 0.5, 0.5),
    ):
        values = torch.tensor(label, dtype=torch.float64)
        labeled = [dataclasses.replace(f, dipole=Dipoles(kind, values, zeros[: len(values)])) for f in frames]
        errors = HeldOut(labeled, ZERO, CPU, (DIPOLE,)).errors(Polar())
        assert errors.to_dict() == pytest.approx(
            {"dipole_mae": 1000 * mae / 0.2081943, "dipole_rmse": 1000 * rmse / 0.2081943}, rel=1e-6
        )
        assert str(errors) == f"dipole MAE {errors.dipole_mae:.1f}, RMSE {errors.dipole_rmse:.1f} mD"
