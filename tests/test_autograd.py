"""The Python evaluation against finite differences; the core is compared with it at each export."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from support.systems import systems
from support.toys import EdgeHarmonic, TwoHop
from torch import Tensor

from tumble.autograd import derivatives
from tumble.errors import ExportError
from tumble.rotations import random_rotations
from tumble.structures import to_graph
from tumble.torchscript import torchscript_warnings_silenced

SPECIES = ["O", "H"]
BASELINE = np.array([-3.0, 1.5])
ATOMS = systems()["triclinic"]
MODELS = [EdgeHarmonic(2, 1), TwoHop()]


def evaluate(model, atoms, rotation=None):
    graph = to_graph([atoms], SPECIES, 4.0)
    return derivatives(model.double(), graph, torch.float64, BASELINE, rotation=rotation)


@pytest.mark.parametrize("model", MODELS, ids=["harmonic", "two_hop"])
def test_forces_are_derivatives(model):
    forces = evaluate(model, ATOMS).forces
    step = 1e-5
    for atom, axis in [(0, 0), (3, 1), (7, 2)]:
        moved = [ATOMS.copy(), ATOMS.copy()]
        for copy, sign in zip(moved, (1, -1), strict=True):
            copy.positions[atom, axis] += sign * step
        up, down = (evaluate(model, copy).energy for copy in moved)
        assert forces[atom, axis] == pytest.approx(-(up - down) / (2 * step), abs=1e-8)


@pytest.mark.parametrize("model", MODELS, ids=["harmonic", "two_hop"])
def test_virial_is_the_derivative_with_respect_to_strain(model):
    """W_ab belongs to v_b += eps v_a: with the rows of the cell, x' = x (1 + eps)."""
    virial = evaluate(model, ATOMS).virial
    assert np.abs(virial - virial.T).max() > 0.1  # or the order of the indices would go untested
    step = 1e-5
    for a in range(3):
        for b in range(3):
            energies = []
            for sign in (1, -1):
                strain = np.eye(3)
                strain[a, b] += sign * step
                strained = ATOMS.copy()
                strained.set_cell(ATOMS.cell.array @ strain, scale_atoms=True)
                energies.append(evaluate(model, strained).energy)
            assert virial[a, b] == pytest.approx(-(energies[0] - energies[1]) / (2 * step), abs=1e-7)


class Fails(torch.nn.Module):
    def forward(self, edge_vectors: Tensor, edge_index: Tensor, reverse: Tensor, species: Tensor) -> dict[str, Tensor]:
        if edge_vectors.size(0) > 0:
            raise ValueError("no neighbors, please")
        return {"energy": torch.zeros(species.size(0))}


class Ignores(torch.nn.Module):
    """Has weights that the energy depends on, but not the edge vectors."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(1, dtype=torch.float64))

    def forward(self, edge_vectors: Tensor, edge_index: Tensor, reverse: Tensor, species: Tensor) -> dict[str, Tensor]:
        return {"energy": self.weight * torch.ones(species.size(0), dtype=torch.float64)}


@pytest.mark.parametrize("form", ["plain", "scripted"])
@pytest.mark.parametrize(
    ("network", "text"),
    [
        (Fails(), r"to run on 24 atoms and \d+ edges, got ValueError: no neighbors, please$"),
        (Ignores(), "`energy` that is a differentiable function of `edge_vectors`"),
    ],
)
def test_networks_that_fail(network, text, form):
    if form == "scripted":
        with torchscript_warnings_silenced():
            network = torch.jit.script(network)
    with pytest.raises(ExportError, match=text):
        derivatives(network, to_graph([ATOMS], SPECIES, 4.0), torch.float64, BASELINE)


@pytest.mark.parametrize("model", MODELS, ids=["harmonic", "two_hop"])
def test_a_rotation_of_the_edges_is_a_rotation_of_the_structure(model):
    for matrix in random_rotations(3, seed=1):
        turned = ATOMS.copy()
        turned.set_cell(ATOMS.cell.array @ matrix.T)
        turned.positions = ATOMS.positions @ matrix.T
        expected, got = evaluate(model, turned), evaluate(model, ATOMS, rotation=matrix)
        assert got.energy == pytest.approx(expected.energy, rel=1e-12)
        np.testing.assert_allclose(got.forces, expected.forces @ matrix, atol=1e-12)
        np.testing.assert_allclose(got.virial, matrix.T @ expected.virial @ matrix, atol=1e-11)
