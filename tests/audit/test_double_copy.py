"""Copies of model files in float64."""

from __future__ import annotations

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
    def forward(
        self, edge_vectors: torch.Tensor, edge_index: torch.Tensor, reverse: torch.Tensor, species: torch.Tensor
    ) -> dict[str, torch.Tensor]:
        heights = torch.mv(edge_vectors.to(torch.float32), torch.ones(3, dtype=edge_vectors.dtype))
        return {"energy": sum_over_edges(heights, edge_index[0], species.size(0))}


def test_a_model_of_float64_is_copied_as_it_is(model_file, tmp_path):
    path = model_file("pet")
    write_in_double(path, tmp_path / "copy.pt")
    graph = to_graph([systems()["triclinic"]], ["O", "H"], 4.0)
    one, two = (
        tumble.load(file, "cpu", check=False).evaluate(graph).energies[0] for file in (path, tmp_path / "copy.pt")
    )
    assert one == two


def test_a_model_that_names_float32_is_found_out(model_file, tmp_path):
    path = with_other_network(model_file("pair"), tmp_path / "named.pt", _NamesItsType())
    write_in_double(path, tmp_path / "copy.pt")
    with pytest.raises(EvaluationError):
        tumble.load(tmp_path / "copy.pt", "cpu", check=False).evaluate(
            to_graph([systems()["molecule"]], ["O", "H"], 4.0)
        )
