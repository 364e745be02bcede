"""What a training asks of a model, against finite differences."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from ase import Atoms
from support.charges import Charges, ChargesConfig
from support.toys import MorsePair

from tumble.structures import to_graph
from tumble.train.batches import Batch, collate
from tumble.train.data import Frame
from tumble.train.prediction import predict

ZERO = torch.zeros(2, dtype=torch.float64)
WATER = np.array([[0, 0, 0], [0.8, 0.6, 0], [-0.8, 0.6, 0.1]])


def batch_of(positions: np.ndarray) -> Batch:
    graph = to_graph([Atoms("OHH", positions, pbc=False)], ("O", "H"), 4.0)
    edges = [torch.from_numpy(array).int() for array in (graph.edge_index, graph.reverse)]
    frame = Frame(torch.from_numpy(graph.vectors), *edges, torch.from_numpy(graph.species), 0.0, None, "g")
    return collate([frame], ZERO)


def test_forces_are_finite_differences() -> None:
    forces = predict(MorsePair(), batch_of(WATER)).forces
    assert forces is not None
    h, moved = 1e-5, np.eye(3)[1] * np.array([[0], [1], [0]])
    ends = [predict(MorsePair(), batch_of(WATER + s * h * moved), forces=False).energies for s in (-1, 1)]
    assert forces[1, 1].item() == pytest.approx(-(ends[1] - ends[0]).item() / (2 * h), rel=1e-8)


def test_structure_without_edges() -> None:
    found = predict(MorsePair(), batch_of(20 * WATER))
    assert found.energies.tolist() == [0.0]
    assert found.forces is not None
    assert found.forces.abs().max() == 0.0


@pytest.mark.parametrize("forces", [False, True])
def test_gradients_of_weights_are_finite_differences(forces: bool) -> None:
    """Of a sum of energies, dipoles and, if there are any, forces."""
    torch.manual_seed(0)
    model, batch = Charges(ChargesConfig(("O", "H"), outputs=("dipole",))).double(), batch_of(WATER)

    def total() -> torch.Tensor:
        found = predict(model, batch, forces=forces, differentiable=True)
        parts = [found.energies, found.dipoles, *([] if found.forces is None else [found.forces])]
        return torch.stack([(part * torch.arange(1, part.numel() + 1).view_as(part)).sum() for part in parts]).sum()

    weight = model.hidden.weight
    (gradient,) = torch.autograd.grad(total(), weight)
    ends = []
    for step in (-1e-5, 1e-5):
        with torch.no_grad():
            weight[2, 3] += step
        ends.append(total().item())
        with torch.no_grad():
            weight[2, 3] -= step
    assert gradient[2, 3].item() == pytest.approx((ends[1] - ends[0]) / 2e-5, rel=1e-6)


def test_without_derivatives_nothing_is_kept_for_them() -> None:
    found = predict(MorsePair(), batch_of(WATER), forces=False)
    assert found.forces is None
    assert not found.energies.requires_grad


def test_only_what_a_model_has() -> None:
    silent, polar = (Charges(ChargesConfig(("O", "H"), outputs=names)).double() for names in ((), ("dipole",)))
    assert predict(silent, batch_of(WATER)).dipoles is None
    dipoles = predict(polar, batch_of(WATER)).dipoles
    assert dipoles is not None
    assert dipoles.shape == (3, 3)
