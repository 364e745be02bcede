"""The rounding that a network shows, against that of its floating-point type."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from support.systems import systems
from support.toys import MorsePair
from torch import Tensor

from tumble.metadata import SymmetryErrors
from tumble.rounding import explained, in_double
from tumble.structures import to_graph
from tumble.torchscript import script, torchscript_warnings_silenced

GRAPH = to_graph([systems()["triclinic"]], ["O", "H"], 4.0)


class Noisy(MorsePair):
    """Adds steps of a known size to the energy, which no gradient shows: errors of uniform distribution."""

    def __init__(self, size: float) -> None:
        super().__init__()
        self.size = size

    def forward(self, edge_vectors: Tensor, edge_index: Tensor, reverse: Tensor, species: Tensor) -> dict[str, Tensor]:
        energy = super().forward(edge_vectors, edge_index, reverse, species)["energy"]
        step = torch.remainder(1e6 * torch.sin(1e6 * edge_vectors.detach().square().sum()), 1.0) - 0.5
        return {"energy": energy + self.size * step / energy.shape[0]}


def errors(force: float) -> SymmetryErrors:
    return SymmetryErrors(energy_error=force, force_error=force)


def test_the_noise_is_that_of_the_network():
    """Ten times the rms of a uniform distribution, size / sqrt(12), per atom; 13 draws, one in all differences."""
    found = explained(Noisy(0.3).double(), [GRAPH], torch.float64, [errors(1e-4)])
    expected = 10 * 0.3 / np.sqrt(12) / len(GRAPH.species)
    assert 0.4 * expected < found["energy_error"] < 2.0 * expected


def test_single_precision():
    """An energy of some eV and forces of some eV/Å have errors of 1e-7 of them; constants may have 1e-6."""
    for dtype, largest in ((torch.float32, 1e-3), (torch.float64, 1e-4)):
        found = explained(MorsePair().to(dtype), [GRAPH], dtype, [errors(largest)])
        assert 1e-7 < found["energy_error"] < largest
        assert 1e-7 < found["force_error"] < largest


@pytest.mark.parametrize(
    ("found", "evaluations"),
    [
        ([0.0, 1e-9], 1),  # within what constants explain, by the network's gradients
        ([10.0], 4),
        ([10.0, 1e-9], 4),
        ([1e-4], 14),  # of the order of the noise in single precision
        ([10.0, 1e-4], 14),
    ],
)
def test_evaluations_are_those_that_a_verdict_needs(found, evaluations):
    network, calls = MorsePair().float(), []
    network.register_forward_hook(lambda *_: calls.append(1))
    explained(network, [GRAPH], torch.float32, [errors(each) for each in found])
    assert len(calls) == evaluations


class FixedPrecision(torch.nn.Module):
    """Fails in double precision."""

    def __init__(self) -> None:
        super().__init__()
        self.network = MorsePair()

    def forward(self, edge_vectors: Tensor, edge_index: Tensor, reverse: Tensor, species: Tensor) -> dict[str, Tensor]:
        if edge_vectors.dtype != torch.float32:
            raise ValueError("expected single precision")
        return {"energy": self.network(edge_vectors, edge_index, reverse, species)["energy"]}


@pytest.mark.parametrize("form", ["plain", "scripted", "frozen"])
def test_copies_in_double(form):
    network = MorsePair().float().eval()
    with torchscript_warnings_silenced():
        given = {"plain": network, "scripted": torch.jit.script(network), "frozen": script(copy.deepcopy(network))}[
            form
        ]
    double, dtype = in_double(given, GRAPH, torch.float32)
    assert dtype == torch.float64
    assert double is not given
    assert all(value.dtype == torch.float32 for value in network.state_dict().values())


def test_a_fixed_precision_stays():
    network = FixedPrecision().float().eval()
    with torchscript_warnings_silenced():
        scripted = torch.jit.script(network)
    assert in_double(scripted, GRAPH, torch.float32) == (scripted, torch.float32)
    double = MorsePair().double()
    assert in_double(double, GRAPH, torch.float64) == (double, torch.float64)
