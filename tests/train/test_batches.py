"""Batches: joined frames, and what turns with them."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import ase.io
import numpy as np
import pytest
import torch
from support.labeled import labeled_frames

from tumble.labels import DipoleKind
from tumble.rotations import random_rotations
from tumble.train.batches import collate, grouped, to_device
from tumble.train.data import Frame, load_frames
from tumble.train.dipoles import Dipoles
from tumble.train.sections import DataConfig
from tumble.train.targets import ENERGY, FORCES

ZERO = torch.zeros(2, dtype=torch.float64)


@pytest.fixture
def frames(tmp_path: Path) -> list[Frame]:
    ase.io.write(tmp_path / "frames.extxyz", labeled_frames(4), format="extxyz")
    return load_frames(DataConfig(tmp_path / "frames.extxyz"), ("O", "H"), 4.0, torch.float64, (ENERGY, FORCES))


def test_batch(frames: list[Frame]) -> None:
    turns = random_rotations(2, 0)
    baseline = torch.tensor([-3.0, 1.5], dtype=torch.float64)
    batch = collate(frames[1:3], baseline, turns)
    n, e = 9, len(frames[1].vectors)
    torch.testing.assert_close(batch.vectors[e:], (torch.from_numpy(turns[1]) @ frames[2].vectors.T).T)
    torch.testing.assert_close(batch.forces[:n], (torch.from_numpy(turns[0]) @ frames[1].forces.T).T)
    assert torch.equal(batch.edge_index[:, e:], frames[2].edge_index + n)
    torch.testing.assert_close(batch.vectors[batch.reverse], -batch.vectors)
    assert batch.structure.tolist() == [0] * n + [1] * n
    assert batch.energies[1].item() == pytest.approx(frames[2].energy - 3 * -3.0 - 6 * 1.5)
    assert torch.equal(batch.rotations, torch.from_numpy(turns))
    assert batch.weights.tolist() == [1.0, 1.0]
    unturned = collate([frames[1], dataclasses.replace(frames[2], weight=2.5)], ZERO)
    assert torch.equal(unturned.vectors[:e], frames[1].vectors)
    assert torch.equal(unturned.rotations, torch.eye(3, dtype=torch.float64).expand(2, 3, 3))
    assert unturned.weights.tolist() == [1.0, 2.5]


@pytest.mark.parametrize(
    ("kind", "shape", "turns"),
    [(DipoleKind.ATOMS, (9, 3), True), (DipoleKind.VECTOR, (1, 3), True), (DipoleKind.MAGNITUDE, (1,), False)],
)
def test_dipoles_turn_with_their_structures(
    frames: list[Frame], kind: DipoleKind, shape: tuple[int, ...], turns: bool
) -> None:
    rng = np.random.default_rng(0)
    rotations = random_rotations(2, 1)  # the second one inverts
    values = [rng.standard_normal(shape) for _ in range(2)]
    zeros = torch.zeros(shape[0], dtype=torch.int64)
    labeled = [
        dataclasses.replace(frame, dipole=Dipoles(kind, torch.from_numpy(value), zeros))
        for frame, value in zip(frames, values, strict=False)
    ]
    batch = collate(labeled, ZERO, rotations)
    expected = [value @ turn.T if turns else value for value, turn in zip(values, rotations, strict=True)]
    assert batch.dipoles is not None
    np.testing.assert_allclose(batch.dipoles.values, np.concatenate(expected), rtol=1e-12)
    assert batch.dipoles.structure.tolist() == [0] * shape[0] + [1] * shape[0]


def test_labels_that_are_not_there(frames: list[Frame]) -> None:
    batch = collate([dataclasses.replace(frame, energy=None, forces=None) for frame in frames], ZERO)
    assert (batch.forces, batch.dipoles, batch.energies.tolist()) == (None, None, [0.0] * 4)
    assert to_device(batch, torch.device("cpu")).forces is None


def test_groups_of_frames(frames: list[Frame]) -> None:
    least, most = (choose(len(frame.vectors) for frame in frames) for choose in (min, max))
    assert 2 * most < 3 * least
    assert [len(group) for group in grouped(frames, 2 * most)] == [2, 2]
    assert [len(group) for group in grouped(frames, 1)] == [1, 1, 1, 1]  # each exceeds it alone
    assert [frame for group in grouped(frames, 10**6) for frame in group] == frames
    assert list(grouped([], 1)) == []
