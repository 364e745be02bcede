"""Copies of model files in float64."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from support.model_files import with_other_network
from support.systems import systems
from support.toys import sum_over_edges

import tumble
from tumble.audit.double_copy import write_in_double
from tumble.errors import EvaluationError
from tumble.structures import to_graph


class _NamesItsType(torch.nn.Module):
    """The square of x + y + z, summed over edges, with float32 in its code."""

    def forward(
        self, edge_vectors: torch.Tensor, edge_index: torch.Tensor, reverse: torch.Tensor, species: torch.Tensor
    ) -> dict[str, torch.Tensor]:
        ones = torch.ones(3, dtype=torch.float32)
        if edge_vectors.shape[0] > 1:  # a block of its own
            ones = torch.full([3], 1.0, dtype=torch.float32)
        sums = torch.mv(edge_vectors.to(torch.float32), ones)
        return {"energy": sum_over_edges(sums * sums, edge_index[0], species.size(0))}


class _DecidesOnItsType(torch.nn.Module):
    """A type that only the run determines: no constant of the graph can be replaced."""

    def forward(
        self, edge_vectors: torch.Tensor, edge_index: torch.Tensor, reverse: torch.Tensor, species: torch.Tensor
    ) -> dict[str, torch.Tensor]:
        single = torch.float32 if species.size(0) > 0 else torch.float64
        sums = torch.mv(edge_vectors, torch.ones(3, dtype=single))
        return {"energy": sum_over_edges(sums, edge_index[0], species.size(0))}


def test_a_model_of_float64_is_copied_as_it_is(model_file, tmp_path):
    path = model_file("pet")
    write_in_double(path, tmp_path / "copy.pt")
    graph = to_graph([systems()["triclinic"]], ["O", "H"], 4.0)
    one, two = (
        tumble.load(file, "cpu", check=False).evaluate(graph).energies[0] for file in (path, tmp_path / "copy.pt")
    )
    assert one == two


def _energy(path):
    graph = to_graph([systems()["molecule"]], ["O", "H"], 4.0)
    return tumble.load(path, "cpu", check=False).evaluate(graph).energies[0]


def test_a_type_that_code_names_is_float64_in_the_copy(model_file, tmp_path):
    """All atoms of the molecule see each other. In float32 the sum is wrong by 1e-8."""
    path = with_other_network(model_file("pair"), tmp_path / "named.pt", _NamesItsType())
    write_in_double(path, tmp_path / "copy.pt")
    sums = systems()["molecule"].positions.sum(axis=1)
    expected = np.sum((sums[:, None] - sums) ** 2)
    assert _energy(tmp_path / "copy.pt") == pytest.approx(expected, rel=1e-13)


def test_a_type_that_only_a_run_determines_is_found_out(model_file, tmp_path):
    path = with_other_network(model_file("pair"), tmp_path / "named.pt", _DecidesOnItsType())
    write_in_double(path, tmp_path / "copy.pt")
    with pytest.raises(EvaluationError):
        _energy(tmp_path / "copy.pt")
