"""Dipoles in the form of labels, against numbers worked out here."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from tumble.labels import DipoleKind
from tumble.rotations import random_rotations
from tumble.train.dipoles import Dipoles, like, turned

STRUCTURE = torch.tensor([0, 0, 1, 1, 1])
ATOMIC = torch.tensor([[1.0, 0, 0], [2, 4, 0], [1, 0, 1], [-1, 2, 0], [0, -2, -1]], dtype=torch.float64)


def labels(kind: DipoleKind) -> Dipoles:
    shape = {DipoleKind.ATOMS: (5, 3), DipoleKind.VECTOR: (2, 3), DipoleKind.MAGNITUDE: (2,)}[kind]
    return Dipoles(kind, torch.zeros(shape, dtype=torch.float64), STRUCTURE if shape[0] == 5 else torch.arange(2))


def test_forms() -> None:
    assert torch.equal(like(labels(DipoleKind.ATOMS), ATOMIC, STRUCTURE).values, ATOMIC)
    assert like(labels(DipoleKind.VECTOR), ATOMIC, STRUCTURE).values.tolist() == [[3, 4, 0], [0, 0, 0]]
    assert like(labels(DipoleKind.MAGNITUDE), ATOMIC, STRUCTURE, width=0.0).values.tolist() == [5, 0]


def test_magnitude_is_smooth_at_zero() -> None:
    atomic = ATOMIC.clone().requires_grad_(True)
    values = like(labels(DipoleKind.MAGNITUDE), atomic, STRUCTURE).values
    assert values.tolist() == pytest.approx([5.0, 0.0], abs=1.1e-3)
    (gradient,) = torch.autograd.grad(values.sum(), atomic)
    assert gradient.tolist()[:2] == [pytest.approx([0.6, 0.8, 0.0], rel=1e-6)] * 2
    assert gradient[2:].abs().max() == 0.0


def test_rotations() -> None:
    rotations = random_rotations(2, 3)
    turns = torch.from_numpy(rotations)
    expected = [rotations[s] @ v for s, v in zip(STRUCTURE, ATOMIC.numpy(), strict=True)]
    np.testing.assert_allclose(turned(ATOMIC, turns, STRUCTURE), expected, rtol=1e-12)
    magnitude = Dipoles(DipoleKind.MAGNITUDE, torch.tensor([5.0, 0.0]), torch.arange(2))
    assert magnitude.turned(turns) is magnitude
