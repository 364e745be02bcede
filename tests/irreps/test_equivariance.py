from __future__ import annotations

from pathlib import Path

import pytest
from support.marked_toys import molecule

import tumble
from tumble.irreps.equivariance import check_equivariance
from tumble.irreps.run import marked_layers
from tumble.structures import to_graph


@pytest.mark.parametrize("seed", range(3))
def test_a_right_model_turns_to_rounding(model_path: Path, seed: int) -> None:
    """`test_run.py` has the wrong ones."""
    potential = tumble.load(model_path)
    graph = to_graph([molecule(0), molecule(1)], ["H", "O"], 2.0)
    worst, parity = check_equivariance(potential, marked_layers(potential, graph), graph, seed)
    assert parity
    assert list(worst) == ["only"]
    assert worst["only"] < 1e-13
